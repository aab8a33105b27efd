"""Settling and correcting over the API: who may, what is answered, what is refused."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from disbursements.models import DisbursementRequest, Settlement
from gateways.interface import PaymentState
from tests.disbursements.api.conftest import Caller
from tests.disbursements.persons import EVIDENCE, RECEIPT, unknown
from tests.wire import MovedClock
from vault.models import Partner, StaffMember
from vault.operations.add_api_key import add_api_key
from vault.operations.add_partner import add_partner

PASSWORD = "an-example-only"
WHY = {"reason": "nobody can tell since two days"}
NOT_PAID = {**WHY, "settledAs": "not_paid", "evidence": EVIDENCE}
PAID = {**NOT_PAID, "settledAs": "paid", "receipt": RECEIPT, "paidAt": "2026-11-21T11:00:00+03:00"}


def staff(name: str, *verbs: str, partner: Partner | None = None) -> Caller:
    """A member of staff with a fresh token."""
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    names = [f"{verb}_disbursementrequest" for verb in ("view", *verbs)]
    allowed = Permission.objects.filter(codename__in=[*names, "view_settlement"])
    user.user_permissions.set(allowed)
    if partner:
        StaffMember.objects.create(user=user, partner=partner)
    answer = Client().post(
        "/api/auth/token", {"username": name, "password": PASSWORD}, "application/json"
    )
    return Caller(answer.json()["token"])


@pytest.fixture
def doubtful(sent: Any, reports: Any) -> DisbursementRequest:
    return unknown(sent(), reports)


@pytest.fixture
def failed(sent: Any, reports: Any, moved: MovedClock) -> DisbursementRequest:
    row = sent("00002")
    reports.failed(row, "2040")
    moved.forward(minutes=1)
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)
    return row


@pytest.fixture
def amina(engine_db: None) -> Caller:
    return staff("amina", "settle", "approve", "correct")


@pytest.fixture
def brian(engine_db: None) -> Caller:
    return staff("brian", "settle", "approve")


@pytest.fixture
def key(a_partner: Partner, moved: MovedClock) -> Caller:
    return Caller(add_api_key(partner_id=a_partner.pk, actor="test", at=moved()).key)


def proposal_path(row: DisbursementRequest) -> str:
    return f"/api/disburse/{row.pk}/settlement"


class TestSettling:
    def test_one_proposes_and_another_approves(
        self, doubtful: DisbursementRequest, amina: Caller, brian: Caller
    ) -> None:
        proposed = amina.post(PAID, path=proposal_path(doubtful))
        listed = brian.get("/api/settlements").json()
        id_ = proposed.json()["settlement"]["id"]
        approved = brian.post(WHY, path=f"/api/settlements/{id_}/approve")

        doubtful.refresh_from_db()
        assert proposed.status_code == 201
        assert [row["id"] for row in listed["settlements"]] == [id_]
        assert approved.status_code == 200
        assert approved.json()["settlement"]["disbursementStatus"] == "completed"
        assert doubtful.receipt == RECEIPT

    def test_its_proposer_is_refused_and_may_take_it_back(
        self, doubtful: DisbursementRequest, amina: Caller
    ) -> None:
        id_ = amina.post(NOT_PAID, path=proposal_path(doubtful)).json()["settlement"]["id"]

        own = amina.post(WHY, path=f"/api/settlements/{id_}/approve")
        back = amina.post(WHY, path=f"/api/settlements/{id_}/reject")

        assert own.status_code == 403
        assert "another person must approve" in own.json()["error"]
        assert back.json()["settlement"]["status"] == "rejected"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"settledAs": "perhaps"}, "settledAs"),
            ({"settledAs": "paid"}, "receipt"),
            ({"evidence": "short"}, "evidence"),
            ({"reason": "short"}, "reason"),
            ({"paidAt": "yesterday"}, "paidAt"),
            ({"attempt": "1"}, "attempt"),
            ({"surely": True}, "surely"),
        ],
    )
    def test_a_wrong_field_is_named(
        self, doubtful: DisbursementRequest, amina: Caller, change: dict[str, Any], field: str
    ) -> None:
        answer = amina.post(NOT_PAID | change, path=proposal_path(doubtful))

        assert answer.status_code == 400
        assert field in answer.json()["fields"]
        assert not Settlement.objects.exists()

    def test_what_is_not_open_is_a_conflict(
        self, failed: DisbursementRequest, amina: Caller
    ) -> None:
        answer = amina.post(NOT_PAID, path=proposal_path(failed))

        assert (answer.status_code, answer.json()["code"]) == (409, "cannot_settle")

    def test_a_partners_key_may_neither_propose_nor_see_nor_decide(
        self, doubtful: DisbursementRequest, key: Caller, amina: Caller
    ) -> None:
        id_ = amina.post(NOT_PAID, path=proposal_path(doubtful)).json()["settlement"]["id"]

        answers = [
            key.post(NOT_PAID, path=proposal_path(doubtful)),
            key.get("/api/settlements"),
            key.post(WHY, path=f"/api/settlements/{id_}/approve"),
            key.post(WHY, path=f"/api/settlements/{id_}/reject"),
        ]

        assert [answer.status_code for answer in answers] == [403] * 4
        assert Settlement.objects.get().status == "proposed"

    def test_staff_of_another_partner_see_and_touch_nothing(
        self, doubtful: DisbursementRequest, amina: Caller, moved: MovedClock
    ) -> None:
        id_ = amina.post(NOT_PAID, path=proposal_path(doubtful)).json()["settlement"]["id"]
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        stranger = staff("stranger", "settle", "approve", partner=other)

        answers = [
            stranger.post(NOT_PAID, path=proposal_path(doubtful)),
            stranger.post(WHY, path=f"/api/settlements/{id_}/approve"),
            stranger.post(WHY, path=f"/api/settlements/{id_}/reject"),
        ]

        assert [answer.status_code for answer in answers] == [404] * 3
        assert stranger.get("/api/settlements").json()["settlements"] == []

    @pytest.mark.parametrize("path", ["none/approve", "none/reject"])
    def test_what_is_no_id_is_not_found(self, amina: Caller, path: str) -> None:
        assert amina.post(WHY, path=f"/api/settlements/{path}").status_code == 404


class TestCorrecting:
    def test_a_partners_key_corrects_its_own_once(
        self, failed: DisbursementRequest, key: Caller
    ) -> None:
        body = {"msisdn": "0700000777", "amount": 1300, "reason": "the payee gave a new number"}
        first = key.post(body, path=f"/api/disburse/{failed.pk}/correct")
        second = key.post(body, path=f"/api/disburse/{failed.pk}/correct")
        old = key.get(f"/api/disburse/{failed.pk}").json()["disbursement"]

        child = first.json()["disbursement"]
        assert (first.status_code, child["corrects"]) == (201, str(failed.pk))
        assert (child["msisdn"], child["amount"]) == ("254700000777", 1300)
        assert old["correctedBy"] == child["id"]
        assert second.json()["disbursement"]["id"] == child["id"]
        assert second.headers["Idempotent-Replayed"] == "true"

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"msisdn": "12"}, "msisdn"), ({"amount": 5}, "amount"), ({"reason": "no"}, "reason")],
    )
    def test_a_wrong_field_is_named(
        self, failed: DisbursementRequest, key: Caller, change: dict[str, Any], field: str
    ) -> None:
        body = {"msisdn": "0700000777", "reason": "the payee gave a new number"}

        answer = key.post(body | change, path=f"/api/disburse/{failed.pk}/correct")

        assert answer.status_code == 400
        assert field in answer.json()["fields"]
        assert DisbursementRequest.objects.count() == 1

    def test_what_may_be_paid_is_a_conflict(
        self, doubtful: DisbursementRequest, key: Caller
    ) -> None:
        body = {"msisdn": "0700000777", "reason": "the payee gave a new number"}

        answer = key.post(body, path=f"/api/disburse/{doubtful.pk}/correct")

        assert (answer.status_code, answer.json()["code"]) == (409, "cannot_correct")

    def test_another_partners_is_not_found(
        self, failed: DisbursementRequest, moved: MovedClock
    ) -> None:
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        stranger = Caller(add_api_key(partner_id=other.pk, actor="test", at=moved()).key)

        answer = stranger.post(
            {"msisdn": "0700000777", "reason": "the payee gave a new number"},
            path=f"/api/disburse/{failed.pk}/correct",
        )

        assert answer.status_code == 404
