"""What one child process does with one file: one step, one line of JSON, the end.

`inspect SOURCE | rebuild SOURCE TARGET KIND | preview SOURCE TARGET KIND`; `probe` only
says which walls stand. Forked by nursery_main.py. Which files are accepted and what is
left of them is decided by the modules it calls.
"""

import errno
import json
import sys
from collections.abc import Callable
from pathlib import Path

from hub.files.confine import confine

# What the machine lacks and the file is not to blame for.
NOT_THE_FILE = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EACCES}
NOT_THE_FILE |= {errno.ENOENT, errno.EROFS, errno.EPERM}

Step = Callable[..., dict[str, object]]


def main(arguments: list[str]) -> int:
    """Exit code 0 with an answer on standard output; any other: the child failed."""
    name, *places = arguments
    walls = confine(*places[:1])
    if name == "probe":
        answer: dict[str, object] = {"walls": walls}
    else:
        answer = _answer(STEPS[name], places)
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _answer(step: Step, places: list[str]) -> dict[str, object]:
    from hub.files.refusals import FileRefused, Reason

    try:
        return step(*places)
    except FileRefused as refusal:
        return {"refused": refusal.reason.value, "detail": refusal.detail}
    except (MemoryError, RecursionError) as error:
        return _refused(Reason.TOO_BIG_INSIDE, error)
    except OSError as error:
        if error.errno in NOT_THE_FILE:
            raise
        big = error.errno in (errno.EFBIG, errno.ENOMEM)
        return _refused(Reason.TOO_BIG_INSIDE if big else Reason.BROKEN, error)
    except ImportError:
        raise  # the installation, not the file
    except Exception as error:  # the top: libraries raise anything at broken files
        return _refused(Reason.BROKEN, error)


def _refused(reason: str, error: Exception) -> dict[str, object]:
    # The type only: the text of an error may quote the file.
    return {"refused": str(reason), "detail": type(error).__name__}


def _inspect(source: str) -> dict[str, object]:
    from hub.files.kinds import recognise

    path = Path(source)
    kind = recognise(path)
    if kind.family == "pdf":
        from hub.files import pdf_limits

        pdf_limits.check(path)
    elif kind.family == "image":
        from hub.files import images

        images.check(path, kind.name)
    return {"kind": kind.name}


def _rebuild(source: str, target: str, name: str) -> dict[str, object]:
    from hub.files.kinds import KINDS

    kind, pages = KINDS[name], None
    if kind.family == "pdf":
        from hub.files import pdf

        pages = pdf.rebuild(Path(source), Path(target))
    elif kind.family == "image":
        from hub.files import images

        images.rebuild(Path(source), Path(target), kind)
    elif kind.family == "office":
        from hub.files import office

        office.rebuild(Path(source), Path(target), kind)
    else:
        from hub.files import plain_text

        plain_text.rebuild(Path(source), Path(target), kind)
    return {"pages": pages}


def _preview(source: str, target: str, name: str) -> dict[str, object]:
    from hub.files import preview
    from hub.files.kinds import KINDS

    return {"drawn": preview.draw(Path(source), Path(target), KINDS[name])}


STEPS: dict[str, Step] = {
    "inspect": _inspect,
    "rebuild": _rebuild,
    "preview": _preview,
}
