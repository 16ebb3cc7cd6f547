"""What is small to send and huge to open is refused, for the right reason, at once."""
