"""Release…: what is parked and not paused, said beforehand, done once, with a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Step
from disbursements.models import DisbursementRequest
from disbursements.operations.pause import pause
from tests.disbursements.parking import FLOAT, park
from tests.staff import REASON, at_the_desk
from tests.wire import MovedClock

NAME = "admin:disbursements_disbursementrequest"
CONFIRMED = {"confirmed": "yes", "reason": REASON}
MANY = f"{NAME}_release-many"
Sent = Callable[..., DisbursementRequest]


@pytest.fixture
def parked(sent: Sent, reports: Any, moved: MovedClock) -> DisbursementRequest:
    return park(sent("00001", payee_name="Amina Example"), reports, moved)


def release_url(row: DisbursementRequest) -> str:
    return reverse(f"{NAME}_release", args=[row.pk])


def status_of(row: DisbursementRequest) -> str:
    return DisbursementRequest.objects.get(pk=row.pk).status


class TestOne:
    def test_the_page_says_what_goes_out_and_changes_nothing(
        self, desk: Client, parked: DisbursementRequest
    ) -> None:
        page = desk.get(release_url(parked)).content.decode()

        for text in ("Release 1 payout, KES 1,250.00", parked.client_reference, "Oldest",
                     "It uses up no retry"):  # fmt: skip
            assert text in page
        assert status_of(parked) == "parked"

    def test_confirmed_it_is_released_and_the_reason_is_kept(
        self, desk: Client, parked: DisbursementRequest
    ) -> None:
        answer = desk.post(release_url(parked), CONFIRMED, follow=True)

        assert "1 released" in answer.content.decode()
        assert status_of(parked) == "retrying"
        assert Step.objects.filter(subject_id=str(parked.pk), because__contains=REASON).exists()

    def test_a_second_submit_finds_nothing_to_release(
        self, desk: Client, parked: DisbursementRequest
    ) -> None:
        first = desk.post(release_url(parked), CONFIRMED)
        second = desk.post(release_url(parked), CONFIRMED)

        assert (first.status_code, second.status_code) == (302, 404)
        assert Step.objects.filter(subject_id=str(parked.pk), to_status="retrying").count() == 1

    def test_a_short_reason_is_refused(self, desk: Client, parked: DisbursementRequest) -> None:
        answer = desk.post(release_url(parked), {"confirmed": "yes", "reason": "short"})

        assert answer.status_code == 422
        assert status_of(parked) == "parked"

    def test_it_is_offered_for_parked_ones_only(
        self, desk: Client, parked: DisbursementRequest, sent: Sent
    ) -> None:
        accepted = sent("00002")

        pages = [
            desk.get(reverse(f"{NAME}_change", args=[row.pk])).content.decode()
            for row in (parked, accepted)
        ]

        assert ["Release…" in page for page in pages] == [True, False]
        assert "Put the cause right, then release" in pages[0]
        assert desk.post(release_url(accepted), CONFIRMED).status_code == 404

    @pytest.mark.parametrize("scope", ["everything", "partner", "rail", "shortcode"])
    def test_while_a_pause_covers_it_the_pause_is_what_ends(
        self, desk: Client, parked: DisbursementRequest, moved: MovedClock, scope: str
    ) -> None:
        target = {"partner": parked.partner_id, "rail": parked.rail,
                  "shortcode": parked.shortcode_id}.get(scope, "")  # fmt: skip
        pause(scope=scope, target=str(target), reason=REASON, actor="test", at=moved())

        answer = desk.post(release_url(parked), CONFIRMED)

        page = desk.get(reverse(f"{NAME}_change", args=[parked.pk])).content.decode()
        assert answer.status_code == 404
        assert status_of(parked) == "parked"
        assert "Release…" not in page
        assert "Put the cause right, then resume" in page


class TestMany:
    def test_ticked_rows_are_only_shown_and_what_cannot_be_done_is_counted(
        self, desk: Client, parked: DisbursementRequest, sent: Sent, moved: MovedClock
    ) -> None:
        accepted, doubtful = sent("00002"), sent("00003")
        DisbursementRequest.objects.filter(pk=doubtful.pk).update(
            status="parked", parked_cause="b2c:5", person_needed_at=moved()
        )
        ids = [str(row.pk) for row in (parked, accepted, doubtful)]

        answer = desk.post(
            reverse(f"{NAME}_changelist"),
            {"action": "release_selected", "_selected_action": ids, "index": 0},
        )

        page = answer.content.decode()
        assert "Release 1 payout, KES 1,250.00" in page
        assert "1 skipped: not parked" in page
        assert "1 skipped: the reports contradict each other" in page
        assert status_of(parked) == "parked"

    def test_confirmed_only_those_that_can_be_go(
        self, desk: Client, parked: DisbursementRequest, sent: Sent
    ) -> None:
        accepted = sent("00002")
        ids = [str(parked.pk), str(accepted.pk)]

        answer = desk.post(reverse(MANY), {**CONFIRMED, "ids": ids}, follow=True)

        page = answer.content.decode()
        assert "1 released, 1 skipped" in page
        assert answer.redirect_chain[0][0].endswith("?status=retrying")
        assert (status_of(parked), status_of(accepted)) == ("retrying", "accepted")

    def test_what_a_pause_covers_is_skipped_and_said_so(
        self, desk: Client, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = park(sent("00001"), reports, moved, FLOAT)

        answer = desk.post(reverse(MANY), {**CONFIRMED, "ids": [str(row.pk)]})

        page = answer.content.decode()
        assert "1 skipped: a pause covers it" in page
        assert "Nothing selected can be released" in page
        assert status_of(row) == "parked"

    def test_ids_that_are_none_change_nothing(
        self, desk: Client, parked: DisbursementRequest
    ) -> None:
        for ids in ([], ["x"], ["0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"], ["1; DROP TABLE"]):
            answer = desk.post(reverse(MANY), {**CONFIRMED, "ids": ids})

            assert answer.status_code == 200
            assert "No payout is selected" in answer.content.decode()
        assert status_of(parked) == "parked"

    def test_above_the_limit_nothing_is_changed(
        self, desk: Client, parked: DisbursementRequest, sent: Sent, reports: Any,
        moved: MovedClock, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        other = park(sent("00002"), reports, moved)
        monkeypatch.setattr("core.admin.confirm.ROWS_MAX", 1)

        answer = desk.post(reverse(MANY), {**CONFIRMED, "ids": [str(parked.pk), str(other.pk)]})

        assert "select 1 at the most" in answer.content.decode()
        assert (status_of(parked), status_of(other)) == ("parked", "parked")

    def test_those_who_only_look_cannot(self, parked: DisbursementRequest) -> None:
        viewer = at_the_desk("disbursements.view_disbursementrequest")

        page = viewer.get(reverse(f"{NAME}_changelist")).content.decode()
        answers = [
            viewer.post(release_url(parked), CONFIRMED),
            viewer.post(reverse(MANY), {**CONFIRMED, "ids": [str(parked.pk)]}),
        ]

        assert "Release the selected" not in page
        assert [answer.status_code for answer in answers] == [403, 403]
        assert status_of(parked) == "parked"
