"""Synapse under load: Matrix rooms in PostgreSQL, one process, limits off.

Belongs here: its servers and configuration. The people who talk are in
synapse_crowd.py.
"""

import socket
from pathlib import Path
from signal import SIGKILL

import psycopg

from bench.realtime import cost
from bench.realtime.flights import Books
from bench.realtime.synapse_crowd import SynapseCrowd, World
from tests.clients.server import ROOT, free_port
from tests.servers import Postgres, ServerError
from tests.servers.children import Child, Folder

PYTHON = ROOT / "var" / "peers" / "synapse" / "bin" / "python"
START = "synapse.app.homeserver"
CREATE = "CREATE DATABASE synapse TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'"
FREE = "{per_second: 1000000, burst_count: 1000000}"
CONFIGURATION = f"""
server_name: localhost
report_stats: false
suppress_key_server_warning: true
trusted_key_servers: []
signing_key_path: {{folder}}/signing.key
media_store_path: {{folder}}/media
pid_file: {{folder}}/homeserver.pid
log_config: {{folder}}/log.yaml
macaroon_secret_key: measured
form_secret: measured
enable_registration: true
enable_registration_without_verification: true
bcrypt_rounds: 4
presence: {{{{enabled: false}}}}
caches: {{{{sync_response_cache_duration: 0s}}}}
database:
  name: psycopg2
  args: {{{{user: postgres, dbname: synapse, host: "{{database}}", cp_min: 5, cp_max: 10}}}}
listeners:
  - {{{{port: {{port}}, type: http, bind_addresses: ["127.0.0.1"],
     resources: [{{{{names: [client]}}}}]}}}}
rc_message: {{{FREE}}}
rc_registration: {{{FREE}}}
rc_room_creation: {{{FREE}}}
rc_login: {{{{address: {{{FREE}}}, account: {{{FREE}}}, failed_attempts: {{{FREE}}}}}}}
rc_joins: {{{{local: {{{FREE}}}, remote: {{{FREE}}}}}}}
rc_joins_per_room: {{{FREE}}}
rc_invites: {{{{per_room: {{{FREE}}}, per_user: {{{FREE}}}, per_issuer: {{{FREE}}}}}}}
"""
LOGS = """
version: 1
handlers: {console: {class: logging.StreamHandler}}
root: {level: ERROR, handlers: [console]}
"""


class SynapseSystem:
    """One Synapse with a PostgreSQL of its own; its rooms stay from run to run."""

    def __init__(self, name: str = "synapse") -> None:
        self.name = name
        self.cores = [cost.SERVER_CORE]
        self.folder = Folder("synapse")
        self.port = free_port()
        self.postgres = Postgres(own=True)
        self.server: Child | None = None
        self.world: World | None = None

    def start(self) -> None:
        if not PYTHON.exists():
            raise ServerError("Synapse is not installed: make bench-peers")
        self.postgres.start()
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(CREATE)
        folder = self.folder.path
        host = self.postgres.url.partition("host=")[2]
        text = CONFIGURATION.format(folder=folder, database=host, port=self.port)
        Path(folder, "homeserver.yaml").write_text(text)
        Path(folder, "log.yaml").write_text(LOGS)
        Path(folder, "signing.key").write_text(
            "ed25519 a_bench AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
        )
        command = [str(PYTHON), "-m", START, "-c", str(folder / "homeserver.yaml")]
        self.server = Child(command, folder / "output.log", at_death=SIGKILL)
        self.server.wait_until(self._listens, "Synapse")

    def stop(self) -> None:
        if self.server:
            self.server.kill()
        self.postgres.close()
        self.folder.close()

    def front(self) -> list[int]:
        return [self.server.pid] if self.server else []

    def roots(self) -> list[int]:
        return [*self.front(), self.postgres.pid]

    async def open(self, rooms: int, members: int, books: Books) -> SynapseCrowd:
        database = self.postgres.url.replace("/postgres?", "/synapse?")
        if self.world is None:
            self.world = World(self.port, database)
        await self.world.prepare(rooms, members)
        crowd = SynapseCrowd(self.world, rooms, members, books)
        await crowd.connect()
        return crowd

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
