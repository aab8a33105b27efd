"""`bench reconcile`: checks of paid payouts on one worker, beside the bare queries they need.

The payouts are sent to and reported by the simulator in this process, with all that belongs to
them. Bare: the same source reads the same payouts, in the same batches, each from one moment;
nothing is judged and nothing is written.
"""

from typing import Any

from core import clock, states
from disbursements.jobs import send
from disbursements.models import DisbursementRequest
from disbursements.operations.install_rules import install_rules
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from tests.bench.surroundings import peak_mb

COUNT = 2_000
ROUNDS = 3
GOAL = 0.5


def run(count: int | None) -> dict[str, Any]:
    """Checks a second, ours and bare, the better of ROUNDS each; the ratio; peak memory."""
    from gateways.simulator import KeyPair, Simulator
    from tests.wire import MovedClock, Wire

    moved = MovedClock()
    simulator = Simulator(seed=1, clock=moved, key_pair=KeyPair.generate())
    with clock.reading_from(moved):
        wire = Wire(simulator, moved)
        wire.client.defaults["SERVER_NAME"] = "localhost"
        wire.attach()
        try:
            _pay(count or COUNT, wire, moved)
        finally:
            wire.detach()
        return _measured()


def _measured() -> dict[str, Any]:
    ids = [str(pk) for pk in DisbursementRequest.objects.values_list("pk", flat=True)]
    bare, ours = 0.0, 0.0
    before_mb = peak_mb()
    for _ in range(ROUNDS):
        bare = max(bare, _bare(ids))
    bare_mb = peak_mb()
    for _ in range(ROUNDS):
        ours = max(ours, _ours(ids))
    return {
        "payouts": len(ids),
        "checks per second": round(ours, 1),
        "bare reads per second": round(bare, 1),
        "ratio": round(ours / bare, 2),
        "goal": f"at least {GOAL}",
        "results": _results(),
        "memory before, MB": before_mb,
        "peak memory of bare reads, MB": bare_mb,
        "peak memory of checks, MB": peak_mb(),
    }


def _pay(count: int, wire: Any, moved: Any) -> None:
    from config.deliveries import deliver_due
    from vault.operations.add_partner import add_partner
    from vault.operations.add_shortcode import Credentials, add_shortcode

    install_rules(at=moved())
    partner = add_partner(name="Umoja Example Ltd", actor="bench", at=moved())
    credentials = Credentials(
        consumer_key="key", consumer_secret="secret", initiator_password="Safe#1"
    )
    add_shortcode(
        number="600111", partner_id=partner.pk, kind="paybill", initiator_name="apiop",
        credentials=credentials, certificate=wire.simulator.certificate_pem,
        actor="bench", at=moved(),
        tps_limit=1_000,
    )  # fmt: skip
    for number in range(count):
        instruction = Instruction(
            client_reference=f"BENCH-{number}", msisdn=f"2547001{number:05d}", amount="1250"
        )  # fmt: skip
        instruct(
            partner_id=partner.pk, instruction=instruction, origin="bench", actor="bench",
            at=moved(),
        )  # fmt: skip
    while send() or wire.simulator.next_moment():
        moved.forward(seconds=5)
        wire.deliver()
        while deliver_due():
            pass
    if DisbursementRequest.objects.exclude(status="completed").exists():
        raise SystemExit("Not every payout was paid")


def _bare(ids: list[str]) -> float:
    from reconciliation.models import SubjectKind
    from reconciliation.operations.claim_checks import BATCH
    from reconciliation.operations.read_sides import read_sides

    started_s = clock.stopwatch_s()
    for first in range(0, len(ids), BATCH):
        read_sides([(SubjectKind.DISBURSEMENT, each) for each in ids[first : first + BATCH]])
    return len(ids) / (clock.stopwatch_s() - started_s)


def _ours(ids: list[str]) -> float:
    """From the queue to the written run; the requests are there before."""
    from reconciliation.models import CheckRequest, SubjectKind
    from reconciliation.operations.check_many import check_due
    from reconciliation.operations.request_check import request

    CheckRequest.objects.all().delete()
    request(
        subjects=[(SubjectKind.DISBURSEMENT, each, None) for each in ids], trigger="change",
        actor=states.SYSTEM, at=clock.now(),
    )  # fmt: skip
    started_s = clock.stopwatch_s()
    made = check_due()
    if made != len(ids):
        raise SystemExit(f"{made} of {len(ids)} checks were made")
    return len(ids) / (clock.stopwatch_s() - started_s)


def _results() -> str:
    from django.db.models import Count

    from reconciliation.models import ReconciliationRun

    rows = ReconciliationRun.objects.order_by("result").values_list("result")
    return ", ".join(f"{count} {result}" for result, count in rows.annotate(count=Count("pk")))
