"""settle_disbursement, decide_settlement, settlements, correct_disbursement."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command

from core.command import PASSWORD_VARIABLE
from disbursements.models import DisbursementRequest, Settlement
from gateways.interface import PaymentState
from tests.disbursements.persons import EVIDENCE, RECEIPT, unknown
from tests.wire import MovedClock

WHY = ("--evidence", EVIDENCE, "--reason", "nobody can tell since two days")
AGREED = ("--reason", "seen the statement too")
PASSWORD = "an-example-only"
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(engine_db: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in the name of somebody who may settle, approve and correct."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    codenames = [f"{verb}_disbursementrequest" for verb in ("settle", "approve", "correct")]
    for name in ("amina", "brian"):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        allowed = Permission.objects.filter(codename__in=[*codenames, "view_settlement"])
        user.user_permissions.set(allowed)

    def one(*arguments: str, who: str = "amina") -> dict[str, Any]:
        out = StringIO()
        named = ("--as", who) if who else ()
        call_command(*arguments, *named, "--json", stdout=out)
        return json.loads(out.getvalue())

    return one


@pytest.fixture
def doubtful(sent: Any, reports: Any) -> DisbursementRequest:
    return unknown(sent(), reports)


class TestSettling:
    def test_one_proposes_and_another_approves(
        self, run: Run, doubtful: DisbursementRequest
    ) -> None:
        paid = ("--paid", "--receipt", RECEIPT, "--paid-at", "2026-11-21T11:00+03:00")
        proposal = run("settle_disbursement", str(doubtful.pk), *paid, *WHY)
        listed = run("settlements", who="brian")["settlements"]
        answer = run("decide_settlement", proposal["id"], "--approve", *AGREED, who="brian")
        left = run("settlements", who="brian")["settlements"]

        doubtful.refresh_from_db()
        assert [row["id"] for row in listed] == [proposal["id"]]
        assert (answer["status"], answer["disbursementStatus"]) == ("approved", "completed")
        assert (doubtful.receipt, left) == (RECEIPT, [])

    def test_a_dry_run_changes_nothing(self, run: Run, doubtful: DisbursementRequest) -> None:
        tried = run("settle_disbursement", str(doubtful.pk), "--not-paid", *WHY, "--dry-run")
        none = Settlement.objects.count()
        real = run("settle_disbursement", str(doubtful.pk), "--not-paid", *WHY)

        answer = run(
            "decide_settlement", real["id"], "--approve", *AGREED, "--dry-run", who="brian"
        )

        doubtful.refresh_from_db()
        assert (tried["dryRun"], none) == (True, 0)
        assert (answer["disbursementStatus"], answer["dryRun"]) == ("failed", True)
        assert (doubtful.status, Settlement.objects.get().status) == ("unknown", "proposed")

    def test_its_proposer_cannot_approve_but_take_back(
        self, run: Run, doubtful: DisbursementRequest
    ) -> None:
        proposal = run("settle_disbursement", str(doubtful.pk), "--not-paid", *WHY)

        with pytest.raises(CommandError, match="another person must approve"):
            run("decide_settlement", proposal["id"], "--approve", *AGREED)

        assert (
            run("decide_settlement", proposal["id"], "--reject", *AGREED)["status"] == "rejected"
        )

    @pytest.mark.parametrize(
        ("more", "sentence"),
        [
            (("--not-paid", "--receipt", RECEIPT), "are for --paid"),
            (("--paid", "--receipt", RECEIPT), "paid_at: is missing"),
            (("--paid",), "receipt: "),
        ],
    )
    def test_what_does_not_go_together_is_refused(
        self, run: Run, doubtful: DisbursementRequest, more: tuple[str, ...], sentence: str
    ) -> None:
        with pytest.raises(CommandError, match=sentence):
            run("settle_disbursement", str(doubtful.pk), *more, *WHY)

        assert not Settlement.objects.exists()

    def test_nobody_settles_without_a_name(self, run: Run, doubtful: DisbursementRequest) -> None:
        with pytest.raises(CommandError, match="--as USERNAME") as refused:
            run("settle_disbursement", str(doubtful.pk), "--not-paid", *WHY, who="")

        assert refused.value.returncode == 2


class TestCorrecting:
    @pytest.fixture
    def failed(self, sent: Any, reports: Any, moved: MovedClock) -> DisbursementRequest:
        row = sent()
        reports.failed(row, "2040")
        moved.forward(minutes=1)
        reports.asked(row)
        reports.answered(row, PaymentState.NOT_PAID)
        return row

    def test_it_makes_the_new_one_once(self, run: Run, failed: DisbursementRequest) -> None:
        words = ("correct_disbursement", str(failed.pk), "--msisdn", "0700000777", *AGREED)
        tried = run(*words, "--dry-run")
        none = DisbursementRequest.objects.filter(corrects=failed).count()
        first, second = run(*words), run(*words, who="")

        assert (tried["dryRun"], none) == (True, 0)
        assert (first["corrects"], first["status"]) == (str(failed.pk), "queued")
        assert (second["id"], second["replayed"]) == (first["id"], True)

    def test_a_wrong_field_is_named(self, run: Run, failed: DisbursementRequest) -> None:
        with pytest.raises(CommandError, match="msisdn: "):
            run("correct_disbursement", str(failed.pk), "--msisdn", "12", *AGREED)
