"""The table of error codes in docs/api.md names every code that the API answers, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rest_framework import exceptions

from tests.tidy.conftest import python_files, shown

# Where refusals get their codes: the API of each app, and what answers before or after a view.
PLACES = (
    "vault/api", "disbursements/api", "rents/api", "loans/api", "reconciliation/api",
    "config/schedules_api.py", "config/middleware.py", "config/error_pages.py",
    "config/wsgi_bridge.py", "config/no_nul.py", "vault/operations/staff_tokens.py",
)  # fmt: skip
TABLES = {"CODES", "ANSWERS"}
# The framework's own, which no line of ours names.
OF_THE_FRAMEWORK = {
    exceptions.MethodNotAllowed.default_code, exceptions.NotAcceptable.default_code,
    exceptions.NotFound.default_code, exceptions.PermissionDenied.default_code,
    exceptions.UnsupportedMediaType.default_code,
}  # fmt: skip
SECTION = re.compile(r"^## 6\. Errors$(.*?)^## ", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| *(?P<status>[0-9, ]+) *\| *(?P<codes>[^|]+?) *\|")
WORD = re.compile(r"`([a-z_]+)`")
CODE = re.compile(r"[a-z_]+")
OF_NGINX = re.compile(r'"code": "([a-z_]+)"')


def named_in(path: Path) -> Iterator[tuple[str, str]]:
    """Each code that a file can answer, and where it stands."""
    tree = ast.parse(path.read_text())
    places = {"envelope": 1} | {
        node.name: names.index("code")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and "code" in (names := [each.arg for each in node.args.args])
    }
    for node in ast.walk(tree):
        for text in texts_of(node, places):
            yield text, shown(path, getattr(node, "lineno", None))


def texts_of(node: ast.AST, places: dict[str, int]) -> Iterator[str]:
    """Codes that one node writes: as an argument, as a default, by a name, or in a table."""
    if isinstance(node, ast.Call):
        yield from (text for word in node.keywords if word.arg == "code" for text in of(word))
        at = places.get(getattr(node.func, "id", ""))
        if at is not None and len(node.args) > at:
            yield from of(node.args[at])
    elif isinstance(node, ast.arguments):
        named = zip(reversed(node.args), reversed(node.defaults), strict=False)
        named_only = zip(node.kwonlyargs, node.kw_defaults, strict=True)
        for argument, default in (*named, *named_only):
            if argument.arg == "code" and default is not None:
                yield from of(default)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {getattr(target, "id", "") for target in targets}
        if names & TABLES:
            found = (text for row in ast.walk(node.value) for text in last_of(row))
            yield from (text for text in found if CODE.fullmatch(text))
        elif "code" in names and isinstance(node.value, ast.IfExp | ast.Constant):
            yield from of(node.value)


def of(value: ast.AST) -> Iterator[str]:
    """The texts that it is, or may be: `"refused"`, `"a" if … else "b"`."""
    if isinstance(value, ast.keyword):
        value = value.value
    if isinstance(value, ast.IfExp):
        yield from of(value.body)
        yield from of(value.orelse)
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


def last_of(row: ast.AST) -> Iterator[str]:
    """Of a row of a table of codes its code, which stands last."""
    if isinstance(row, ast.Tuple) and row.elts:
        yield from of(row.elts[-1])


@pytest.fixture(scope="module")
def answered(root: Path) -> dict[str, str]:
    """Every code that the API can answer, or nginx before it, with one place that does."""
    files = [path for path in python_files(*PLACES) if not path.stem.endswith("examples")]
    found = {text: where for path in files for text, where in named_in(path)}
    for path in (root / "deploy/nginx").glob("*.conf"):
        found |= dict.fromkeys(OF_NGINX.findall(path.read_text()), shown(path))
    return found | dict.fromkeys(OF_THE_FRAMEWORK, "rest_framework")


@pytest.fixture(scope="module")
def documented(root: Path) -> list[str]:
    """Every code of the table, in its order."""
    section = SECTION.search((root / "docs/api.md").read_text())
    assert section is not None
    rows = [row for line in section[1].splitlines() if (row := ROW.match(line))]
    return [code for row in rows for code in WORD.findall(row["codes"])]


class TestTable:
    def test_it_names_every_code_that_can_be_answered(
        self, answered: dict[str, str], documented: list[str]
    ) -> None:
        missing = {code: where for code, where in answered.items() if code not in documented}

        assert not missing

    def test_it_names_no_other(self, answered: dict[str, str], documented: list[str]) -> None:
        assert set(documented) <= set(answered)

    def test_the_codes_are_found_where_they_are_written(self, answered: dict[str, str]) -> None:
        known = {
            "bad_fields", "token_expired", "prompt_open", "already_forwarded", "cannot_forward",
            "cannot_set", "refused", "cannot_release", "ambiguous", "body_too_slow", "not_taken",
            "no_server",
        }  # fmt: skip

        assert known <= set(answered)
