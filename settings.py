"""What Django is told. Values an operator may change come from environment.py."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from environment import BASE, read_environment, read_secret_key
from hub.files import place
from hub.files.file_settings import read_files_keys
from hub.theme_settings import dsfr_folders, dsfr_version
from realtime.layer_address import WrongAddress, layer_host

env = read_environment()

try:
    env.data_folder.mkdir(parents=True, exist_ok=True)
    SECRET_KEY = read_secret_key(env)
    FILES_KEYS = read_files_keys(env, env.data_folder)
except OSError as error:
    raise ImproperlyConfigured(
        f"DATA_FOLDER cannot be written ({error.strerror}: {error.filename}). "
        "Choose a folder you own, for example DATA_FOLDER=/tmp/hub."
    ) from None

DEBUG = False  # A page that shows code or settings to a visitor is never wanted.
PRODUCTION = env.production
RULES = env  # the choices of environment.Rules, by name
BASE_URL = env.public_url
LISTEN_HOST, LISTEN_PORT = env.host, env.port
DRAIN_SECONDS = env.drain_seconds
ROOT_URLCONF = "urls"
ASGI_APPLICATION = "asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "hub.User"

INSTALLED_APPS = [
    "django.contrib.contenttypes",  # the auth app needs it
    "django.contrib.auth",  # only its session and user plumbing is used
    "django.contrib.staticfiles",
    "channels",
    "hub",
    "realtime",
    "notifications",
]
AUTHENTICATION_BACKENDS = ["hub.sessions.Accounts"]

MIDDLEWARE = [
    "hub.access.AccessMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "hub.compression.StaticMiddleware",
    "hub.compression.PagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "hub.middleware.LanguageMiddleware",
    "hub.middleware.HeadersMiddleware",
    "notifications.link_requests.HeadersMiddleware",
    "hub.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hub.middleware.DatabaseDownMiddleware",
    "hub.middleware.StayingMiddleware",
    "hub.middleware.PresenceMiddleware",
    "hub.middleware.ReaderMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hub.middleware.PermissionMiddleware",
]

# --- Origins and cookies -----------------------------------------------------
_public = urlsplit(BASE_URL)
ALLOWED_HOSTS = [_public.hostname or "127.0.0.1"]
ALLOWED_ORIGINS = [BASE_URL]
if not PRODUCTION:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost"]
    ALLOWED_ORIGINS += [f"http://{h}:{env.port}" for h in ("127.0.0.1", "localhost")]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.https else None
SECURE_SSL_REDIRECT = False  # The proxy redirects; health checks stay plain.
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if env.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.https
SECURE_REFERRER_POLICY = "same-origin"  # `no-referrer` would null Origin on forms.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_prefix = "__Host-" if env.https else ""
SESSION_ENGINE = "hub.sessions"
SESSION_COOKIE_NAME = f"{_prefix}session"
SESSION_COOKIE_AGE = env.session_hours * 3600  # the longest; hub.sessions says when
SESSION_IDLE = timedelta(minutes=env.session_idle_minutes)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.https
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "hub.views.errors.csrf_failure"
SILENCED_SYSTEM_CHECKS = [
    "security.W008"
]  # The redirect to HTTPS is the proxy's (docs).

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Data --------------------------------------------------------------------
_SQLITE = {
    # BEGIN IMMEDIATE takes the write lock at once: a read that turns into a write
    # cannot fail half-way. FULL: an acknowledged message survives a power cut.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
_POSTGRESQL = {
    # Requests run in short-lived threads, so connections live in a pool. After an
    # outage a connection attempt is given up after 4 s, and the next request
    # starts a fresh one: recovery never waits for a long back-off.
    "pool": {"min_size": 1, "max_size": 20, "timeout": 5, "reconnect_timeout": 4},
    # For hub.sql and hub.prepared, which keep their statements: the ORM binds values
    # itself. One plan for each; PostgreSQL would make a new one each time.
    "prepare_threshold": 5,
    # And a process that vanished in mid-transaction holds its locks for a minute.
    "options": "-c plan_cache_mode=force_generic_plan "
    "-c idle_in_transaction_session_timeout=60000",
}


def database(url: str) -> dict[str, Any]:
    """Django's settings for DATABASE_URL; the durable way for each engine."""
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    sqlite = config["ENGINE"].endswith("sqlite3")
    given = config.get("OPTIONS", {})
    ours = _SQLITE if sqlite else _POSTGRESQL
    config["OPTIONS"] = given | ours
    if not sqlite:
        options = f"{given.get('options', '')} {ours['options']}"
        config["OPTIONS"]["options"] = options.strip()
    config["CONN_HEALTH_CHECKS"] = not sqlite
    if sqlite:  # Tests use a file too: in memory, threads would share one lock table.
        config["TEST"] = {"NAME": str(env.data_folder / "test.sqlite3")}
    return config


