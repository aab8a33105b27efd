"""Every state machine is drawn, told in words, and has its arrows walked by tests."""

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from config.management.commands.draw_states import PAGE, drawing, machines
from tests.tidy.conftest import ROOT


class TestMachines:
    def test_each_has_a_test_of_every_arrow(self) -> None:
        without = []
        for model in apps.get_models():
            if hasattr(model, "MACHINE"):
                path = ROOT / "tests" / model._meta.app_label / "test_arrows.py"
                text = path.read_text(encoding="utf-8") if path.exists() else ""
                if model.__name__ not in text or "arrows.items()" not in text.lower():
                    without.append(model.__name__)

        assert not without

    def test_each_arrow_leads_to_a_status_with_a_meaning(self) -> None:
        wrong = [
            f"{machine.name}: {old} -> {new}"
            for machine in machines()
            for old, targets in machine.arrows.items()
            for new in (old, *targets)
            if new not in machine.meanings or new not in machine.arrows
        ]

        assert machines()
        assert not wrong


class TestDrawing:
    def test_the_page_is_what_the_command_draws(self) -> None:
        assert (ROOT / PAGE).read_text(encoding="utf-8") == drawing(machines())

    def test_every_arrow_is_in_it(self) -> None:
        page = (ROOT / PAGE).read_text(encoding="utf-8")

        missing = [
            f"{old} --> {new}"
            for machine in machines()
            for old, targets in machine.arrows.items()
            for new in targets
            if f"    {old} --> {new}\n" not in page
        ]
        assert not missing

    def test_a_page_that_is_out_of_date_is_told(self, settings: object, tmp_path: Path) -> None:
        settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
        (tmp_path / "docs").mkdir()

        with pytest.raises(CommandError, match="out of date"):
            call_command("draw_states", "--check", stderr=StringIO())
        call_command("draw_states", stdout=StringIO())

        call_command("draw_states", "--check", stdout=StringIO())
        assert (tmp_path / PAGE).read_text(encoding="utf-8") == drawing(machines())
