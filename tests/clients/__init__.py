"""What tests talk to a served hub with: its process, a socket, a signed-in session."""
