"""What pages send, checked for type before an action sees it: one family a module."""
