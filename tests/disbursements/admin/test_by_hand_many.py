"""The confirmation pages about several payouts: ticked ones, all that match, sent twice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Step
from disbursements.models import BulkRun, DisbursementRequest
from tests.disbursements.parking import park
from tests.disbursements.troubled import (
    LIST,
    fail,
    form_of,
    ids_of,
    page_of,
    press,
    status_of,
)
from tests.staff import REASON, at_the_desk
from tests.wire import MovedClock

VIEW = "disbursements.view_disbursementrequest"
RETRY = "disbursements.retry_disbursementrequest"
Sent = Callable[..., DisbursementRequest]


class TestTicked:
    def test_the_list_leads_to_the_page_about_the_ticked_rows(
        self, desk: Client, retrying: DisbursementRequest, failed: DisbursementRequest
    ) -> None:
        answer = desk.post(
            reverse(f"{LIST}_changelist"),
            {"action": "retry_selected", "_selected_action": [retrying.pk, failed.pk], "index": 0},
            follow=True,
        )

        page = answer.content.decode()
        assert "Retry 1 payout — KES 1,250.00" in page
        assert "1 skipped:" in page
        assert not BulkRun.objects.exists()

    def test_it_says_what_was_done_and_what_was_skipped_and_leads_to_them(
        self, desk: Client, retrying: DisbursementRequest, failed: DisbursementRequest
    ) -> None:
        answer = press(desk, page_of("retry", query=ids_of(retrying, failed)))

        page, run = answer.content.decode(), BulkRun.objects.get()
        assert answer.redirect_chain[-1][0] == reverse(
            "admin:disbursements_bulkrun_change", args=[run.pk]
        )
        assert "1 queued" in page
        assert f"?run={run.pk}%3Adone" in page

    @pytest.mark.parametrize("query", ["", "ids=", "ids=x", "ids=1%3B%20DROP%20TABLE"])
    def test_ids_that_are_none_change_nothing(self, desk: Client, query: str) -> None:
        answer = desk.post(page_of("retry", query=query), {"confirmed": "yes", "reason": REASON})

        assert "No payout is selected" in answer.content.decode()
        assert not BulkRun.objects.exists()

    def test_several_parked_ones_are_retried(
        self, desk: Client, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        rows = [park(sent(digits), reports, moved) for digits in ("00003", "00004")]

        press(desk, page_of("retry", query=ids_of(*rows)))

        assert [status_of(row) for row in rows] == ["retrying", "retrying"]

    def test_several_are_asked_about(
        self, desk: Client, accepted: DisbursementRequest, sent: Sent, moved: MovedClock
    ) -> None:
        other = sent("00003")
        moved.forward(seconds=5)

        press(desk, page_of("ask", query=ids_of(accepted, other)))

        asked = DisbursementRequest.objects.filter(ask_at=moved())
        assert asked.count() == 2


class TestWholeFilter:
    def test_select_all_leads_to_the_page_about_the_filter(
        self, desk: Client, retrying: DisbursementRequest, failed: DisbursementRequest
    ) -> None:
        answer = desk.post(
            f"{reverse(f'{LIST}_changelist')}?status=failed",
            {"action": "force_selected", "select_across": "1", "index": 0,
             "_selected_action": [failed.pk]},
            follow=True,
        )  # fmt: skip

        page = answer.content.decode()
        assert answer.redirect_chain[-1][0].endswith("?all=yes&status=failed")
        assert "status failed" in page
        assert "Force 1 payout — KES 1,250.00" in page

    def test_confirmed_all_that_match_are_done(
        self, desk: Client, failed: DisbursementRequest, sent: Sent, reports: Any,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        other = fail(sent("00003"), reports, moved)

        press(desk, page_of("force", query="all=yes&status=failed"))

        run = BulkRun.objects.get()
        assert (run.total, run.done) == (2, 2)
        assert run.selection["status"] == "failed"
        assert {status_of(failed), status_of(other)} == {"retrying"}

    @pytest.mark.parametrize("query", ["all=yes&statsu=failed", "all=yes&status=broken"])
    def test_a_filter_that_cannot_be_read_is_refused_not_left_out(
        self, desk: Client, failed: DisbursementRequest, query: str
    ) -> None:
        page = desk.get(page_of("force", query=query)).content.decode()
        desk.post(page_of("force", query=query), {"confirmed": "yes", "reason": REASON})

        assert "Nothing was changed and no money moved" in page
        assert status_of(failed) == "failed"

    def test_what_changed_after_the_page_was_shown_is_left_alone(
        self, desk: Client, failed: DisbursementRequest, sent: Sent, reports: Any,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        address = page_of("force", query="all=yes&status=failed")
        page = desk.get(address).content.decode()
        moved.forward(minutes=1)
        later = fail(sent("00003"), reports, moved)

        desk.post(address, form_of(page, reason=REASON))

        assert (status_of(failed), status_of(later)) == ("retrying", "failed")

    def test_above_the_limit_nothing_is_changed(
        self, desk: Client, failed: DisbursementRequest, sent: Sent, reports: Any,
        moved: MovedClock, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        fail(sent("00003"), reports, moved)
        monkeypatch.setattr("disbursements.operations.bulk.BULK_MAX", 1)
        address = page_of("force", query="all=yes&status=failed")

        page = desk.get(address).content.decode()
        desk.post(address, {"confirmed": "yes", "reason": REASON})

        assert "Nothing was changed and no money moved" in page
        assert status_of(failed) == "failed"


class TestTwice:
    def test_a_second_submit_is_the_same_run(
        self, desk: Client, retrying: DisbursementRequest
    ) -> None:
        address = page_of("retry", query=ids_of(retrying))
        form = form_of(desk.get(address).content.decode(), reason=REASON)

        answers = [desk.post(address, form) for _ in range(2)]

        assert answers[0]["Location"] == answers[1]["Location"]
        assert BulkRun.objects.count() == 1

    def test_the_same_moment_is_one_run_too(
        self, retrying: DisbursementRequest, together: Any
    ) -> None:
        client = at_the_desk(VIEW, RETRY)
        address = page_of("retry", query=ids_of(retrying))
        form = form_of(client.get(address).content.decode(), reason=REASON)

        answers = together(*[lambda: client.post(address, form) for _ in range(3)])

        assert [answer.status_code for answer in answers] == [302, 302, 302]
        assert BulkRun.objects.count() == 1

    def test_the_run_of_somebody_else_is_not_answered_with(
        self, desk: Client, retrying: DisbursementRequest, failed: DisbursementRequest
    ) -> None:
        address = page_of("retry", query=ids_of(retrying))
        form = form_of(desk.get(address).content.decode(), reason=REASON)
        desk.post(address, form)

        answer = at_the_desk(VIEW, RETRY).post(address, form)

        assert answer.status_code == 422
        assert BulkRun.objects.count() == 1

    def test_what_changed_meanwhile_is_left_alone_and_said_so(
        self, desk: Client, failed: DisbursementRequest, sent: Sent, reports: Any,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        other = fail(sent("00003"), reports, moved)
        address = page_of("force", query=ids_of(failed, other))
        form = form_of(desk.get(address).content.decode(), reason=REASON)
        moved.forward(minutes=1)
        press(desk, page_of("force", failed))

        answer = desk.post(address, form, follow=True)

        page = answer.content.decode()
        assert "1 queued" in page
        assert "1 had changed after the page was shown: left alone" in page
        assert BulkRun.objects.count() == 2

    def test_what_ended_meanwhile_is_skipped_and_said_so(
        self, desk: Client, failed: DisbursementRequest, moved: MovedClock
    ) -> None:
        address = page_of("force", query=ids_of(failed))
        form = form_of(desk.get(address).content.decode(), reason=REASON)
        moved.forward(minutes=1)
        press(desk, page_of("force", failed))

        answer = desk.post(address, form, follow=True)

        assert "no money moved" in answer.content.decode().casefold()
        assert Step.objects.filter(subject_id=str(failed.pk), from_status="failed").count() == 1
