"""Every variable an operator can set: name, type, default, meaning.

Only reading and checking belong here; what Django makes of the values is in
settings.py. docs/configuration.md and .env.example list the same names: a test
compares them.
"""

import secrets
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.files.file_settings import FileSettings, file_problems
from hub.files.scanner_settings import ScannerSettings
from hub.theme_settings import ThemeSettings
from notifications.mail_settings import MailSettings
from realtime.socket_settings import SocketSettings

BASE = Path(__file__).resolve().parent
MAIL_SCHEMES = ("submission", "smtps", "smtp")
KEY_BYTES = 50  # Django's own check asks for 50 characters or more.


class Rules(BaseSettings):
    """Choices that the ministry may make otherwise; DOMAIN marks each with (choice)."""

    ack_reminder_days: int = Field(
        2, ge=1, le=60, description="Working days without receipt: contacts reminded."
    )
    ack_manager_days: int = Field(
        3, ge=1, le=60, description="Working days without receipt: its manager is told."
    )
    ack_court_days: int = Field(
        5, ge=1, le=60, description="Working days without receipt: the court is told."
    )
    ack_national_days: int = Field(
        10, ge=1, le=60, description="Working days without receipt: national list."
    )
    waiting_margin_percent: int = Field(
        50,
        ge=0,
        le=500,
        description="How much longer than declared a family waits before the centre "
        "is asked about it.",
    )
    stale_days: int = Field(
        30, ge=1, le=365, description="Days after which a declared wait is stale."
    )
    ending_first_days: int = Field(
        60, ge=1, le=365, description="Days before the end: first notice to both sides."
    )
    ending_second_days: int = Field(
        30, ge=1, le=365, description="Days before the end: second notice."
    )
    difficulty_hours: int = Field(
        4, ge=1, le=80, description="Working hours to answer an immediate difficulty."
    )
    difficulty_days: int = Field(
        5, ge=1, le=60, description="Working days to answer another difficulty."
    )
    protection_days: int = Field(
        30, ge=1, le=365, description="Days before a protection order ends: notice."
    )
    closure_silence_days: int = Field(
        15, ge=1, le=365, description="Days after which silence accepts a closure."
    )
    reopen_days: int = Field(
        30, ge=1, le=365, description="Days within which a closure can be undone."
    )
    archive_days: int = Field(
        30, ge=1, le=3650, description="Days from the end to read-only."
    )
    purge_days: int = Field(
        365, ge=1, le=36500, description="Days from the end to purging."
    )
    draft_days: int = Field(
        90, ge=1, le=3650, description="Days after which a draft not sent is purged."
    )
    availability_days: int = Field(
        14, ge=1, le=90, description="Days within which an availability is answered."
    )
    availability_kept_days: int = Field(
        30, ge=1, le=365, description="Days from the question to its removal."
    )
    observed_months: int = Field(
        6, ge=1, le=36, description="Months over which waiting is observed."
    )
    smallest_count: int = Field(
        5, ge=1, le=1000, description="Nothing is published on fewer measures."
    )


