"""Words that do not belong into the repository, and values that must not."""

import re
from pathlib import Path

import pytest

from tests.tidy.conftest import LEFT_OUT, ROOT, python_files, shown

TEXTS = {".py", ".md", ".html", ".toml", ".css", ".js", ".csv", ".yml", ".txt"}
# Spelled in two parts, so that this list does not find itself.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|HA" + r"CK)\b")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "tools", "manager"}
FROM_OUTSIDE = {"templates/unfold/helpers"}  # the theme's own name for what we put in its place
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{20}"
    r"|\bsk_live_[0-9A-Za-z]{10,}"
    r"|\b(AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[0-9A-Za-z]{30,}"
    r"|\bxox[abp]-[0-9A-Za-z-]{10,}"
    r"|\beyJ[0-9A-Za-z_-]{20,}\.[0-9A-Za-z_-]{20,}\."
)
NAMES = r"password|secret|passkey|api_key|private_key|token"
ASSIGNED = re.compile(rf"""(?i)\b\w*({NAMES})\s*[:=]\s*["'][^"'\s/]{{16,}}["']""")


def texts() -> list[Path]:
    found = []
    for path in ROOT.rglob("*"):
        parts = set(path.relative_to(ROOT).parts)
        hidden = any(part.startswith(".") and part != ".ci" for part in parts)
        if path.is_file() and path.suffix in TEXTS and not hidden and not parts & LEFT_OUT:
            found.append(path)
    return sorted(found)


@pytest.fixture(scope="module")
def lines() -> list[tuple[str, str]]:
    """`file:line` and the line, of every text of the repository."""
    return [
        (shown(path, number), line)
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]


class TestWords:
    def test_nothing_is_left_for_later(self, lines: list[tuple[str, str]]) -> None:
        assert not [place for place, line in lines if UNFINISHED.search(line)]

    def test_no_file_or_folder_has_a_vague_name(self) -> None:
        found = [
            shown(path)
            for path in texts()
            if VAGUE_NAMES & {part.removesuffix(path.suffix) for part in path.parts}
            and not any(shown(path).startswith(place) for place in FROM_OUTSIDE)
        ]

        assert not found


class TestSecrets:
    def test_nothing_looks_like_a_key(self) -> None:
        found = [shown(path) for path in texts() if SECRETS.search(path.read_text("utf-8"))]

        assert not found

    def test_no_password_is_written_into_the_product(self) -> None:
        found = [
            shown(path, number)
            for path in python_files(
                "core",
                "gateways",
                "ledger",
                "vault",
                "disbursements",
                "rents",
                "loans",
                "reconciliation",
            )
            for number, line in enumerate(path.read_text().splitlines(), start=1)
            if ASSIGNED.search(line)
        ]

        assert not found
