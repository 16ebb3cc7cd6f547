"""The chat of Channels' tutorial, with its messages saved: what the hub is compared with.

As its documentation has it (asynchronous consumer, group_send, Daphne), plus the usual
way to keep what was said: the ORM through `database_sync_to_async`. It checks no rights,
numbers nothing and shows no past, so it does less than the hub for every message.
"""
