"""house.md 1: every app has the same rooms and no others."""

import pytest

from tests.tidy.conftest import ROOT

APPS = ("vault", "disbursements", "rents", "loans", "reconciliation")
ROOMS = {
    "states.py", "rules", "models", "queries.py", "queries", "operations", "admin", "api",
    "jobs.py", "management", "migrations", "apps.py", "__init__.py",
}  # fmt: skip
OF_THE_WATCHTOWER = {"sources", "consumers.py"}
FOLDERS = {"rules", "models", "operations", "admin", "api", "management", "migrations"}
TOP = {
    "config", "core", "gateways", "ledger", "vault", "disbursements", "rents", "loans",
    "reconciliation", "templates", "tests", "docs", "requirements", "deploy",
}  # fmt: skip


def inside(name: str) -> set[str]:
    return {path.name for path in (ROOT / name).iterdir() if not path.name.startswith("__pyc")}


class TestRooms:
    @pytest.mark.parametrize("app", APPS)
    def test_an_app_has_only_the_rooms_of_the_house(self, app: str) -> None:
        more = OF_THE_WATCHTOWER if app == "reconciliation" else set()

        assert inside(app) <= ROOMS | more

    @pytest.mark.parametrize("app", APPS)
    def test_a_room_of_nouns_or_verbs_is_a_folder(self, app: str) -> None:
        wrong = inside(app) & {f"{name}.py" for name in FOLDERS}

        assert not wrong

    def test_there_is_no_other_house_beside_it(self) -> None:
        packages = {
            path.name
            for path in ROOT.iterdir()
            if path.is_dir() and not path.name.startswith((".", "__"))
        }

        assert packages <= TOP

    def test_rules_never_touch_the_framework(self) -> None:
        found = [
            path.name
            for app in APPS
            for path in (ROOT / app / "rules").glob("*.py")
            if "django" in path.read_text(encoding="utf-8")
        ]

        assert not found

    def test_there_are_no_signals(self) -> None:
        found = [
            path.relative_to(ROOT).as_posix()
            for app in (*APPS, "core", "gateways", "ledger", "config")
            for path in (ROOT / app).rglob("*.py")
            if "django.dispatch" in path.read_text(encoding="utf-8")
            or "django.db.models.signals" in path.read_text(encoding="utf-8")
        ]

        assert not found
