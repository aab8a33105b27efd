"""What the documents name: links, files, commands, addresses and variables."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from tests.tidy.conftest import LEFT_OUT, ROOT

FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


def documents() -> list[Path]:
    """README, the history of changes, and everything below docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def prose(text: str) -> str:
    """Without blocks of code; a command that goes over two lines is one."""
    return FENCED.sub("", text)


def in_code(text: str) -> Iterator[str]:
    """What stands between backticks, on one line each."""
    return (" ".join(found.split()) for found in CODE.findall(prose(text)))


def blocks(text: str) -> Iterator[str]:
    """Each line of the blocks of code, continued ones joined, without its comment."""
    for block in FENCED.findall(text):
        yield from (line.split(" #")[0] for line in block.replace("\\\n", " ").splitlines())


def anchors(text: str) -> set[str]:
    """Of its headings, as they are made where Markdown is shown."""
    names = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose(text)))
    return {name.strip().replace(" ", "-") for name in names}


def each_of(text: str) -> Iterator[str]:
    """`a/{b,c}.py` is `a/b.py` and `a/c.py`."""
    parts = BRACES.split(text)
    choices = [
        re.split(r",\s*", part) if number % 2 else [part] for number, part in enumerate(parts)
    ]
    return ("".join(each) for each in product(*choices))


def endings() -> set[str]:
    """Every file and folder of the repository, by each end of its path: `b/c.py` and `c.py`."""
    found = set()
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if not LEFT_OUT & (set(parts) - {"migrations"}):
            found |= {"/".join(parts[start:]) for start in range(len(parts))}
    return found
