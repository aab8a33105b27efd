#!/usr/bin/env python3
"""Django's command line. `python3 run.py manage …` calls it with the right environment."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
    if sys.argv[1:2] == ["serve"]:
        from config import serving

        serving.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["live"]:
        from config import live_server

        live_server.main(sys.argv[2:])
        return
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
