"""Reaching people who are away, by e-mail. Imports hub, never realtime."""
