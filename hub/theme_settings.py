"""Which look the pages have, and what must be true before it may be the State's.

Belongs here: the variables, their sentences, and where the DSFR's files are. What the
look is made of: static/hub/css/dsfr.css and templates/components/dsfr/.
"""

from importlib.metadata import distribution, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

PACKAGE = "django-dsfr"
# What pages ask for, of 17 MB: the rest is neither served nor listed.
PARTS = (
    "core",
    "component/logo",
    "component/header",
    "component/footer",
    "component/link",
    "fonts",
    "icons/system",
)


class ThemeSettings(BaseSettings):
    """Part of environment.Environment."""

    hub_theme: Literal["neutral", "dsfr"] = Field(
        "neutral",
        description="`dsfr`: the design system of the State, for its own services "
        "only; needs the packages of requirements/dsfr.txt and DSFR_ACCEPT_LICENSE.",
    )
    dsfr_accept_license: bool = Field(
        False,
        description="You are a State service, or an operator with its agreement, on "
        "`.gouv.fr`, and accept the DSFR's terms of use.",
    )

    @property
    def has_dsfr(self) -> bool:
        return self.hub_theme == "dsfr"

    def theme_problems(self) -> list[str]:
        if not self.has_dsfr:
            return []
        problems = []
        if not find_spec("dsfr"):
            problems.append(
                "HUB_THEME=dsfr needs more packages: install requirements/dsfr.txt "
                "(pip install --require-hashes -r requirements/dsfr.txt)."
            )
        if not self.dsfr_accept_license:
            problems.append(
                "HUB_THEME=dsfr is for services of the French State on .gouv.fr only "
                "(terms of use of the DSFR): if you are one and accept them, set "
                "DSFR_ACCEPT_LICENSE=true; otherwise leave HUB_THEME=neutral."
            )
        return problems


def dsfr_folders() -> list[tuple[str, str]]:
    """What Django serves beside our own files: (prefix, folder) of each of PARTS.

    Raises PackageNotFoundError where the package is not: theme_problems looks first.
    """
    home = Path(str(distribution(PACKAGE).locate_file("dsfr"))) / "static/dsfr/dist"
    return [(f"dsfr/{part}", str(home / part)) for part in PARTS]


def dsfr_version() -> str:
    return version(PACKAGE)
