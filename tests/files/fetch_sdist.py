"""Fetches source distributions from wherever pip is told to look; nothing is built.

`python fetch_sdist.py FOLDER NAME==VERSION ...` in a process of its own: pip's parts
are used as pip uses them (index, proxy, certificates, credentials of its settings), and
`pip download` would run the build of each package. Hashes are checked by the caller.
"""

import sys
from pathlib import Path

from pip._internal.commands import create_command
from pip._internal.req.constructors import install_req_from_line


def main(folder: Path, requirements: list[str]) -> int:
    command = create_command("download")
    with command.main_context():
        options, _rest = command.parse_args(["--no-binary", ":all:", "--quiet", "any"])
        session = command._build_session(options)
        finder = command._build_package_finder(options=options, session=session)
        for line in requirements:
            wanted = install_req_from_line(line)
            found = finder.find_best_candidate(wanted.name, wanted.specifier)
            if found.best_candidate is None:
                return 1
            link = found.best_candidate.link
            answer = session.get(link.url, headers={"Accept-Encoding": "identity"})
            answer.raise_for_status()
            (folder / link.filename).write_bytes(answer.content)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
