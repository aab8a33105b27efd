"""What the source document's examples need: the real time, an admin's token, packages of npm."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from core import clock
from tests.wire import MovedClock
from vault.operations import staff_tokens

NPM_LIMIT_S = 300


@contextmanager
def clock_from_now() -> Iterator[MovedClock]:
    """A clock that starts now, as the server's own does."""
    source = MovedClock(datetime.now(UTC))
    with clock.reading_from(source):
        yield source


def a_token() -> str:
    """Of a new superuser."""
    user = User.objects.create_superuser("amina.example", password="a long enough word")
    return staff_tokens.issue(user=user, at=clock.now()).text


def fetched(folder: Path, *packages: str) -> Path:
    """The folder, in which npm has put these packages; the test is skipped where it cannot."""
    npm = [shutil.which("npm") or "false", "install", "--silent", "--no-audit", *packages]
    try:
        subprocess.run(npm, cwd=folder, check=True, capture_output=True, timeout=NPM_LIMIT_S)
    except subprocess.SubprocessError:
        pytest.skip(f"npm could not fetch {', '.join(packages)}")
    return folder