class Environment(
    Rules, FileSettings, ScannerSettings, MailSettings, SocketSettings, ThemeSettings
):
    """The process environment, completed by an `.env` file beside this module."""

    model_config = SettingsConfigDict(env_file=BASE / ".env", extra="ignore")

    hub_mode: Literal["development", "production"] = Field(
        "development", description="`production` refuses unsafe values at start."
    )
    host: str = Field("127.0.0.1", description="The address on which `serve` listens.")
    port: int = Field(
        8000, ge=1, le=65535, description="The port on which `serve` listens."
    )
    base_url: str = Field(
        "",
        description="The public address, used in e-mails and to check origins. "
        "Empty in development: `http://HOST:PORT`.",
    )
    data_folder: Path = Field(
        BASE / "var",
        description="Where the SQLite file, the files and the development keys live.",
    )
    database_url: str = Field(
        "",
        description="`postgresql://...` or `sqlite:///...`. "
        "Empty: an SQLite file in DATA_FOLDER.",
    )
    redis_url: str = Field(
        "",
        description="`redis://...`, `rediss://...`, `unix://...` or "
        "`redis+sentinel://...`, needed by more than one process. "
        "Empty: live hints stay inside the process.",
    )
    smtp_url: str = Field(
        "",
        description="`submission://user:password@host:587` (STARTTLS), "
        "`smtps://...:465` (TLS) or `smtp://...` (no TLS, only when asked). "
        "Empty in development: the built-in catcher, shown at /dev/mail.",
    )
    mail_from: str = Field(
        "Hub des mesures <ne-pas-repondre@hub.invalid>",
        description="The sender of every e-mail.",
    )
    mail_allow_invalid: bool = Field(
        False,
        description="Lets mail to `.invalid` addresses through to a local catcher.",
    )
    secret_key: str = Field(
        "", description="50 characters or more, kept secret. Needed in production."
    )
    secret_key_file: Path | None = Field(
        None, description="A file that holds SECRET_KEY, for container secrets."
    )
    session_hours: int = Field(
        12, ge=1, le=24, description="How long a sign-in lasts at most, in hours."
    )
    session_idle_minutes: int = Field(
        30,
        ge=10,
        le=1440,
        description="A session ends after this long without an act of its person.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least serious log line that is written."
    )
    log_format: Literal["", "json", "text"] = Field(
        "",
        description="`json` (one object a line) or `text`. "
        "Empty: json in production, text in development.",
    )
    access_log: Literal["", "on", "off"] = Field(
        "",
        description="A line for each request, socket and message, at INFO. "
        "Empty: on in production, off in development.",
    )
    drain_seconds: int = Field(
        0,
        ge=0,
        le=60,
        description="After SIGTERM: how long `serve` goes on while /readyz says "
        "`stopping`, so that a proxy sends nobody new.",
    )

    @property
    def production(self) -> bool:
        return self.hub_mode == "production"

    @property
    def public_url(self) -> str:
        """The address people use, without a final slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def database(self) -> str:
        default = f"sqlite:///{self.data_folder / 'hub.sqlite3'}"
        return self.database_url or default

    @property
    def logs_json(self) -> bool:
        return self.production if not self.log_format else self.log_format == "json"

    @property
    def logs_access(self) -> bool:
        return self.production if not self.access_log else self.access_log == "on"

    @property
    def has_own_clamd(self) -> bool:
        """Whether `serve` has to start one."""
        wanted = "clamd" in (self.scanner, self.second_scanner)
        return wanted and not self.clamd_url and not self.production

    @property
    def clamd_address(self) -> str:
        own = self.data_folder.resolve() / "clamd" / "clamd.sock"
        return self.clamd_url or f"unix://{own}"

    @property
    def accepts_unknown_age(self) -> bool:
        if self.clamd_unknown_age:
            return self.clamd_unknown_age == "accept"
        return not self.production


def read_environment() -> Environment:
    """Reads and checks everything at once.

    Raises ImproperlyConfigured with one line per wrong variable, so that an
    operator mends them all in one go.
    """
    try:
        # The values come from outside, so the type checker sees none.
        environment = Environment()  # type: ignore[call-arg]
    except ValidationError as error:
        lines = [f"{e['loc'][0]!s}".upper() + f": {e['msg']}" for e in error.errors()]
        raise ImproperlyConfigured("; ".join(lines)) from None
    if problems := _problems(environment):
        raise ImproperlyConfigured(" ".join(problems))
    return environment


def read_secret_key(environment: Environment) -> str:
    """The key from the environment, its file, or (development) a kept random one."""
    if environment.secret_key:
        return environment.secret_key
    if environment.secret_key_file:
        return environment.secret_key_file.read_text().strip()
    kept = environment.data_folder / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(KEY_BYTES))
    return kept.read_text()


def _problems(environment: Environment) -> list[str]:
    problems = []
    scheme = urlsplit(environment.smtp_url).scheme
    if environment.smtp_url and scheme not in MAIL_SCHEMES:
        problems.append(
            f"SMTP_URL begins with {scheme}://: write submission://, smtps:// or "
            "(without TLS) smtp://."
        )
    if not environment.database.startswith(("sqlite:", "postgresql:", "postgres:")):
        problems.append("DATABASE_URL must begin with postgresql:// or sqlite:///.")
    return [
        *problems,
        *_secret_key_problems(environment),
        *file_problems(environment, environment.data_folder, environment.production),
        *environment.scanner_problems(production=environment.production),
        *environment.mail_problems(),
        *environment.theme_problems(),
        *_production_problems(environment),
    ]


def _secret_key_problems(environment: Environment) -> list[str]:
    if not (environment.secret_key or environment.secret_key_file):
        missing = "SECRET_KEY is missing: production needs its own secret key."
        return [missing] if environment.production else []
    try:
        length = len(read_secret_key(environment))
    except (OSError, UnicodeDecodeError):
        return [f"SECRET_KEY_FILE: {environment.secret_key_file} cannot be read."]
    if environment.production and length < KEY_BYTES:
        return [f"SECRET_KEY is shorter than {KEY_BYTES} characters."]
    return []


def _production_problems(environment: Environment) -> list[str]:
    if not environment.production:
        return []
    problems = []
    if not environment.base_url.startswith("https://"):
        problems.append("BASE_URL must be the public https:// address in production.")
    if not environment.smtp_url:
        problems.append("SMTP_URL is missing: nobody could sign in without e-mail.")
    return problems
