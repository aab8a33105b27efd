"""`manage.py serve`: the web server alone, as in production."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config import serving


class Command(BaseCommand):
    help = "Serve pages, API, callbacks and the live page's socket on one port."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        serving.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        serving.serve(
            host=options["host"], port=options["port"], workers=options["workers"],
            http_only=options["http_only"],
        )  # fmt: skip
