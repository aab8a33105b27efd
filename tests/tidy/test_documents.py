"""What the documents point to is there: links, files, tests and their classes."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.conftest import ROOT, shown
from tests.tidy.documents import anchors, documents, each_of, endings, in_code

LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"[\w./*-]+")
SUFFIX = re.compile(r"\.(py|js|css|html|md|csv|toml|lock|txt|service|conf|yaml|yml)$")
COVERAGE = ROOT / "docs" / "coverage.md"
SHORT = re.compile(r"`(\w+/)`\s+(?:stands\s+for|is|for)\s+`(tests/[\w/]+/)`")
INVARIANT = re.compile(r"inv/(\d\d)")
TEST = re.compile(r"`([\w./*-]+)`(?: \(([^)]*)\))?")
# On a server, of a run, in a source document, or no path at all.
NOT_OURS = (
    ".vault/", "VAULT_DATA_DIR/", "app/api/", "Africa/", "10.", "transactions/", "actuator/",
    "inv/NN", "tests/disbursements/invariants/test_invariant_NN_",
)  # fmt: skip


def short_forms() -> dict[str, str]:
    """`w/` -> `tests/reconciliation/`, as the page on coverage says."""
    return dict(SHORT.findall(COVERAGE.read_text("utf-8")))


def written(name: str, short: dict[str, str]) -> str:
    """The path in full."""
    first, slash, rest = name.partition("/")
    return short.get(first + slash, first + slash) + rest


def named_files(path: Path) -> Iterator[str]:
    """Whatever in this document reads like a file or folder of ours."""
    for text in in_code(path.read_text("utf-8")):
        for name in each_of(text):
            if not PATH.fullmatch(name) or name.startswith(("/", "-", *NOT_OURS)):
                continue
            if "/" in name or SUFFIX.search(name):
                yield name.rstrip("/")


def there(name: str, known: set[str]) -> bool:
    """A file or folder whose path ends so."""
    if number := INVARIANT.fullmatch(name):
        return any(f"/test_invariant_{number[1]}_" in each for each in known)
    if "*" not in name:
        return name in known
    pattern = re.compile(re.escape(name).replace(r"\*", "[^/]*"))
    return any(pattern.fullmatch(each) for each in known)


def named_tests() -> Iterator[tuple[str, str]]:
    """Path and class, of the last column of the tables on coverage."""
    short = short_forms()
    for line in COVERAGE.read_text("utf-8").splitlines():
        if line.startswith("| "):
            for name, remark in TEST.findall(line.rstrip("| ").rpartition(" | ")[2]):
                for each in re.findall(r"\bTest\w+", remark):
                    yield f"tests/{written(name, short).removeprefix('tests/')}", each


class TestLinks:
    def test_each_leads_somewhere(self) -> None:
        broken = []
        for path in documents():
            for link in LINK.findall(path.read_text("utf-8")):
                name, _, anchor = link.partition("#")
                target = (path.parent / name).resolve() if name else path
                if link.startswith("http"):
                    continue
                if not target.exists() or (
                    anchor and anchor not in anchors(target.read_text("utf-8"))
                ):
                    broken.append(f"{shown(path)}: {link}")

        assert not broken


class TestFiles:
    def test_each_that_is_named_is_there(self) -> None:
        known, short = endings(), short_forms()

        missing = [
            f"{shown(path)}: {name}"
            for path in documents()
            for name in named_files(path)
            if not there(name, known) and not there(written(f"{name}/", short).rstrip("/"), known)
        ]

        assert not missing


class TestCoverage:
    def test_each_class_of_tests_stands_in_its_file(self) -> None:
        missing = []
        for name, group in named_tests():
            path = ROOT / name
            files = [path] if path.is_file() else sorted(path.rglob("*.py"))
            if not any(f"class {group}" in file.read_text("utf-8") for file in files):
                missing.append(f"{name} ({group})")

        assert not missing
