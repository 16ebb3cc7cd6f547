"""Every write of the domain: verbs, one transaction each, one event each.

An action takes plain values, never a request, and asks hub.permissions itself.
"""
