"""`bench dispatch`: our whole sending beside a bare threaded loop of the same calls.

Both in processes of their own, one after the other, against one provider that answers in 100 ms.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import django

from tests.bench.surroundings import answer_of, certificate, child, peak_mb

COUNT = 5_000
GOAL = 0.5


def run(count: int | None) -> dict[str, Any]:
    """Seed, send bare, send ours; the rates, their ratio and both peaks."""
    count = count or COUNT
    with child("-m", "tests.bench.provider") as provider:
        base = f"http://127.0.0.1:{(provider.stdout or sys.stdin).readline().strip()}"
        _seed(count)
        bare = answer_of("-m", "tests.bench.dispatch", "bare", str(count), DARAJA_BASE_URL=base)
        ours = answer_of("-m", "tests.bench.dispatch", "ours", str(count), DARAJA_BASE_URL=base)
    return {
        "payouts": count,
        "threads": bare["threads"],
        "bare requests loop, calls per second": bare["rate"],
        "our dispatch, payouts per second": ours["rate"],
        "ratio": round(ours["rate"] / bare["rate"], 2),
        "goal": f"at least {GOAL}",
        "peak memory of the bare loop, MB": bare["peak_mb"],
        "peak memory of our dispatch, MB": ours["peak_mb"],
    }


def _seed(count: int) -> None:
    from disbursements.operations.instruct import instruct_many
    from disbursements.rules.intake import Instruction
    from vault.operations.add_partner import add_partner
    from vault.operations.add_shortcode import TPS_LIMIT_MAX, Credentials, add_shortcode

    at = datetime.now(UTC)
    partner = add_partner(name="Bench Example Ltd", actor="bench", at=at)
    add_shortcode(
        number="600999", partner_id=partner.pk, kind="paybill", initiator_name="bench",
        credentials=Credentials(
            consumer_key="bench", consumer_secret="bench", initiator_password="Bench#1"
        ),
        certificate=certificate(), actor="bench", at=at, tps_limit=TPS_LIMIT_MAX,
    )  # fmt: skip
    for start in range(0, count, 1_000):
        instruct_many(
            partner_id=partner.pk, origin="bench", origin_id="bench", actor="bench", at=at,
            instructions=[
                (
                    number,
                    Instruction(
                        client_reference=f"BENCH-{number}",
                        msisdn=f"25470{number:07d}",
                        amount="1250",
                    ),
                )
                for number in range(start, min(start + 1_000, count))
            ],
        )  # fmt: skip


def _bare(count: int) -> dict[str, Any]:
    """What a script would do: the same bodies from as many threads, a session in each."""
    import requests
    from django.conf import settings

    from disbursements.operations.send import THREADS

    url = f"{settings.DARAJA_BASE_URL}/mpesa/b2c/v3/paymentrequest"
    own = threading.local()

    def call(number: int) -> None:
        session = own.__dict__.setdefault("session", requests.Session())
        body = {
            "OriginatorConversationID": f"PVBARE{number:013d}",
            "InitiatorName": "bench",
            "SecurityCredential": "x" * 344,
            "CommandID": "BusinessPayment",
            "Amount": 1250,
            "PartyA": "600999",
            "PartyB": f"25470{number:07d}",
            "Remarks": "Payment",
            "QueueTimeOutURL": f"https://vault.example/callbacks/daraja/payout-timeout/{number}/",
            "ResultURL": f"https://vault.example/callbacks/daraja/payout/{number}/",
            "Occassion": f"BENCH-{number}",
        }
        answer = session.post(url, json=body, headers={"Authorization": "Bearer b"}, timeout=30)
        answer.raise_for_status()
        assert answer.json()["ResponseCode"] == "0"

    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(call, range(count)))
    return {"seconds": time.monotonic() - started, "threads": THREADS}


def _ours(count: int) -> dict[str, Any]:
    from disbursements.models import DisbursementRequest
    from disbursements.operations.send import THREADS, send_due

    started = time.monotonic()
    while send_due():
        pass
    seconds = time.monotonic() - started
    accepted = DisbursementRequest.objects.filter(status="accepted").count()
    if accepted != count:
        raise SystemExit(f"{accepted} of {count} were accepted")
    return {"seconds": seconds, "threads": THREADS}


if __name__ == "__main__":
    django.setup()
    kind, number = sys.argv[1], int(sys.argv[2])
    figures = {"bare": _bare, "ours": _ours}[kind](number)
    figures["rate"] = round(number / figures["seconds"], 1)
    print(json.dumps(figures | {"peak_mb": peak_mb()}))
