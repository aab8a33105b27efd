"""Whole phones, wherever somebody wrote one down, are for those with the permission only."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from core import states
from core.models import Alert, Step
from disbursements.models import DisbursementRequest, StatusQuestion
from gateways.interface import PaymentState
from tests.staff import at_the_desk
from tests.wire import MovedClock

PHONE = "254700100001"
LIST = "/admin/disbursements/disbursementrequest/"
VIEWS = (
    "disbursements.view_disbursementrequest", "core.view_step", "core.view_alert",
)  # fmt: skip
Sent = Callable[..., DisbursementRequest]


@pytest.fixture
def viewer(engine_db: None) -> Client:
    return at_the_desk(*VIEWS)


@pytest.fixture
def trusted(engine_db: None) -> Client:
    return at_the_desk(*VIEWS, "disbursements.see_phones")


@pytest.fixture
def written(sent: Sent, reports: Any, moved: MovedClock) -> DisbursementRequest:
    """A payout with its phone in every text that staff or M-Pesa writes."""
    row = sent(remarks=f"For {PHONE}")
    moved.forward(minutes=2)
    reports.asked(row)
    reports.failed(row, "2040", f"The customer {PHONE} is not registered")
    reports.answered(row, PaymentState.IN_FLIGHT, text=f"{PHONE} is being paid")
    with transaction.atomic():
        states.note(row, at=moved(), because=f"told {PHONE} by phone", actor="test")
    StatusQuestion.objects.update(error=f"{PHONE} cannot be asked about")
    DisbursementRequest.objects.update(
        failure_text=f"{PHONE} failed", retry_reason=f"{PHONE} tried",
        person_needed_at=moved(), person_needed_because=f"call {PHONE}",
    )  # fmt: skip
    Alert.objects.create(
        kind="report_does_not_fit", key=str(row.pk), severity="critical", count=1,
        text=f"{PHONE} was paid", first_at=moved(), last_at=moved(),
    )  # fmt: skip
    return row


def pages(row: DisbursementRequest) -> list[str]:
    """Every page that shows a text about the payout."""
    steps = [f"/admin/core/step/{step.pk}/change/" for step in Step.objects.all()]
    alert = f"/admin/core/alert/{Alert.objects.latest('pk').pk}/change/"
    return [LIST, f"{LIST}{row.pk}/change/", "/admin/core/step/", "/admin/core/alert/", alert,
            *steps]  # fmt: skip


class TestTexts:
    def test_no_page_shows_a_whole_phone(
        self, viewer: Client, written: DisbursementRequest
    ) -> None:
        answers = {page: viewer.get(page) for page in pages(written)}

        assert {answer.status_code for answer in answers.values()} == {200}
        assert [page for page, answer in answers.items() if PHONE in answer.content.decode()] == []

    def test_those_who_may_see_it_ask_for_it_on_the_detail_page(
        self, trusted: Client, written: DisbursementRequest
    ) -> None:
        page = f"{LIST}{written.pk}/change/"
        at_first = trusted.get(page).content.decode()
        trusted.post(f"{LIST}{written.pk}/phones/")
        asked_for = trusted.get(page).content.decode()

        assert PHONE not in at_first
        assert f"Told {PHONE} by phone" in asked_for

    def test_lists_mask_it_for_everybody(
        self, trusted: Client, written: DisbursementRequest
    ) -> None:
        for page in (LIST, "/admin/core/step/", "/admin/core/alert/"):
            assert PHONE not in trusted.get(page).content.decode()


class TestSearch:
    @pytest.mark.parametrize("term", [PHONE, f"+{PHONE}", "0700100001", "700100001"])
    def test_a_phone_finds_nothing_and_says_so(
        self, viewer: Client, written: DisbursementRequest, term: str
    ) -> None:
        answer = viewer.get(LIST, {"q": term})

        assert answer.status_code == 200
        assert answer.context["cl"].result_count == 0
        assert "only by those who may see whole phones" in answer.content.decode()

    def test_those_who_may_see_phones_find_it(
        self, trusted: Client, written: DisbursementRequest
    ) -> None:
        answer = trusted.get(LIST, {"q": "0700 100 001"})

        assert answer.headers["Location"].startswith(f"{LIST}{written.pk}/")

    @pytest.mark.parametrize("term", ["2547001", PHONE])
    def test_the_text_of_an_alert_is_not_searched(
        self, viewer: Client, written: DisbursementRequest, term: str
    ) -> None:
        answer = viewer.get("/admin/core/alert/", {"q": term})

        assert answer.status_code == 200
        assert answer.context["cl"].result_count == 0
