"""The live face of threads: socket, frames, fan-out.

Imports hub, never notifications.
"""
