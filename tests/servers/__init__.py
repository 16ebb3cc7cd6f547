"""Real servers for the tests: a PostgreSQL, a Valkey and a clamd that may be killed.

Belongs here: starting, breaking and stopping them, without Django. Which test uses
which server is decided by the fixtures; the group layer and the models are not known
here.
"""

from tests.servers.children import ServerError
from tests.servers.clamd import Clamd
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey

__all__ = ["Clamd", "Postgres", "ServerError", "Valkey"]
