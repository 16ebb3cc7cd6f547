#!/usr/bin/env python3
"""The command line. Only the start and the words of a start that fails belong here."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from hub.locale_files import compile_catalogues

    compile_catalogues()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The settings are not usable: {error}")


if __name__ == "__main__":
    main()
