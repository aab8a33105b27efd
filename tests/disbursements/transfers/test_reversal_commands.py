"""propose_reversal, decide_reversal, reversals."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command

from core.command import PASSWORD_VARIABLE
from disbursements import jobs
from disbursements.models import DisbursementRequest, TransferReversal
from tests.disbursements.transfers.conftest import reread

WHY = ("--reason", "paid to the wrong user, who agreed")
PASSWORD = "an-example-only"
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(engine_db: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in the name of somebody who may propose and approve."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    for name in ("amina", "brian"):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        allowed = Permission.objects.filter(codename__endswith="transferreversal")
        user.user_permissions.set(allowed)

    def one(*arguments: str, who: str = "amina") -> dict[str, Any]:
        out = StringIO()
        named = ("--as", who) if who else ()
        call_command(*arguments, *named, "--json", stdout=out)
        return json.loads(out.getvalue())

    return one


class TestTogether:
    def test_one_proposes_another_approves_and_it_comes_back(
        self, run: Run, paid: DisbursementRequest
    ) -> None:
        proposed = run("propose_reversal", str(paid.pk), "--amount", "4.00", *WHY)
        listed = run("reversals", who="brian")["reversals"]
        decided = run("decide_reversal", proposed["id"], "--approve", *WHY, who="brian")
        jobs.reversals()

        assert (proposed["amount"], proposed["status"]) == ("4.00", "proposed")
        assert [row["id"] for row in listed] == [proposed["id"]]
        assert (decided["status"], decided["decidedBy"]) == ("sending", "brian")
        assert reread(paid).returned_minor == 400
        assert run("reversals")["reversals"] == []
        assert [row["status"] for row in run("reversals", "--all")["reversals"]] == ["done"]

    def test_a_dry_run_changes_nothing(self, run: Run, paid: DisbursementRequest) -> None:
        tried = run("propose_reversal", paid.client_reference, *WHY, "--dry-run")

        assert (tried["dryRun"], tried["amount"]) == (True, "10.00")
        assert not TransferReversal.objects.exists()

    def test_its_proposer_can_only_withdraw_it(self, run: Run, paid: DisbursementRequest) -> None:
        proposed = run("propose_reversal", str(paid.pk), *WHY)

        with pytest.raises(CommandError, match="another person must approve it"):
            run("decide_reversal", proposed["id"], "--approve", *WHY)

        assert run("decide_reversal", proposed["id"], "--reject", *WHY)["status"] == "rejected"

    @pytest.mark.parametrize(
        ("amount", "told"),
        [("4.005", "more decimals than USD allows"), ("ten", "not an amount"),
         ("11", "10.00 at the most")],
    )  # fmt: skip
    def test_an_amount_that_cannot_be_is_told(
        self, run: Run, paid: DisbursementRequest, amount: str, told: str
    ) -> None:
        with pytest.raises(CommandError, match=told):
            run("propose_reversal", str(paid.pk), "--amount", amount, *WHY)

    def test_it_is_done_by_somebody_with_a_name(self, run: Run, paid: DisbursementRequest) -> None:
        for command in (("propose_reversal", str(paid.pk)),
                        ("decide_reversal", str(paid.pk), "--approve")):  # fmt: skip
            with pytest.raises(CommandError, match="say who you are with --as"):
                run(*command, *WHY, who="")