DATABASES = {"default": database(env.database)}

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        # A process listens for as long as it lives; the default forgets it in a day.
        "CONFIG": {"group_expiry": 10 * 365 * 86400, "capacity": 10_000},
    }
}
if env.redis_url:
    try:
        _host = layer_host(env.redis_url)
    except WrongAddress as error:
        raise ImproperlyConfigured(str(error)) from None
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [_host]},
    }

RATE_LIMITS = env.rate_limits
FAST_SOCKETS = env.fast_sockets

# --- Files -------------------------------------------------------------------
try:
    _attachments = place.storage(env.storage_url, env.data_folder / "files")
except place.WrongPlace as error:
    raise ImproperlyConfigured(str(error)) from None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # unused
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "attachments": _attachments,
}
FILE_WORKERS = env.file_workers
METRICS_TOKEN = env.metrics_token
# hub.uploads counts bytes while they arrive and never writes clear ones to a named
# file; the size of a whole body is held by hub.server and hub.middleware.
FILE_UPLOAD_HANDLERS = ["hub.uploads.CountingHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- Pages -------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE / "templates"],
        "OPTIONS": {
            "environment": "hub.jinja.environment",
            "context_processors": [
                "hub.jinja.page_context",
                "hub.views.recorded.page_context",
            ],
        },
    }
]


def _static_release() -> str:
    """A short hash of all static files: the address changes when one of them does.

    Modules import each other by relative addresses, so one hashed folder lets a
    browser keep them for ever. What is sent is made of them by the modules named here.
    """
    digest = hashlib.sha256()
    for maker in ("compression.py", "script_packs.py"):
        digest.update((BASE / "hub" / maker).read_bytes())
    for app in ("hub", "realtime", "notifications"):
        for path in sorted((BASE / app / "static").rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(BASE).as_posix().encode())
                digest.update(path.read_bytes())
    if env.has_dsfr:
        digest.update(dsfr_version().encode())
    return digest.hexdigest()[:12]


HAS_DSFR = env.has_dsfr
if HAS_DSFR:
    STATICFILES_DIRS = dsfr_folders()
    # The block of the Republic is drawn by pictures inside the DSFR's own sheet.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append("data:")
STATIC_URL = f"/static/{_static_release()}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = WHITENOISE_ALLOW_ALL_ORIGINS = False


def WHITENOISE_IMMUTABLE_FILE_TEST(path: str, url: str) -> bool:  # noqa: N802 (its name)
    return True


# --- Language and time -------------------------------------------------------
USE_I18N = USE_TZ = True
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE / "hub" / "locale"]
LANGUAGE_COOKIE_NAME = "langue"
TIME_ZONE = "UTC"
PEOPLE_TIME_ZONE = "Europe/Paris"

# --- Mail --------------------------------------------------------------------
SMTP_URL = env.smtp_url
MAIL_FROM = env.mail_from
MAIL_ALLOW_INVALID = env.mail_allow_invalid
MAIL: Any = env  # the choices of notifications.mail_settings, by name
UNREAD_DELAY = timedelta(seconds=env.unread_delay_seconds)

# --- Virus scanning ----------------------------------------------------------
SCANNING: Any = env  # which scanner, by the names of hub.files.scanners.Choice
FILES_ARE_SCANNED = env.scanner != "none"
OWN_CLAMD = env.has_own_clamd

# --- Files of the repository -------------------------------------------------
SEED_DATA: Path = BASE / "hub" / "data"
DATA_FOLDER: Path = env.data_folder

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "notifications.masking.MaskedText",
            "fmt": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "notifications.masking.MaskedJson"},
    },
    "handlers": {
        "out": {
            "class": "logging.StreamHandler",
            "formatter": "json" if env.logs_json else "text",
        }
    },
    "root": {"handlers": ["out"], "level": env.log_level},
    "loggers": {
        # Requests, sockets and messages, one line each.
        "hub.access": {"level": env.log_level if env.logs_access else "ERROR"},
        "daphne": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        # Says every 4xx, with paths; the access log is the proxy's.
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},  # its lines hold link secrets
        "mail.log": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "asyncio": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},  # greets at INFO
    },
}
