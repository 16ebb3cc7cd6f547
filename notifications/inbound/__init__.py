"""Mail that comes back: bounces, automatic replies, replies. None becomes a message."""
