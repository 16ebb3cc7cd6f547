"""Messages between many people at once: the hub, and others doing the same, in turn.

A message counts when its sender has the acknowledgement and everybody else in its room
has the message. Afterwards every acknowledged one is looked up in the database.
"""
