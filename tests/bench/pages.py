"""Pages that are made in this process, through all middleware, and how long each takes.

Beside a bare page of one row by its primary key: what lies between the two is ours. No network.
"""

import statistics
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from tests.bench.seed import ORIGIN
from vault.operations import staff_tokens

LIMIT_MS = 300
SLOW = f"medians above {LIMIT_MS} ms"


def logged_in() -> Client:
    """Somebody who may see everything, at pages and at the API."""
    user, _ = User.objects.get_or_create(
        username=ORIGIN, defaults={"is_staff": True, "is_superuser": True}
    )
    token = staff_tokens.issue(user=user, at=clock.now()).text
    client = Client(headers={"authorization": f"Bearer {token}"})
    client.force_login(user)
    return client


def page(client: Client, path: str) -> None:
    """Make it. Raises SystemExit where it does not answer well."""
    answer = client.get(path)
    if answer.status_code not in (200, 302):
        raise SystemExit(f"{path} answered {answer.status_code}")


def measure(call: Callable[[], None], rounds: int) -> list[float]:
    """Milliseconds of each round, sorted; once before without counting."""
    call()
    took = []
    for _ in range(rounds):
        started = clock.stopwatch_s()
        call()
        took.append(1000 * (clock.stopwatch_s() - started))
    return sorted(took)


def all_measured(
    client: Client, pages: Iterable[tuple[str, str]], *, rounds: int, counted: bool = False
) -> dict[str, Any]:
    """Median and p95 of each page, with how many queries it makes, and which are slow."""
    figures: dict[str, Any] = {}
    slow = []
    for name, path in pages:
        took_ms = measure(lambda path=path: page(client, path), rounds)
        median, p95 = statistics.median(took_ms), took_ms[int(len(took_ms) * 0.95)]
        said = f"{median:.0f}, {p95:.0f}"
        if counted:
            said += f", {_queries(client, path)}"
        figures[f"{name}, ms: median, p95{', queries' if counted else ''}"] = said
        if median > LIMIT_MS:
            slow.append(name)
    return {**figures, SLOW: ", ".join(slow) or "none"}


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as made:
        page(client, path)
    return len(made)
