"""The pages of bulk runs: how far, what was skipped and why, stopping, who sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from core.callers import Caller
from core.models import Step
from disbursements.models import BulkRun, DisbursementRequest
from disbursements.operations import bulk
from tests.disbursements.troubled import LIST, TEMPORARY, fail, status_of
from tests.staff import REASON, at_the_desk
from tests.wire import MovedClock
from vault.models import StaffMember
from vault.operations.add_partner import add_partner

RUN = "admin:disbursements_bulkrun"
VIEW = "disbursements.view_bulkrun"
OPERATOR = Caller(actor="operator", origin="test", partners=None, permissions=None)
Sent = Callable[..., DisbursementRequest]


@pytest.fixture
def rows(sent: Sent, reports: Any, moved: MovedClock) -> list[DisbursementRequest]:
    """One that can be retried, and one that failed for good."""
    return [
        fail(sent("00001"), reports, moved, TEMPORARY),
        fail(sent("00002"), reports, moved),
    ]


@pytest.fixture
def run(rows: list[DisbursementRequest], moved: MovedClock) -> BulkRun:
    """Begun, and nothing of it done yet."""
    return bulk.start(
        verb="retry", reason=REASON, caller=OPERATOR, at=moved(), ids=[row.pk for row in rows]
    )


def progress(client: Client, run: BulkRun) -> Any:
    return client.get(reverse(f"{RUN}_progress", args=[run.pk]))


class TestPages:
    def test_the_list_and_the_page_say_who_what_why_and_how_far(
        self, desk: Client, run: BulkRun
    ) -> None:
        listed = desk.get(reverse(f"{RUN}_changelist")).content.decode()
        page = desk.get(reverse(f"{RUN}_change", args=[run.pk])).content.decode()

        for text in (listed, page):
            assert REASON in text
            assert "operator" in text
        assert 'role="progressbar"' in page
        assert 'data-running="yes"' in page
        assert "Stop…" in page

    def test_the_figures_alone_follow_the_work(self, desk: Client, run: BulkRun) -> None:
        before = progress(desk, run).content.decode()
        bulk.work(run_id=run.pk)

        after = progress(desk, run)

        page = after.content.decode()
        assert 'aria-valuenow="0"' in before
        assert f'aria-valuenow="{run.total}"' in page
        assert 'data-running="no"' in page
        assert "<html" not in page
        assert "no-store" in after["Cache-Control"]

    def test_what_was_skipped_stands_with_its_reason_and_the_first_of_them(
        self, desk: Client, run: BulkRun, rows: list[DisbursementRequest]
    ) -> None:
        DisbursementRequest.objects.filter(pk=rows[0].pk).update(status="unknown")
        bulk.work(run_id=run.pk)
        run.refresh_from_db()

        page = progress(desk, run).content.decode()

        assert run.skipped
        for reason in bulk.skips(run):
            assert reason in page
        assert reverse(f"{LIST}_change", args=[rows[0].pk]) in page

    def test_the_list_of_payouts_is_narrowed_to_the_run_and_its_parts(
        self, desk: Client, run: BulkRun, rows: list[DisbursementRequest]
    ) -> None:
        bulk.work(run_id=run.pk)
        address = reverse(f"{LIST}_changelist")

        whole, done, waiting = (
            desk.get(f"{address}?run={run.pk}{part}").content.decode()
            for part in ("", ":done", ":waiting")
        )

        assert rows[0].client_reference in whole
        assert rows[0].client_reference in done
        assert rows[1].client_reference not in done
        assert rows[0].client_reference not in waiting


class TestStopping:
    def test_a_running_one_is_stopped_with_a_reason(
        self, desk: Client, run: BulkRun, rows: list[DisbursementRequest]
    ) -> None:
        address = reverse(f"{RUN}_stop", args=[run.pk])

        page = desk.get(address).content.decode()
        answer = desk.post(address, {"confirmed": "yes", "reason": REASON}, follow=True)
        bulk.work()

        run.refresh_from_db()
        assert f"leave {run.total} as they are" in page
        assert run.status == "stopped"
        assert "Stopped." in answer.content.decode()
        assert Step.objects.filter(subject_id=str(run.pk), to_status="stopped").exists()
        assert status_of(rows[0]) == "retrying"

    def test_an_ended_one_is_not(self, desk: Client, run: BulkRun) -> None:
        bulk.work(run_id=run.pk)

        answer = desk.get(reverse(f"{RUN}_stop", args=[run.pk]))

        assert answer.status_code == 404

    def test_only_those_who_may_do_its_verb_stop_it(self, run: BulkRun) -> None:
        viewer = at_the_desk(VIEW)
        canceller = at_the_desk(VIEW, "disbursements.cancel_disbursementrequest")
        address = reverse(f"{RUN}_stop", args=[run.pk])

        answers = [
            person.post(address, {"confirmed": "yes", "reason": REASON})
            for person in (viewer, canceller)
        ]

        run.refresh_from_db()
        assert [answer.status_code for answer in answers] == [403, 422]
        assert run.status == "running"


class TestWho:
    def test_without_the_permission_nothing_is_seen(self, run: BulkRun) -> None:
        person = at_the_desk("disbursements.view_disbursementrequest")

        answers = [person.get(reverse(f"{RUN}_changelist")), progress(person, run)]

        assert [answer.status_code for answer in answers] == [403, 403]

    def test_the_staff_of_a_partner_see_runs_of_their_own_only(
        self, run: BulkRun, moved: MovedClock
    ) -> None:
        partner = add_partner(name="Other Example Ltd", actor="test", at=moved())
        person = at_the_desk(VIEW)
        StaffMember.objects.create(user=User.objects.latest("id"), partner=partner)
        BulkRun.objects.create(
            verb="retry", reason="Of our own payouts", actor="own", origin="test",
            partners=[partner.pk], status="finished", status_at=moved(), started_at=moved(),
            ended_at=moved(), total=0,
        )  # fmt: skip

        listed = person.get(reverse(f"{RUN}_changelist")).content.decode()

        assert "Of our own payouts" in listed
        assert REASON not in listed
        assert progress(person, run).status_code == 404
