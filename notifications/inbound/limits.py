"""Every number that a mail from outside is held to (RELIABILITY section 4)."""

MIB = 1024 * 1024

MAX_MAIL_BYTES = 1 * MIB
MAX_PARTS = 50
MAX_DEPTH = 10  # parts within parts
MAX_HEADERS = 200  # of one part
MAX_HEADER_BYTES = 8 * 1024
MAX_ADDRESSES = 50  # in To and Cc together
MAX_TEXT_BYTES = 64 * 1024  # read of one part

# One mail is answered by few bounces; a robot that answers more often has gone mad.
MAX_ANSWERS = 20

# One child, one mail.
CHILD_CPU_SECONDS = 5
CHILD_WALL_SECONDS = 30.0
CHILD_MEMORY_BYTES = 256 * MIB
CHILD_OUTPUT_BYTES = 16 * 1024
