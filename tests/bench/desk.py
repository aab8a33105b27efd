"""`bench desk`: how long the server takes for each page of the desk, on the seeded database.

Beside a bare page of one row (pages.py).
"""

import statistics
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db import connection
from django.test import Client
from django.urls import reverse

from core import clock
from disbursements.models import BulkRun, ResultCodeRule
from tests.bench.life import lived
from tests.bench.pages import all_measured, logged_in, measure, page
from tests.bench.seed import ORIGIN, contents, seeded_database
from tests.bench.surroundings import peak_mb

ROUNDS = 15
ACCEPT_LIMIT_S = 2
ACCEPT_ROUNDS = 3
DESK = "/admin/disbursement-retries/"
SELECTED = {"status": "retrying,parked"}


def run(rounds: int | None) -> dict[str, Any]:
    """Median and p95 of every page, the slow ones, and how soon a bulk run is accepted."""
    with seeded_database():
        client = logged_in()
        lived(_sample()["id"])
        figures = contents() | all_measured(client, _pages(), rounds=rounds or ROUNDS)
        figures["peak memory of the pages, MB"] = peak_mb()
        return figures | _accept_many(client)


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
    yield "oldest first", f"{plain}?o=8"
    yield "desk, oldest first", f"{DESK}?when=any&o=8"
    yield "partner, oldest first", f"{plain}?partner={_sample()['partner']}&o=8"
    yield "confirmation page of one", f"{plain}retry/?ids={_sample()['id']}"
    yield "confirmation page of a small filter", f"{plain}ask/?all=yes&status=unknown"
    yield from _others()


def _others() -> Iterator[tuple[str, str]]:
    """Pages beside the desk, and the API."""
    yield "home page", reverse("admin:index")
    for model in ("resultcoderule", "bulkrun", "settlement", "export", "pause"):
        yield f"list of {model}", reverse(f"admin:disbursements_{model}_changelist")
    code = ResultCodeRule.objects.filter(code="2040").first()
    if code:
        yield "result code", reverse("admin:disbursements_resultcoderule_change", args=[code.pk])
    run = BulkRun.objects.order_by("-started_at").first()
    if run:
        yield "bulk run", reverse("admin:disbursements_bulkrun_change", args=[run.pk])
        yield "payouts of a bulk run", f"{DESK}?when=any&run={run.pk}"
    for name, query in {
        "list": "", "failed": "status=failed", "code": "code=2040&status=failed",
        "can be retried": "retryable=true", "search": "search=amina+exam",
        "days": f"from={clock.now().date() - timedelta(days=30)}",
    }.items():  # fmt: skip
        yield f"API: {name}", f"/api/disburse/retry?{query}"
    yield "API: statistics", "/api/disburse/retry/statistics"


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


def _accept_many(client: Client) -> dict[str, Any]:
    """The page about everything that waits for a retry, and the POST of it; then it is stopped."""
    from core.callers import Caller
    from disbursements.operations import bulk

    plain = reverse("admin:disbursements_disbursementrequest_changelist")
    address = f"{plain}retry/?{urlencode({'all': 'yes', **SELECTED})}"
    shown_ms = measure(lambda: page(client, address), ACCEPT_ROUNDS)
    took_s = []
    for _ in range(ACCEPT_ROUNDS):
        form = {
            "run": str(uuid4()), "seen_at": clock.now().isoformat(), "shown": "100000",
            "reason": "How soon is it accepted?",
        }  # fmt: skip
        started = clock.stopwatch_s()
        answer = client.post(address, form)
        took_s.append(clock.stopwatch_s() - started)
        if answer.status_code != 302:
            raise SystemExit(f"{address} answered {answer.status_code}")
        caller = Caller(actor=ORIGIN, origin="bench", partners=None, permissions=None)
        bulk.stop(run_id=UUID(form["run"]), reason="It was only measured", caller=caller,
                  at=clock.now())  # fmt: skip
    return {
        "retry all: payouts": BulkRun.objects.get(pk=form["run"]).total,
        "retry all: its page, s: median": round(statistics.median(shown_ms) / 1000, 2),
        f"retry all: accepted, s: median (goal: less than {ACCEPT_LIMIT_S})": round(
            statistics.median(took_s), 2
        ),
    }
