"""What `manage.py check --deploy` says beyond Django's own checks."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register


@register(Tags.security, deploy=True)
def production_is_complete(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.PRODUCTION:
        found.append(
            checks.Warning(
                "HUB_MODE is development.",
                hint="Set HUB_MODE=production: unsafe values are then refused.",
                id="hub.W001",
            )
        )
    if settings.SMTP_URL.startswith("smtp://"):
        found.append(
            checks.Warning(
                "E-mail leaves this machine without TLS.",
                hint="Use submission:// or smtps:// in SMTP_URL.",
                id="hub.W002",
            )
        )
    if _shares_nothing():
        found.append(
            checks.Warning(
                "PostgreSQL without REDIS_URL: several web processes would not "
                "hear each other.",
                hint="Set REDIS_URL, or keep to one process (then silence this).",
                id="hub.W003",
            )
        )
    if settings.PRODUCTION and settings.SCANNING.accepts_unknown_age:
        found.append(
            checks.Warning(
                "Files are published after a scan with signatures of unknown age.",
                hint="Leave CLAMD_UNKNOWN_AGE empty and let freshclam run.",
                id="hub.W004",
            )
        )
    return found


def _shares_nothing() -> bool:
    in_process = "InMemory" in settings.CHANNEL_LAYERS["default"]["BACKEND"]
    return in_process and "postgresql" in settings.DATABASES["default"]["ENGINE"]
