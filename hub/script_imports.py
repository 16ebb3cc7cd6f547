"""Which modules a page's script imports, for a browser to ask for all of them at once.

Without it a browser learns of each module from the one before: a round trip a level.
Read once per process; what is imported only when it is needed (`import()`) is not here.
"""

import re
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath

from django.contrib.staticfiles import finders

STATIC_IMPORT = re.compile(r'^(?:import|export)\b[^"(]*"(\.[^"]+)"', re.MULTILINE)


@cache
def imported_by(script: str) -> tuple[str, ...]:
    """Static paths of every module that `script` (a static path) needs, itself not.

    Raises FileNotFoundError for a script or a module that is not there.
    """
    found: dict[str, None] = {}
    waiting = [script]
    while waiting:
        for module in _named_in(waiting.pop()):
            if module != script and module not in found:
                found[module] = None
                waiting.append(module)
    return tuple(found)


def _named_in(script: str) -> list[str]:
    place = finders.find(script)
    if place is None:
        raise FileNotFoundError(script)
    folder = PurePosixPath(script).parent
    named = STATIC_IMPORT.findall(Path(place).read_text())
    return [normpath(str(folder / one)) for one in named]
