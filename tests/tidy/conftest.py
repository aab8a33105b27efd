"""The source files that the tidy tests read."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".venv", ".vault", ".git", "node_modules", "__pycache__", "migrations"}


def python_files(*places: str) -> list[Path]:
    """Every Python file below these places of the repository, without migrations."""
    found = []
    for place in places:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [path for path in found if not LEFT_OUT & set(path.relative_to(ROOT).parts)]


def shown(path: Path, line: int | None = None) -> str:
    """`core/states.py:12`."""
    name = path.relative_to(ROOT).as_posix()
    return name if line is None else f"{name}:{line}"


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
