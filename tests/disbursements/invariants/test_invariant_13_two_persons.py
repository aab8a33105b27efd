"""13. Who proposed how a payout ended never approves it, through no door and not past our code."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from core.command import PASSWORD_VARIABLE
from disbursements.models import DisbursementRequest, Settlement
from disbursements.operations.decide_settlement import SamePerson, approve
from disbursements.operations.propose_settlement import propose
from disbursements.operations.prove_books import breaks
from tests.disbursements.persons import EVIDENCE, unknown
from tests.wire import MovedClock
from vault.queries import caller_of

PASSWORD = "an-example-only"
REASON = "seen the statement myself"
CLAIM = {"evidence": EVIDENCE, "reason": "nobody can tell since two days"}
DOORS = ["page", "api", "command"]


class Doors:
    """One person, a superuser, at the page, at the API and at the command line."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.desk = Client()
        self.desk.force_login(user)

    def propose(self, row: DisbursementRequest, *, door: str) -> Settlement:
        """Not paid."""
        if door == "page":
            address = reverse("admin:disbursements_disbursementrequest_settle", args=[row.pk])
            form = {**CLAIM, "settled_as": "not_paid", "confirmed": "yes"}
            self.desk.post(address, form)
        elif door == "api":
            self._post(f"/api/disburse/{row.pk}/settlement", {**CLAIM, "settledAs": "not_paid"})
        else:
            self._run("settle_disbursement", str(row.pk), "--not-paid", "--evidence", EVIDENCE)
        return Settlement.objects.get(disbursement=row)

    def approve(self, settlement: Settlement, *, door: str) -> str:
        """What the door says when it refuses; empty when it does not."""
        if door == "page":
            address = reverse("admin:disbursements_settlement_approve", args=[settlement.pk])
            answer = self.desk.post(address, {"confirmed": "yes", "reason": REASON})
            return "" if answer.status_code == 302 else answer.content.decode()
        if door == "api":
            answer = self._post(f"/api/settlements/{settlement.pk}/approve", {"reason": REASON})
            return "" if answer.status_code == 200 else answer.json()["error"]
        try:
            self._run("decide_settlement", str(settlement.pk), "--approve")
        except CommandError as error:
            return str(error)
        return ""

    def _run(self, *arguments: str) -> None:
        named = ("--reason", REASON, "--as", self.user.get_username())
        call_command(*arguments, *named, stdout=StringIO())

    def _post(self, path: str, body: dict[str, str]) -> Any:
        who = {"username": self.user.get_username(), "password": PASSWORD}
        token = Client().post("/api/auth/token", who, "application/json").json()["token"]
        return Client().post(
            path, body, "application/json", headers={"Authorization": f"Bearer {token}"}
        )


@pytest.fixture
def at_the_doors(engine_db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Doors]:
    """A person by name."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    return lambda name: Doors(User.objects.create_superuser(name, password=PASSWORD))


@pytest.fixture
def doubtful(sent: Any, reports: Any) -> DisbursementRequest:
    return unknown(sent(), reports)


class TestEachPairOfDoors:
    @pytest.mark.parametrize("second", DOORS)
    @pytest.mark.parametrize("first", DOORS)
    def test_the_same_person_is_refused_and_another_is_not(
        self, at_the_doors: Any, doubtful: DisbursementRequest, first: str, second: str
    ) -> None:
        amina, brian = at_the_doors("amina"), at_the_doors("brian")
        settlement = amina.propose(doubtful, door=first)

        refused = amina.approve(settlement, door=second)

        settlement.refresh_from_db()
        doubtful.refresh_from_db()
        assert "another person must approve it" in refused
        assert (settlement.status, doubtful.status) == ("proposed", "unknown")
        assert brian.approve(settlement, door=second) == ""
        settlement.refresh_from_db()
        doubtful.refresh_from_db()
        assert (settlement.proposed_by, settlement.decided_by) == ("amina", "brian")
        assert (settlement.status, doubtful.status) == ("approved", "failed")
        assert list(breaks()) == []


class TestTheOperation:
    def test_a_superuser_is_one_person_like_any_other(
        self, at_the_doors: Any, doubtful: DisbursementRequest, moved: MovedClock
    ) -> None:
        amina = at_the_doors("amina").user
        settlement = propose(
            disbursement_id=doubtful.pk, settled_as="not_paid", at=moved(),
            caller=caller_of(amina, origin="admin"), **CLAIM,
        )  # fmt: skip

        with pytest.raises(SamePerson):
            approve(
                settlement_id=settlement.pk, reason=REASON, at=moved(),
                caller=caller_of(amina, origin="api"),
            )  # fmt: skip


class TestTheDatabase:
    @pytest.mark.parametrize("decided_by", ["amina", ""])
    def test_it_refuses_one_name_twice_and_none(
        self, at_the_doors: Any, doubtful: DisbursementRequest, decided_by: str
    ) -> None:
        at_the_doors("amina").propose(doubtful, door="page")

        with (
            pytest.raises(IntegrityError, match="settlement_by_two_persons"),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE disbursements_settlement SET status = 'approved', decided_by = %s",
                [decided_by],
            )
