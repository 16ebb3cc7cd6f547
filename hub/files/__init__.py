"""What happens to a file between the sender and a reader. No database here.

name -> size while streaming -> sealed under a random id -> our own limits and the type
by content (a child process) -> virus scan -> rebuilt (a child process) -> scanned
again -> published, or refused with a reason. Rows, states, rights: hub.actions.
"""
