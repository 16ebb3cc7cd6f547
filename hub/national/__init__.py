"""Demonstration data of the country's real size: people, measures, conversations.

Everything here is invented, from a fixed seed. Lives are told in memory by the same
table (hub.states) and rules (hub.posting) that the actions use; hub.national.storing
writes them in bulk. Actions stay the only writers of what people do.
"""
