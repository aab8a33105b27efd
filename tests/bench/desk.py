"""`bench desk`: how long the server takes for each page of the desk, on the seeded database.

Pages are made in this process, through all middleware, beside a bare page of one row by its
primary key: what lies between the two is ours. Counts and ratios, no network.
"""

import statistics
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import clock
from tests.bench.seed import ORIGIN, contents, seeded_database
from tests.bench.surroundings import peak_mb

ROUNDS = 15
LIMIT_MS = 300
ACCEPT_LIMIT_S = 2
DESK = "/admin/disbursement-retries/"
SELECTED = {"status": "retrying,parked"}


def run(rounds: int | None) -> dict[str, Any]:
    """Median and p95 of every page, the slow ones, and how soon a bulk run is accepted."""
    with seeded_database():
        client = _logged_in()
        figures: dict[str, Any] = contents()
        slow = []
        for name, path in _pages():
            took_ms = _measure(lambda path=path: _page(client, path), rounds or ROUNDS)
            median, p95 = statistics.median(took_ms), took_ms[int(len(took_ms) * 0.95)]
            figures[f"{name}, ms: median, p95"] = f"{median:.0f}, {p95:.0f}"
            if median > LIMIT_MS:
                slow.append(name)
        figures["peak memory of the pages, MB"] = peak_mb()
        figures |= _accept_many()
        figures[f"medians above {LIMIT_MS} ms"] = ", ".join(slow) or "none"
        return figures


def _pages() -> Iterator[tuple[str, str]]:
    yield "yardstick: a bare page of one payout", f"/bench/payout/{_sample()['id']}/"
    yield "desk, last 7 days", DESK
    for name, query in _queries().items():
        yield f"desk, {name}", f"{DESK}?{urlencode(query)}"
    plain = reverse("admin:disbursements_disbursementrequest_changelist")
    yield "list of all payouts", plain
    yield "list, last page", f"{plain}?p=1000"
    yield "detail page", f"{plain}{_sample()['id']}/change/"
    yield "logs from the list", reverse("admin:disbursements_disbursementrequest_attempts",
                                        args=[_sample()["id"]])  # fmt: skip


def _queries() -> dict[str, dict[str, str]]:
    """Each filter and each form of search, of any day."""
    sample = _sample()
    day = clock.now().astimezone(clock.NAIROBI).date() - timedelta(days=30)
    phone = sample["msisdn"]
    chosen = {
        "any day": {}, "one day": {"when_from": str(day), "when_to": str(day)},
        "30 days": {"when_from": str(day)},
        "day of payment": {"paid_from": str(day), "paid_to": str(day)},
        "failed": {"status": "failed"}, "unknown": {"status": "unknown"},
        "parked": {"status": "parked"}, "cause": {"cause": sample["cause"]},
        "code": {"code": "2040"}, "rare code": {"code": "1001"},
        "kind of reason": {"reason": "never"}, "needs a person": {"person": "yes"},
        "unknown for 30 minutes": {"unknown_for": "30"}, "can be retried": {"retryable": "yes"},
        "partner": {"partner": sample["partner"]}, "shortcode": {"shortcode": sample["shortcode"]},
        "amount from 50,000": {"amount_from": "50,000"},
        "amount from 200,000": {"amount_from": "200,000"},
        "amount to 60": {"amount_to": "60"}, "3 retries": {"retries": "3+"},
        "sent more than once": {"attempts": "2+"}, "file": {"file": "bench-7"},
        "partner, failed, code": {
            "partner": sample["partner"], "status": "failed", "code": "2040",
        },
        "search: reference": {"q": sample["reference"]},
        "search: beginning of a reference": {"q": sample["reference"][:-2].lower()},
        "search: receipt": {"q": sample["receipt"]},
        "search: conversation": {"q": sample["conversation"]},
        "search: phone": {"q": f"+{phone}"}, "search: phone, 07…": {"q": f"0{phone[3:]}"},
        "search: phone, 7…": {"q": phone[3:]},
        "search: amount": {"q": "1,250.00"}, "search: rare amount": {"q": "98,000"},
        "search: name": {"q": "amina exam"}, "search: rare name": {"q": "zuri nulteresa"},
        "search: part of a common name": {"q": "ami"}, "search: nothing": {"q": "nowhere"},
    }  # fmt: skip
    return {name: {"when": "any", **query} for name, query in chosen.items()}


def _sample() -> dict[str, str]:
    """One payout from the middle that has everything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT request.id::text AS id, msisdn, request.partner_id::text AS partner,"
            " shortcode_id::text AS shortcode, client_reference AS reference, receipt,"
            " log.conversation_id AS conversation, 'b2c:1:600901' AS cause"
            " FROM disbursement_requests AS request JOIN disbursement_retry_logs AS log"
            " ON log.disbursement_id = request.id"
            " WHERE status = 'completed' AND attempts_made = 4 AND retry_attempt = 2"
            " AND request.created_at > now() - interval '45 days'"
            " ORDER BY request.created_at LIMIT 1"
        )
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def _logged_in() -> Client:
    user, _ = User.objects.get_or_create(
        username=ORIGIN, defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client()
    client.force_login(user)
    return client


def _page(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code not in (200, 302):
        raise SystemExit(f"{path} answered {answer.status_code}")


def _measure(call: Callable[[], None], rounds: int) -> list[float]:
    """Milliseconds of each round, sorted; once before without counting."""
    call()
    took = []
    for _ in range(rounds):
        started = clock.stopwatch_s()
        call()
        took.append(1000 * (clock.stopwatch_s() - started))
    return sorted(took)


def _accept_many() -> dict[str, Any]:
    """Accept a bulk run over everything that waits for a retry, then stop it."""
    from core.callers import Caller
    from disbursements.operations import bulk

    caller = Caller(actor=ORIGIN, origin="bench", partners=None, permissions=None)
    at = clock.now()
    started = clock.stopwatch_s()
    shown = bulk.preview(verb="retry", caller=caller, at=at, selection=SELECTED)
    previewed = clock.stopwatch_s()
    made = bulk.start(
        verb="retry", reason="How soon is it accepted?", caller=caller, at=at, selection=SELECTED
    )
    accepted = clock.stopwatch_s()
    bulk.stop(run_id=made.pk, reason="It was only measured", caller=caller, at=clock.now())
    return {
        "retry all: payouts": shown.count,
        "retry all: preview, s": round(previewed - started, 2),
        f"retry all: accepted, s (goal: less than {ACCEPT_LIMIT_S})": round(
            accepted - previewed, 2
        ),
    }
