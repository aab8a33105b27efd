"""`manage.py live`: the sockets of the live page alone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config import live_server


class Command(BaseCommand):
    help = "Hold the sockets of the live page, beside web servers that run with --http-only."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        live_server.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        live_server.serve(host=options["host"], port=options["port"], workers=options["workers"])
