"""Whole paths, as people walk them."""
