"""Things that have exactly one way: statuses, the clock, money, refusals by the database."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.tidy.conftest import python_files, shown

APPS = (
    "core",
    "gateways",
    "ledger",
    "vault",
    "disbursements",
    "rents",
    "loans",
    "reconciliation",
    "config",
)

CLOCK_READERS = {
    "core/clock.py",  # the one reader
    "gateways/simulator/simulator.py",  # stands for the provider, which has a clock of its own
    "run.py",  # runs before Django is installed
    "config/processes.py",  # run.py's neighbours: standard library only
    "config/embedded_postgres.py",
    "config/postgres_programs.py",
    "config/postgres_server.py",
    "config/parts.py",
    "config/dependencies.py",
    "config/surroundings.py",
}
CLOCK = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.sleep",
    "time.monotonic", "time.perf_counter", "timezone.now", "timezone.localtime",
    "timezone.localdate",
}  # fmt: skip
LAST_WORDS = {name.rpartition(".")[2] for name in CLOCK}
STATUS_WRITERS = {
    "core/states.py",  # the one writer
    "gateways/simulator/agenda.py",  # the provider's own records, not ours
    "gateways/simulator/payment.py",
}
FLOATS = {
    "gateways/simulator/faults.py",  # a rate of faults, not money
    "gateways/simulator/results.py",  # the provider writes 1250.0: the adapter must read it
    "config/parts.py",  # a wait without a limit
    "disbursements/api/amounts.py",  # JSON has no other number for 500.50; never reckoned with
}


@pytest.fixture(scope="module")
def nodes() -> Callable[..., Iterator[tuple[Path, ast.AST]]]:
    """Every node of the Python files below these places; each file is parsed once."""

    @cache
    def of_one(path: Path) -> list[ast.AST]:
        return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))

    def below(*places: str) -> Iterator[tuple[Path, ast.AST]]:
        return ((path, node) for path in python_files(*places) for node in of_one(path))

    return below


class TestStatus:
    def test_nobody_but_advance_writes_one(self, nodes: Any) -> None:
        found = [
            shown(path, node.lineno)
            for path, node in nodes(*APPS)
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
            and shown(path) not in STATUS_WRITERS
            and any(
                isinstance(target, ast.Attribute) and target.attr == "status"
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            )
        ]

        assert not found

    def test_nobody_updates_one_around_it(self, nodes: Any) -> None:
        found = [
            shown(path, node.lineno)
            for path, node in nodes(*APPS)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("update", "bulk_update")
            and any(keyword.arg == "status" for keyword in node.keywords)
            and shown(path) != "core/states.py"
        ]

        assert not found


class TestClock:
    def test_nobody_else_reads_it_or_sleeps(self, nodes: Any) -> None:
        found = [
            f"{shown(path, node.lineno)} {ast.unparse(node)}"
            for path, node in nodes(*APPS, "run.py", "manage.py")
            if isinstance(node, ast.Attribute)
            and node.attr in LAST_WORDS
            and ".".join(ast.unparse(node).split(".")[-2:]) in CLOCK
            and shown(path) not in CLOCK_READERS
        ]

        assert not found

    def test_nobody_takes_a_piece_of_it_home(self, nodes: Any) -> None:
        found = [
            shown(path, node.lineno)
            for path, node in nodes(*APPS)
            if isinstance(node, ast.ImportFrom)
            and node.module == "time"
            and shown(path) not in CLOCK_READERS
        ]

        assert not found

    def test_operations_and_rules_are_given_the_moment(self, nodes: Any) -> None:
        """The engine's loops ask the database's clock; nothing else below a door does."""
        found = [
            shown(path, node.lineno)
            for path, node in nodes("disbursements/rules", "vault/rules", "ledger")
            if isinstance(node, ast.Attribute)
            and ast.unparse(node) in ("clock.now", "clock.database_now")
        ]

        assert not found


class TestMoney:
    def test_nothing_becomes_a_float(self, nodes: Any) -> None:
        found = [
            shown(path, node.lineno)
            for path, node in nodes(*APPS)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "float"
            and shown(path) not in FLOATS
        ]

        assert not found

    def test_no_column_is_a_float_or_a_decimal(self) -> None:
        from django.apps import apps
        from django.db.models import DecimalField, FloatField

        found = [
            f"{model.__name__}.{field.name}"
            for model in apps.get_models()
            if model._meta.app_label in APPS
            for field in model._meta.get_fields()
            if isinstance(field, DecimalField | FloatField)
        ]

        assert not found

    def test_an_assertion_never_guards_it(self, nodes: Any) -> None:
        found = [
            shown(path, node.lineno) for path, node in nodes(*APPS) if isinstance(node, ast.Assert)
        ]

        assert not found
