"""Every number that a file is held to, in one place. No code that applies them.

A file beyond a limit is refused (`TOO_LARGE`, `TOO_BIG_INSIDE`), never cut.
"""

MIB = 1024 * 1024

# As sent.
MAX_FILE_BYTES = 25 * MIB
MAX_FILES_PER_MESSAGE = 10
MAX_MEASURE_BYTES = 500 * MIB
MAX_NAME_BYTES = 120  # UTF-8, extension included

# One child process, one file.
CHILD_CPU_SECONDS = 8
CHILD_WALL_SECONDS = 10
CHILD_MEMORY_BYTES = 1024 * MIB
CHILD_OUTPUT_BYTES = 64 * MIB  # the largest file it may write
CHILD_OPEN_FILES = 64

# Zip containers (docx, xlsx, odt, ods).
MAX_MEMBERS = 2_000
MAX_MEMBER_NAME_BYTES = 255
MAX_UNPACKED_BYTES = 200 * MIB  # all members together
MAX_MEMBER_BYTES = 64 * MIB
# Unpacked over packed. Sheets of equal rows reach 60; deflate itself ends at 1032.
# Asked only of what is big enough unpacked to cost something.
MAX_RATIO = 150
RATIO_FREE_BYTES = 4 * MIB

# XML parts. A tree of libxml2 takes up to 30 times the bytes of its source; nesting
# ends at the 256 levels of libxml2.
MAX_XML_BYTES = 16 * MIB
MAX_XML_TAGS = 1_500_000  # opening and closing ones, of one part
MAX_ALL_TAGS = 3_000_000  # of all parts together
MAX_ATTRIBUTES = 1_500_000  # of one part
MAX_ATTRIBUTES_OF_TAG = 500
LONG_TAG_BYTES = 20_000  # shorter ones are not counted
# Spreadsheets: what a program opening one would have to lay out.
MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_FILLED_CELLS = 20_000_000  # by repetition, merging, array formulas
MAX_CELL_CHARACTERS = 65_535
MAX_BLANKS = 1_000_000  # by repetition, in a text

# Images, alone or inside a document: asked of the header, before decoding.
MAX_PIXELS = 64_000_000
MAX_SIDE_PIXELS = 20_000
MAX_FRAMES = 1  # only the first picture of an animation is published
MAX_IMAGES = 300  # inside one document
MAX_ALL_PIXELS = 150_000_000  # of all images of one document

# PDF.
MAX_PAGES = 2_000
MAX_OBJECTS = 300_000
MAX_PAGE_TREE_DEPTH = 50
MAX_OBJECT_DEPTH = 100  # arrays and dictionaries in each other
MAX_STREAM_BYTES = 100 * MIB  # one stream, unpacked
MAX_STREAMS_BYTES = 300 * MIB  # all of them
# A page of a PDF may hold a plan, scanned larger than any photo.
MAX_PDF_PICTURE_PIXELS = 100_000_000
MAX_PDF_PICTURE_SIDE_PIXELS = 40_000
MAX_DRAWN_OBJECTS = 1_000_000  # forms and pictures of one page, those in forms too
MAX_STREAM_FILTERS = 4  # one after the other on a stream

# Text.
MAX_LINE_CHARACTERS = 1_000_000

# The picture that shows the first pages.
PREVIEW_PAGES = 3
PREVIEW_WIDTH_PIXELS = 900
PREVIEW_PAGE_HEIGHT_PIXELS = 5_000  # three of them still fit into one WebP
PREVIEW_MAX_PIXELS = 8_000_000
