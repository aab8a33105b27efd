"""house.md 3: sizes that keep it readable."""

import ast
from pathlib import Path

import pytest

from tests.tidy.conftest import python_files, shown

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 50
LINE_CHARACTERS_MAX = 99
METHODS_OF_A_PROTOCOL_MAX = 6

EVERYTHING = (
    "core", "gateways", "ledger", "vault", "disbursements", "rents", "loans",
    "reconciliation", "config", "tests", "run.py", "manage.py",
)  # fmt: skip


@pytest.fixture(scope="module")
def files() -> dict[Path, str]:
    """Every Python file of the repository and its text."""
    return {path: path.read_text(encoding="utf-8") for path in python_files(*EVERYTHING)}


class TestEveryFile:
    def test_it_is_short(self, files: dict[Path, str]) -> None:
        lengths = {shown(path): len(text.splitlines()) for path, text in files.items()}

        assert not {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX}

    def test_its_lines_are_short(self, files: dict[Path, str]) -> None:
        long = [
            shown(path, number)
            for path, text in files.items()
            for number, line in enumerate(text.splitlines(), start=1)
            if len(line) > LINE_CHARACTERS_MAX
        ]

        assert not long

    def test_its_functions_are_short(self, files: dict[Path, str]) -> None:
        long = [
            f"{shown(path, node.lineno)} {node.name}"
            for path, text in files.items()
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES_MAX
        ]

        assert not long


class TestInterfaces:
    def test_a_protocol_has_few_methods(self) -> None:
        large = []
        for path in python_files("gateways/interface"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and "Protocol" in ast.unparse(node):
                    methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
                    if len(methods) > METHODS_OF_A_PROTOCOL_MAX:
                        large.append(node.name)

        assert not large
