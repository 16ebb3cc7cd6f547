"""ejabberd under load: multi-user chat, archived in PostgreSQL before it is reflected.

Belongs here: its servers, configuration and tables. The people who talk are in
ejabberd_crowd.py. Debian's package as `make bench-peers` installs it; accounts are
anonymous, so that it need not check a password.
"""

import random
import socket
from pathlib import Path
from signal import SIGKILL

import psycopg

from bench.realtime import cost
from bench.realtime.ejabberd_crowd import EjabberdCrowd, Place
from bench.realtime.flights import Books
from tests.clients.server import free_port
from tests.servers import Postgres, ServerError
from tests.servers.children import NOBODY, Child, Folder

SCHEMA = Path("/usr/share/ejabberd/sql/pg.sql")
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
PROGRAM = Path("/usr/bin/erl")
LONG = 100_000  # messages of the long room
# One scheduler for the one core it gets, which never spins while it waits.
ERLANG = ["+K", "true", "+P", "250000", "+S", "1:1"]
ERLANG += ["+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"]
CONFIGURATION = """
hosts: [localhost]
loglevel: error
auth_method: anonymous
anonymous_protocol: sasl_anon
allow_multiple_connections: true
default_db: sql
sql_type: pgsql
sql_server: "{database}"
sql_database: postgres
sql_username: postgres
sql_password: none
sql_pool_size: 10
max_fsm_queue: 100000
acl: {{local: {{user_regexp: ""}}}}
access_rules: {{local: {{allow: all}}, c2s: {{allow: all}}}}
shaper_rules: {{max_user_sessions: 100000, c2s_shaper: none}}
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: false,
     access: c2s, shaper: none, max_stanza_size: 262144}}
modules:
  mod_disco: {{}}
  mod_mam: {{db_type: sql, default: never, assume_mam_usage: true,
             clear_archive_on_room_destroy: false}}
  mod_muc:
    db_type: sql
    access: all
    access_create: all
    access_persistent: all
    access_mam: all
    history_size: 0
    max_users: 1000
    max_user_conferences: 100000
    min_message_interval: 0
    default_room_options: {{mam: true, persistent: true, public: false}}
"""
# The first message again and again, a second apart, so that the newest come last.
FILL = """INSERT INTO archive
    (username, timestamp, peer, bare_peer, xml, txt, kind, nick)
    SELECT username, timestamp - n::bigint * 1000000, peer, bare_peer, xml, txt, kind,
        nick FROM archive, generate_series(1, %s) n WHERE username = %s"""


class EjabberdSystem:
    """One ejabberd with a PostgreSQL of its own."""

    def __init__(self, name: str = "ejabberd") -> None:
        self.name = name
        self.cores = [cost.SERVER_CORE]
        self.folder = Folder("ejabberd", NOBODY)
        self.port = free_port()
        # It cannot use a Unix socket: an address that nobody else listens on.
        self.address = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.2"
        self.postgres = Postgres(own=True)
        self.postgres.settings(listen_addresses=self.address)
        self.server: Child | None = None
        self.long_room = ""

    def start(self) -> None:
        if not (SCHEMA.exists() and PROGRAM.exists()):
            raise ServerError("ejabberd is not installed: make bench-peers")
        self.postgres.start()
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(SCHEMA.read_text().encode())
        text = CONFIGURATION.format(database=self.address, port=self.port)
        Path(self.folder.path, "ejabberd.yml").write_text(text)
        self.restart_front()

    def restart_front(self) -> None:
        """A server without a past: memory once taken is not given back."""
        if self.server:
            self.server.kill()
        folder = self.folder.path
        environment = {
            "ERL_LIBS": LIBRARIES,
            "HOME": str(folder),
            "EJABBERD_CONFIG_PATH": str(folder / "ejabberd.yml"),
            "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
            "ERL_CRASH_DUMP": str(folder / "crash.dump"),
        }
        pairs = [f"{name}={value}" for name, value in environment.items()]
        alone = ["-start_epmd", "false", "-noinput", "-mnesia", "dir"]
        command = ["/usr/bin/env", *pairs, str(PROGRAM), *ERLANG, *alone]
        command += [f'"{folder / "spool"}"', "-s", "ejabberd"]
        log = folder / "output.log"
        self.server = Child(command, log, account=NOBODY, at_death=SIGKILL)
        self.server.wait_until(self._listens, "ejabberd")

    def stop(self) -> None:
        if self.server:
            self.server.kill()
        self.postgres.close()
        self.folder.close()

    def front(self) -> list[int]:
        return [self.server.pid] if self.server else []

    def roots(self) -> list[int]:
        return [*self.front(), self.postgres.pid]

    async def open(self, rooms: int, members: int, books: Books) -> EjabberdCrowd:
        place = Place(self.port, self.postgres.url)
        crowd = EjabberdCrowd(place, rooms, members, books)
        await crowd.connect()
        return crowd

    async def open_long(self, books: Books) -> EjabberdCrowd:
        """A room of 100,000 messages, made once: the first is sent, the rest copied."""
        crowd = await self.open(1, 4, books)
        if not self.long_room:
            self.long_room = await crowd.say_once()
            with psycopg.connect(self.postgres.url, autocommit=True) as connection:
                connection.execute(FILL, [LONG - 1, self.long_room])
                connection.execute("VACUUM ANALYZE archive")
        crowd.asked_room = self.long_room
        return crowd

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
