"""The confirmation pages about one payout, and the buttons that lead to them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Step
from disbursements.models import BulkRun, DisbursementRequest
from tests.disbursements.troubled import (
    LIST,
    form_of,
    page_of,
    press,
    status_of,
)
from tests.staff import REASON
from tests.wire import MovedClock

VIEW = "disbursements.view_disbursementrequest"
RETRY = "disbursements.retry_disbursementrequest"
Sent = Callable[..., DisbursementRequest]


class TestOne:
    def test_the_page_names_it_and_changes_nothing(
        self, desk: Client, retrying: DisbursementRequest
    ) -> None:
        page = desk.get(page_of("retry", retrying)).content.decode()

        for text in ("Retry 1 payout — KES 1,250.00", retrying.client_reference, "Oldest"):
            assert text in page
        assert not BulkRun.objects.exists()
        assert retrying.next_retry_at > retrying.status_at

    def test_confirmed_it_is_due_now_and_the_reason_is_kept(
        self, desk: Client, retrying: DisbursementRequest, moved: MovedClock
    ) -> None:
        answer = press(desk, page_of("retry", retrying))

        retrying.refresh_from_db()
        assert answer.redirect_chain[-1][0] == reverse(f"{LIST}_change", args=[retrying.pk])
        assert "1 queued" in answer.content.decode()
        assert retrying.next_retry_at == moved()
        step = Step.objects.filter(subject_id=str(retrying.pk)).latest("id")
        assert REASON in step.because
        assert step.actor == BulkRun.objects.get().actor

    def test_force_takes_a_failed_one_that_retry_leaves_alone(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        plain = desk.get(page_of("retry", failed)).content.decode()
        press(desk, page_of("force", failed))

        assert f"This is off for {failed.client_reference}" in plain
        assert status_of(failed) == "retrying"

    def test_a_limit_is_changed(self, desk: Client, retrying: DisbursementRequest) -> None:
        press(desk, page_of("change_limit", retrying), max_retries="5")

        retrying.refresh_from_db()
        assert retrying.max_retries == 5

    @pytest.mark.parametrize("limit", ["", "-1", "1000", "many"])
    def test_a_limit_that_is_none_is_refused(
        self, desk: Client, retrying: DisbursementRequest, limit: str
    ) -> None:
        answer = press(desk, page_of("change_limit", retrying), max_retries=limit)

        assert answer.status_code == 422
        assert REASON in answer.content.decode()
        assert not BulkRun.objects.exists()

    def test_a_retry_is_brought_forward_to_a_moment(
        self, desk: Client, retrying: DisbursementRequest, moved: MovedClock
    ) -> None:
        press(desk, page_of("bring_forward", retrying), when="2026-11-21T11:02")

        retrying.refresh_from_db()
        assert retrying.next_retry_at == moved() + timedelta(minutes=2)

    def test_a_moment_that_has_passed_is_refused(
        self, desk: Client, retrying: DisbursementRequest
    ) -> None:
        answer = press(desk, page_of("bring_forward", retrying), when="2026-11-21T09:00")

        assert answer.status_code == 422
        assert "This moment has passed" in answer.content.decode()

    def test_a_retry_is_stopped(self, desk: Client, retrying: DisbursementRequest) -> None:
        press(desk, page_of("stop_retrying", retrying))

        assert status_of(retrying) == "failed"

    def test_what_was_not_sent_yet_is_cancelled(self, desk: Client, pay: Any) -> None:
        row = pay()

        press(desk, page_of("cancel", row))

        assert status_of(row) == "cancelled"

    @pytest.mark.parametrize("reason", ["", "short", "x" * 501])
    def test_without_a_proper_reason_nothing_happens(
        self, desk: Client, failed: DisbursementRequest, reason: str
    ) -> None:
        page = desk.get(page_of("force", failed)).content.decode()

        answer = desk.post(page_of("force", failed), form_of(page, reason=reason))

        assert answer.status_code == 422
        assert status_of(failed) == "failed"

    def test_an_unknown_id_is_not_found(self, desk: Client) -> None:
        address = reverse(f"{LIST}_retry", args=["0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"])

        assert desk.get(address).status_code == 404


class TestItsPage:
    def test_buttons_stand_for_what_can_be_done_and_a_reason_for_what_cannot(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(f"{LIST}_change", args=[failed.pk])).content.decode()

        assert page_of("force", failed) in page
        assert page_of("retry", failed) not in page
        assert "<strong>Retry now</strong> is off: its code is permanent" in page
        assert "Cancel</strong>" not in page

    def test_an_unknown_one_is_only_asked_about(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        DisbursementRequest.objects.filter(pk=accepted.pk).update(status="unknown")

        page = desk.get(reverse(f"{LIST}_change", args=[accepted.pk])).content.decode()

        assert reverse(f"{LIST}_ask", args=[accepted.pk]) in page
        for verb in ("retry", "force", "bring_forward", "stop_retrying", "cancel"):
            assert page_of(verb, accepted) not in page

    @pytest.mark.parametrize("verb", ["retry", "force", "stop_retrying", "cancel"])
    def test_a_form_of_ones_own_making_does_not_move_it_either(
        self, desk: Client, accepted: DisbursementRequest, verb: str
    ) -> None:
        DisbursementRequest.objects.filter(pk=accepted.pk).update(status="unknown")

        desk.post(page_of(verb, accepted), {"confirmed": "yes", "reason": REASON})

        assert status_of(accepted) == "unknown"
