"""The home page: work queues for those who may open them, and health."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.alerts import raise_alert
from disbursements.models import DisbursementRequest, DisbursementRetryLog, Settlement
from disbursements.operations.judge import UNCLASSIFIED_ALERT
from tests.staff import at_the_desk, superuser
from tests.wire import MovedClock
from vault.models import StaffMember
from vault.operations.add_partner import add_partner

HOME = "admin:index"
SEE_PAYOUTS = "disbursements.view_disbursementrequest"


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()


def counts(client: Client) -> dict[str, int]:
    return {line.name: line.count for line in client.get(reverse(HOME)).context["queues"]}


def stands(row: DisbursementRequest, **values: Any) -> None:
    """Put a payout where a test needs it, past the engine."""
    DisbursementRequest.objects.filter(pk=row.pk).update(**values)


class TestQueues:
    def test_each_counts_what_its_link_lists(
        self, desk: Client, pay: Callable[..., DisbursementRequest], moved: MovedClock
    ) -> None:
        soon, long_ago = moved() + timedelta(minutes=15), moved() - timedelta(hours=2)
        stands(pay("00001"), status="unknown", status_at=long_ago)
        stands(pay("00002"), status="unknown")
        stands(pay("00003"), status="failed", person_needed_at=moved())
        stands(pay("00004"), status="retrying", next_retry_at=soon)
        stands(pay("00005"), status="parked", parked_cause="b2c:1:600111", retry_reason="Float")
        pay("00006")

        lines = desk.get(reverse(HOME)).context["queues"]

        listing = [line for line in lines if "disbursementrequest" in line.url]
        listed = [desk.get(line.url).context["cl"].result_count for line in listing]
        assert [line.count for line in listing] == listed
        assert {line.name: line.count for line in listing} == {
            "Needs a person": 1, "Unknown > 30 min": 1, "Outcome unknown": 2,
            "Parked: Our utility account holds too little: top it up (1)": 1,
            "Waiting to retry": 1, "Failed today": 1, "Queued": 1,
        }  # fmt: skip

    def test_the_oldest_unknown_is_told(
        self, desk: Client, pay: Callable[..., DisbursementRequest], moved: MovedClock
    ) -> None:
        stands(pay(), status="unknown", status_at=moved() - timedelta(hours=2))

        page = desk.get(reverse(HOME)).content.decode()

        assert "The oldest 2 h ago." in page

    def test_unclassified_codes_are_counted(self, desk: Client, moved: MovedClock) -> None:
        for code in ("7777", "7778"):
            raise_alert(kind=UNCLASSIFIED_ALERT, key=f"b2c:{code}", text="New", at=moved(),
                        details={"code": code})  # fmt: skip

        assert counts(desk)["Unclassified codes"] == 2

    def test_a_person_without_permissions_sees_no_queue(self, engine_db: None) -> None:
        page = at_the_desk().get(reverse(HOME))

        assert page.context["queues"] == []
        assert "You have no permission to see any queue" in page.content.decode()

    def test_somebody_elses_proposal_waits_for_me_and_mine_for_others(
        self, pay: Callable[..., DisbursementRequest], moved: MovedClock
    ) -> None:
        rights = (SEE_PAYOUTS, "disbursements.view_settlement",
                  "disbursements.approve_disbursementrequest")  # fmt: skip
        approver, proposer = at_the_desk(*rights), at_the_desk(*rights)
        propose(pay(), by=User.objects.latest("pk").username, at=moved())

        assert counts(approver)["Waiting for my approval"] == 1
        assert "My proposals waiting" not in counts(approver)
        assert counts(proposer)["Waiting for my approval"] == 0
        assert counts(proposer)["My proposals waiting"] == 1

    def test_a_partners_own_staff_count_their_rows_and_nobody_elses(
        self, pay: Callable[..., DisbursementRequest], moved: MovedClock
    ) -> None:
        row = pay()
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        raise_alert(kind=UNCLASSIFIED_ALERT, key="b2c:7777", text="New", at=moved())
        rights = (SEE_PAYOUTS, "core.view_alert", "gateways.view_call")
        own, stranger = at_the_desk(*rights), at_the_desk(*rights)
        people = list(User.objects.order_by("-pk")[:2])
        StaffMember.objects.create(user=people[1], partner=row.partner)
        StaffMember.objects.create(user=people[0], partner=other)

        assert counts(own)["Queued"] == 1
        assert counts(stranger)["Queued"] == 0
        assert "Open alerts" not in counts(own)
        assert own.get(reverse(HOME)).context["health"] == []

    def test_the_number_of_queries_does_not_grow(
        self, desk: Client, pay: Callable[..., DisbursementRequest]
    ) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as told:
                desk.get(reverse(HOME))
            return len(told)

        def park(number: int) -> None:
            stands(pay(f"{number:05}"), status="parked", parked_cause=f"b2c:{number}:600111")

        park(1)
        queries()
        before = queries()
        for number in range(2, 12):
            park(number)

        assert queries() == before
        assert before <= 44


def propose(row: DisbursementRequest, *, by: str, at: Any) -> None:
    attempt = DisbursementRetryLog.objects.create(
        disbursement=row, retry_attempt=1, retry_reason="first", provider_reference="R1",
        secret_digest=b"x" * 32, shortcode_number="600111", retry_timestamp=at,
    )  # fmt: skip
    Settlement.objects.create(
        disbursement=row, attempt=attempt, status="proposed", status_at=at, settled_as="not_paid",
        evidence="Statement of today", reason="Not on the statement", proposed_by=by,
        proposed_at=at,
    )  # fmt: skip
