"""Pages: read a request, call one query or action, show a template. No rule here."""
