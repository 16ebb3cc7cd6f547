"""Every list a page or a client shows, each in a constant number of queries."""
