"""`bench payouts`: our whole paying of winners beside a bare threaded loop of the same calls.

Both in processes of their own, one after the other, against one Stripe that answers in 150 ms;
then ours once more with its limit on, counted where the calls arrive.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import django

from tests.bench.stripe_provider import most_in_a_second
from tests.bench.surroundings import answer_of, child, peak_mb

COUNT = 1_000
LIMITED_COUNT = 250
GOAL = 0.5
UNLIMITED = 1_000
PATH = "/v1/transfers"
FAST, LIMITED = "BENCH", "BENCH25"


def run(count: int | None) -> dict[str, Any]:
    """Settle two contests, send bare, send ours, send ours at the limit."""
    from vault.operations.add_stripe_account import TPS_LIMIT_MAX

    count = count or COUNT
    with child("-m", "tests.bench.stripe_provider") as provider:
        base = f"http://127.0.0.1:{(provider.stdout or sys.stdin).readline().strip()}"
        _seed(count)
        bare = _answer("bare", FAST, count, base)
        ours = _answer("ours", FAST, count, base)
        limited = _answer("ours", LIMITED, LIMITED_COUNT, base)
    return {
        "transfers": count,
        "threads": bare["threads"],
        "bare requests loop, calls per second": bare["rate"],
        "our payouts, transfers per second": ours["rate"],
        "ratio": round(ours["rate"] / bare["rate"], 2),
        "goal": f"at least {GOAL}",
        "peak memory of the bare loop, MB": bare["peak_mb"],
        "peak memory of our payouts, MB": ours["peak_mb"],
        f"at the limit of {TPS_LIMIT_MAX}, per second": limited["rate"],
        f"at the limit of {TPS_LIMIT_MAX}, most in any second": limited["most"],
    }


def _answer(kind: str, number: str, count: int, base: str) -> dict[str, Any]:
    import requests

    found = answer_of("-m", "tests.bench.payouts", kind, number, str(count), STRIPE_API_BASE=base)
    arrivals = requests.get(f"{base}/arrivals", timeout=30).json()
    if len(arrivals) != count:
        raise SystemExit(f"{len(arrivals)} of {count} calls arrived")
    return found | {"most": most_in_a_second(arrivals)}


def _seed(count: int) -> None:
    """A contest for each account; the first one has no limit worth the name."""
    from disbursements.models import ConnectedAccount
    from disbursements.operations.schedule_payout import schedule_payout_for_settlement
    from disbursements.rules.contest_settlement import ContestSettlement, Winner
    from vault.models import Shortcode
    from vault.operations.add_partner import add_partner
    from vault.operations.add_stripe_account import TPS_LIMIT_MAX, add_stripe_account

    at = datetime.now(UTC)
    for number, size in ((FAST, count), (LIMITED, LIMITED_COUNT)):
        partner = add_partner(name=f"{number} Example Ltd", actor="bench", at=at)
        add_stripe_account(
            number=number, partner_id=partner.pk, secret_key="sk_test_bench",
            actor="bench", at=at, tps_limit=TPS_LIMIT_MAX,
        )  # fmt: skip
        users = [f"user-{each:06}" for each in range(size)]
        ConnectedAccount.objects.bulk_create(
            ConnectedAccount(
                partner=partner, user_id=user, account_id=f"acct_{number}{each}",
                transfers="active", payouts_enabled=True, standing_at=at, created_by="bench",
                created_at=at, changed_at=at,
            )
            for each, user in enumerate(users)
        )  # fmt: skip
        schedule_payout_for_settlement(
            partner_id=partner.pk, origin="bench", actor="bench", at=at,
            settlement=ContestSettlement(
                settlement_id=number, contest_id=number, currency="USD", pool=f"{size}",
                winners=[
                    Winner(line=line, user_id=user, amount="1")
                    for line, user in enumerate(users, start=1)
                ],
            ),
        )  # fmt: skip
    Shortcode.objects.filter(number=FAST).update(tps_limit=UNLIMITED)


def _bare(number: str, count: int) -> dict[str, Any]:
    """What a script would do: the same forms from as many threads, a session in each."""
    import requests
    from django.conf import settings

    from disbursements.operations.send import THREADS

    own = threading.local()

    def call(place: int) -> None:
        session = own.__dict__.setdefault("session", requests.Session())
        form = {
            "amount": "100", "currency": "usd", "destination": f"acct_{number}{place}",
            "description": "Contest bench", "transfer_group": f"payout-{place}",
            "metadata[payout_transfer_id]": str(place),
        }  # fmt: skip
        headers = {"Authorization": "Bearer b", "Idempotency-Key": f"bare:{place}"}
        url = f"{settings.STRIPE_API_BASE}{PATH}"
        answer = session.post(url, data=form, headers=headers, timeout=30)
        answer.raise_for_status()
        assert answer.json()["object"] == "transfer"

    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(call, range(count)))
    return {"seconds": time.monotonic() - started, "threads": THREADS}


def _ours(number: str, count: int) -> dict[str, Any]:
    """Loaded as a worker is that has paid before."""
    from django.db.models import Q

    import gateways.stripe.wire  # noqa: F401
    from disbursements.models import DisbursementRequest
    from disbursements.operations.send import THREADS, send_due

    started = time.monotonic()
    while send_due(of=Q(shortcode__number=number)):
        pass
    seconds = time.monotonic() - started
    paid = DisbursementRequest.objects.filter(shortcode__number=number, status="completed")
    if paid.count() != count:
        raise SystemExit(f"{paid.count()} of {count} were paid")
    return {"seconds": seconds, "threads": THREADS}


if __name__ == "__main__":
    django.setup()
    kind, account, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    figures = {"bare": _bare, "ours": _ours}[kind](account, size)
    figures["rate"] = round(size / figures["seconds"], 1)
    print(json.dumps(figures | {"peak_mb": peak_mb()}))
