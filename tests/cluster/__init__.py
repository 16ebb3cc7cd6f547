"""The hub as several processes behind one address, without docker.

Belongs here: the proxy, the processes and their restarts; `make cluster`, the journeys
and the fault tests use them. Nothing here is part of the product: a deployment has its
own proxy and its own supervisor (docker-compose.yml, docs/operations).
"""
