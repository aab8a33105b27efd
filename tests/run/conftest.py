"""Checkouts to start things in: open to every user, gone with all they started afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import embedded_postgres


@contextmanager
def new_checkout(name: str = "checkout") -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="vault-run-")).resolve()
    base.chmod(0o755)
    checkout = base / name
    checkout.mkdir(parents=True)
    try:
        yield checkout
    finally:
        embedded_postgres.stop(checkout)
        record = checkout / ".vault/postgres.place"
        if record.exists():
            shutil.rmtree(record.read_text().splitlines()[0])
        shutil.rmtree(base)


@pytest.fixture
def checkout() -> Iterator[Path]:
    with new_checkout() as folder:
        yield folder


@pytest.fixture
def long_checkout() -> Iterator[Path]:
    with new_checkout("/".join(["a-rather-long-name"] * 6)) as folder:
        yield folder


@pytest.fixture
def hidden_checkout() -> Iterator[Path]:
    with new_checkout("hidden/checkout") as folder:
        folder.parent.chmod(0o700)
        yield folder


@pytest.fixture(scope="module")
def shared_checkout() -> Iterator[Path]:
    with new_checkout() as folder:
        yield folder
