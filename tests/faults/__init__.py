"""Tests that break things on purpose: processes, servers, hints."""
