"""The three calls of the source document: who may, what is answered, and 409 while one runs."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from core import locks
from core.models import Step
from disbursements.models import DisbursementRequest
from loans.models import LoanSyncRun, LoanTracking, MifosConnection
from tests.disbursements.api.conftest import Caller
from tests.lending import (
    Tenant,
    a_connection,
    a_product,
    a_tenant,
    an_approved_loan,
    loan_of,
    script,
    there,
)
from tests.loans.api.conftest import Staff
from tests.wire import Wire
from vault.models import Partner, Shortcode

FETCH, PROCESS = "/api/mifos/fetch-pending-loans", "/api/mifos/process-pending-loans"
SYNC = "/api/mifos/scheduled-loan-sync"
MAY = "loans.sync_loantracking"


@pytest.fixture
def tenant(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Tenant:
    made = a_tenant(wire)
    a_connection(a_partner, made)
    a_product(a_partner)
    return made


@pytest.fixture
def other_partner(wire: Wire, stranger: tuple[Partner, Caller]) -> Partner:
    """Another partner, on the other version family."""
    made = a_tenant(wire, "1.8.4", name="baraka")
    a_connection(stranger[0], made)
    a_product(stranger[0])
    return stranger[0]


@pytest.fixture
def one_that_runs(a_partner: Partner) -> Iterator[None]:
    """Another session that syncs this partner."""
    session = connection.copy()
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [locks.lock_key(f"loans:{a_partner.pk}")])
        yield
    session.close()


def body_of(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


class TestThreeSteps:
    def test_fetched_then_paid_then_booked(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, key: Caller
    ) -> None:
        number = an_approved_loan(wire, tenant)

        [fetched] = body_of(key.post({}, path=FETCH))["results"]
        after_fetch = loan_of(a_partner, number).status
        [processed] = body_of(key.post({}, path=PROCESS))["results"]
        wire.run(also=["loans"])
        body_of(key.post({}, path=SYNC))

        assert (fetched["outcome"], fetched["run"]["new"]) == ("done", 1)
        assert fetched["run"]["instructed"] == 0
        assert after_fetch == "pending_disbursement"
        assert (processed["run"]["steps"], processed["run"]["instructed"]) == (
            ["process", "book"], 1,
        )  # fmt: skip
        loan = loan_of(a_partner, number)
        assert (loan.status, loan.disbursement.origin) == ("disbursed", "loan")
        assert there(wire, tenant, number)["state"] == 300

    def test_the_same_call_again_pays_nothing_again(
        self, wire: Wire, tenant: Tenant, key: Caller
    ) -> None:
        an_approved_loan(wire, tenant)

        for _ in range(3):
            body_of(key.post({}, path=SYNC))
            wire.run(also=["loans"])

        assert DisbursementRequest.objects.count() == 1
        assert LoanTracking.objects.get().status == "disbursed"

    @pytest.mark.parametrize("body", [b"", {}])
    def test_the_body_may_be_left_out(self, tenant: Tenant, key: Caller, body: Any) -> None:
        said = body_of(key.post(body, path=f"{SYNC}/"))

        assert said["message"] == "Synced 1 of 1 partners"

    def test_what_was_left_and_held_is_told_in_words(
        self, wire: Wire, tenant: Tenant, key: Caller
    ) -> None:
        an_approved_loan(wire, tenant, phone="")
        an_approved_loan(wire, tenant, productId=2)

        [result] = body_of(key.post({}, path=SYNC))["results"]

        held, skipped = result["run"]["held"], result["run"]["skipped"]
        assert [(each["code"], each["count"]) for each in held] == [("no_phone", 1)]
        assert held[0]["meaning"] == "The client has no phone number in Mifos X."
        assert {"code": "product_unknown", "count": 1,
                "meaning": "there are no settings for the loan's product"} in skipped  # fmt: skip

    def test_what_goes_wrong_stands_in_the_run(
        self, wire: Wire, tenant: Tenant, key: Caller
    ) -> None:
        script(wire, tenant, "loan_list_500")

        [result] = body_of(key.post({}, path=FETCH))["results"]

        [error] = result["run"]["errors"]
        assert (result["outcome"], error["step"], error["loanId"]) == ("done", "fetch", None)
        assert error["text"]


class TestWhoMay:
    def test_not_without_a_key_nor_with_one_that_only_reads(
        self, tenant: Tenant, reading_key: Caller
    ) -> None:
        answers = [
            caller.post({}, path=path)
            for caller in (Caller(), reading_key)
            for path in (FETCH, PROCESS, SYNC)
        ]

        assert [answer.status_code for answer in answers] == [401] * 3 + [403] * 3
        assert answers[3].json()["code"] == "scope_missing"
        assert not LoanSyncRun.objects.exists()

    def test_a_key_syncs_its_own_partner_only(
        self, tenant: Tenant, other_partner: Partner, key: Caller, a_partner: Partner
    ) -> None:
        own = body_of(key.post({}, path=SYNC))
        refused = key.post({"partner": str(other_partner.pk)}, path=SYNC)

        assert [each["partner"]["id"] for each in own["results"]] == [str(a_partner.pk)]
        assert (refused.status_code, list(refused.json()["fields"])) == (400, ["partner"])
        assert not LoanSyncRun.objects.filter(partner=other_partner).exists()

    def test_staff_sync_all_of_theirs_each_by_itself(
        self, wire: Wire, tenant: Tenant, other_partner: Partner, a_partner: Partner,
        staff: Staff,
    ) -> None:  # fmt: skip
        an_approved_loan(wire, tenant)
        an_approved_loan(wire, "baraka")
        script(wire, "baraka", "loan_list_401")

        said = body_of(staff(MAY).post({"reason": "the branch asked for it"}, path=SYNC))

        by_partner = {each["partner"]["id"]: each["run"] for each in said["results"]}
        assert by_partner[str(a_partner.pk)]["instructed"] == 1
        assert by_partner[str(other_partner.pk)]["errors"]
        because = Step.objects.filter(subject_type="LoanSyncRun").values_list("because", flat=True)
        assert list(because) == ["sync asked for: the branch asked for it"] * 2

    def test_staff_of_one_partner_sync_that_one(
        self, tenant: Tenant, other_partner: Partner, staff: Staff
    ) -> None:
        person = staff(MAY, partner=other_partner)

        said = body_of(person.post({}, path=FETCH))

        assert [each["partner"]["id"] for each in said["results"]] == [str(other_partner.pk)]


class TestNotNow:
    def test_409_while_it_is_synced_already(
        self, tenant: Tenant, key: Caller, one_that_runs: None
    ) -> None:
        answer = key.post({}, path=SYNC)

        assert (answer.status_code, answer.json()["code"]) == (409, "already_running")
        assert int(answer["Retry-After"]) > 0

    def test_of_several_the_one_that_runs_is_told_and_the_others_are_done(
        self, tenant: Tenant, other_partner: Partner, staff: Staff, one_that_runs: None
    ) -> None:
        said = body_of(staff(MAY).post({}, path=FETCH))

        assert sorted(each["outcome"] for each in said["results"]) == ["already_running", "done"]
        assert said["message"] == "Synced 1 of 2 partners"

    def test_409_while_the_server_is_left_alone(
        self, wire: Wire, tenant: Tenant, key: Caller
    ) -> None:
        script(wire, tenant, "loan_list_401")
        key.post({}, path=FETCH)

        answer = key.post({}, path=FETCH)

        assert (answer.status_code, answer.json()["code"]) == (409, "left_alone")
        assert int(answer["Retry-After"]) > 60

    def test_409_where_it_is_not_ready_or_not_there(
        self, tenant: Tenant, key: Caller, stranger: tuple[Partner, Caller]
    ) -> None:
        MifosConnection.objects.update(is_mifos_configured=False)

        untested, none = key.post({}, path=FETCH), stranger[1].post({}, path=SYNC)

        assert [each.status_code for each in (untested, none)] == [409, 409]
        assert untested.json()["code"] == "cannot_sync"
        assert "not set up to the end" in untested.json()["error"]
        assert "no Mifos X" in none.json()["error"]

    def test_switched_off_it_is_fetched_and_not_paid(
        self, wire: Wire, tenant: Tenant, key: Caller
    ) -> None:
        an_approved_loan(wire, tenant)
        MifosConnection.objects.update(mifos_auto_disbursement_enabled=False)

        fetched = body_of(key.post({}, path=FETCH))["results"][0]["run"]
        paid = body_of(key.post({}, path=PROCESS))["results"][0]["run"]

        assert (fetched["new"], fetched["errors"]) == (1, [])
        assert paid["instructed"] == 0
        assert "switched off" in paid["errors"][0]["text"]
        assert not DisbursementRequest.objects.exists()

    @pytest.mark.parametrize(
        ("body", "field"),
        [({"partner": "umoja"}, "partner"), ({"reason": "why"}, "reason"), ({"x": 1}, "x")],
    )
    def test_bodies_that_cannot_be_read(
        self, tenant: Tenant, key: Caller, body: Any, field: str
    ) -> None:
        answer = key.post(body, path=SYNC)

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert not LoanSyncRun.objects.exists()
