"""`manage.py simulate_providers`: a provider on this machine. How to: docs/simulator.md."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gateways.simulator import command_line


class Command(BaseCommand):
    """Start the simulated provider; it ends on SIGTERM or Ctrl-C."""

    help = "Start a simulated M-Pesa provider on this machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The simulator's own options."""
        command_line.add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve until told to stop. Raises CommandError for a wrong setting or a taken port."""
        try:
            code = command_line.run(options, out=self.stdout)
        except (OSError, ValueError, ArgumentTypeError) as problem:
            raise CommandError(str(problem)) from problem
        if code:
            sys.exit(code)
