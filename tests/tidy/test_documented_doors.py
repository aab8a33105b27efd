"""Commands, addresses and variables are in the product as the documents name them."""

import argparse
import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from config.environment import Environment
from tests.tidy.conftest import ROOT, python_files, shown
from tests.tidy.documents import blocks, documents, in_code

CALLED = re.compile(r"(?:manage\.py|run\.py manage) (\w+)(.*)")
ALONE = re.compile(r"(\w+)(.*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
ADDRESS = re.compile(
    r"(?:^|\s|\$VAULT|:8000|\| )(/(?:api|admin|health|metrics|callbacks)\b[^\s?\"'#,;]*)"
)
MEASURED = re.compile(r"\bbench (\w+)")
BUTTON = re.compile(r"\*([A-Z][^*]{2,50}…)\*")
PLACE = re.compile(r"\{[^}]*\}|<[^>]*>|:[a-z]\w+")
BEGINNINGS = {"/api/real-time-reconciliation", "/callbacks", "/health"}  # of many addresses
SAMPLES = ("11111111-1111-4111-8111-111111111111", "1", "payout", "disbursement")
ROW = re.compile(r"^\| (`[A-Z][^|]*) \|([^|]*)\|", re.MULTILINE)
VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|\bDEBUG\b")
# Read before the settings are, by run.py or by a command that takes a secret from it.
BESIDE_THE_SETTINGS = re.compile(r"^VAULT_[A-Z_]+$")
README = (ROOT / "README.md").read_text("utf-8")
EVERY_APP = ("run.py", "manage.py", "config", "core", "gateways", "ledger", "vault",
             "disbursements", "rents", "loans", "reconciliation")  # fmt: skip


@cache
def options(name: str) -> frozenset[str]:
    """Of a command and its subcommands."""
    found: set[str] = set()
    parsers = [load_command_class(get_commands()[name], name).create_parser("manage.py", name)]
    for parser in parsers:
        for action in parser._actions:
            found |= set(action.option_strings)
            if isinstance(action, argparse._SubParsersAction):
                parsers += action.choices.values()
    return frozenset(found)


def calls() -> Iterator[tuple[str, str, str]]:
    """Document, command and what follows it, of each call that a document shows."""
    known = {name for name, app in get_commands().items() if app in EVERY_APP}
    for path in documents():
        text = path.read_text("utf-8")
        for line in [*blocks(text), *in_code(text)]:
            for name, rest in CALLED.findall(line):
                yield shown(path), name, rest
        for line in in_code(text):
            alone = ALONE.fullmatch(line)
            if alone and alone[1] in known:
                yield shown(path), alone[1], alone[2]


def leads_somewhere(address: str) -> bool:
    """Some view answers there, or below it, whatever is put in its places."""
    if address.rstrip("/") in BEGINNINGS:
        return True
    for sample in SAMPLES:
        path = PLACE.sub(sample, address).rstrip(".:/")
        for tried in (path, f"{path}/"):
            try:
                resolve(tried)
            except Resolver404:
                continue
            return True
    return False


def defaults() -> dict[str, str]:
    """Variable -> default, of the table in the README; several in one row have their own."""
    found = {}
    for names, cell in ROW.findall(README):
        each = VARIABLE.findall(names)
        values = cell.split(",")
        if len(values) != len(each):
            values = [cell] * len(each)
        found |= dict(zip(each, (value.strip(" `") for value in values), strict=True))
    return found


def written(value: Any) -> str:
    """A default as the README writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class TestCommands:
    def test_each_that_is_shown_exists(self) -> None:
        assert not [call for call in calls() if call[1] not in get_commands()]

    def test_each_has_the_options_that_are_shown(self) -> None:
        unknown = [
            f"{place}: {name} {option}"
            for place, name, rest in calls()
            if name in get_commands()
            for option in OPTION.findall(rest)
            if option not in options(name)
        ]

        assert not unknown

    def test_each_of_ours_stands_in_a_document(self) -> None:
        ours = {name for name, app in get_commands().items() if app in EVERY_APP}

        assert not ours - {name for _, name, _ in calls()}

    def test_each_measurement_that_is_shown_exists(self) -> None:
        named = {
            name
            for path in documents()
            for line in in_code(path.read_text("utf-8"))
            for name in MEASURED.findall(line)
        }

        assert named
        assert not {name for name in named if not (ROOT / "tests/bench" / f"{name}.py").exists()}


class TestButtons:
    def test_each_is_called_so_at_the_desk(self) -> None:
        pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "config/static").rglob("*.js")]
        files = [*python_files(*EVERY_APP), *pages]
        sources = "\n".join(path.read_text("utf-8") for path in files)

        missing = {
            f"{shown(path)}: {name}"
            for path in documents()
            for name in BUTTON.findall(" ".join(path.read_text("utf-8").split()))
            if not re.search(rf"[\">]{re.escape(name)}", sources)
        }

        assert not missing


class TestAddresses:
    def test_each_is_answered(self) -> None:
        dead = [
            f"{shown(path)}: {address}"
            for path in documents()
            for text in [path.read_text("utf-8")]
            for line in [*blocks(text), *in_code(text)]
            for address in ADDRESS.findall(line)
            if "…" not in address and not leads_somewhere(address)
        ]

        assert not dead


class TestVariables:
    @pytest.mark.parametrize("name", [name.upper() for name in Environment.model_fields])
    def test_each_stands_in_the_readme_with_its_default(self, name: str) -> None:
        field = Environment.model_fields[name.lower()]
        told = defaults()

        assert name in told
        if not field.is_required() and isinstance(field.default, int | Decimal) and told[name]:
            assert told[name] == written(field.default)

    def test_each_that_the_code_reads_stands_there_too(self) -> None:
        read = {
            node.value
            for path in python_files(*EVERY_APP)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            if BESIDE_THE_SETTINGS.match(node.value)
        }

        assert read
        assert not {name for name in read if f"`{name}`" not in README}

    def test_none_stands_there_that_nothing_reads(self) -> None:
        sources = "\n".join(path.read_text("utf-8") for path in python_files(*EVERY_APP))
        known = {name.upper() for name in Environment.model_fields}

        named = {name for line in in_code(README) for name in VARIABLE.findall(line)}

        assert not {name for name in named - known if name not in sources}
