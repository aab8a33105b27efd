"""`manage.py draw_states`: docs/states.md from the arrow tables that the code walks."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

from core.command import VaultCommand
from core.states import Machine

PAGE = Path("docs") / "states.md"
HEAD = """\
# Statuses and the arrows between them

Drawn by `python3 run.py manage draw_states` from the tables in each app's `states.py`;
do not edit by hand.
A status changes only along an arrow, through `core.states.advance`; each change is a step.
"""


class Command(VaultCommand):
    help = "Draw docs/states.md from the arrow tables; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; exit code 1 when it is out of date",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, page = Path(settings.BASE_DIR) / PAGE, drawing(machines())
        fits = path.exists() and path.read_text(encoding="utf-8") == page
        if options["check"] and not fits:
            raise self.failure(f"{PAGE} is out of date: run `python3 run.py manage draw_states`")
        if not fits:
            path.write_text(page, encoding="utf-8")
        self.answer(
            {"file": str(PAGE), "changed": not fits},
            f"{PAGE} is {'up to date' if fits else 'drawn anew'}",
        )


def machines() -> list[Machine]:
    """Every state machine that a model walks, by name."""
    candidates = (getattr(model, "MACHINE", None) for model in apps.get_models())
    found = {each.name: each for each in candidates if isinstance(each, Machine)}
    return [found[name] for name in sorted(found)]


def drawing(drawn: list[Machine]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(machine) for machine in drawn)])


def _section(machine: Machine) -> str:
    lines = [f"## {machine.name.capitalize()}", "", "```mermaid", "stateDiagram-v2"]
    lines += _arrows(machine)
    lines += ["```", "", "| Status | What it means | What may follow |", "|---|---|---|"]
    for status, meaning in machine.meanings.items():
        following = ", ".join(f"`{new}`" for new in _ordered(machine, machine.arrows[status]))
        lines.append(f"| `{status}` | {meaning} | {following or 'nothing'} |")
    return "\n".join([*lines, ""])


def _arrows(machine: Machine) -> list[str]:
    lines = []
    for old, targets in machine.arrows.items():
        lines += [f"    {old} --> {new}" for new in _ordered(machine, targets)]
        if not targets:
            lines.append(f"    {old} --> [*]")
    return lines


def _ordered(machine: Machine, targets: frozenset[str]) -> list[str]:
    """In the order of the table of meanings, so that the page does not change by chance."""
    return [str(status) for status in machine.meanings if status in targets]
