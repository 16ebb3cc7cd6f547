"""`python mailbox.py PORT`: a development server whose mail catcher has that port.

Belongs here: what stands beside a cluster for trials. With one process the catcher
lives in it; several need one mailbox for all, whose pages are at /dev/.
"""

import os
import sys

from django.core.management import execute_from_command_line


def main(port: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    import django

    django.setup()
    from notifications import catcher

    catcher._free_port = lambda: port
    execute_from_command_line(["manage.py", "serve"])


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    main(int(sys.argv[1]))
