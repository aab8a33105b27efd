"""The list and the detail page of payouts: what they show, and to whom."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.admin.record import Timeline
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.states import MEANINGS
from gateways.models import Callback
from tests.staff import at_the_desk
from tests.wire import MovedClock

LIST = "admin:disbursements_disbursementrequest_changelist"
PAGE = "admin:disbursements_disbursementrequest_change"
MAY_LOOK = "disbursements.view_disbursementrequest"
Sent = Callable[..., DisbursementRequest]


def page_of(row: DisbursementRequest) -> str:
    return reverse(PAGE, args=[row.pk])


def callback_about(row: DisbursementRequest, body: bytes, moved: MovedClock) -> Callback:
    return Callback.objects.create(
        provider="daraja", kind="payout", secret_digest=b"x", secret_ok=True, body=body,
        source_listed=True, received_at=moved(), processed_at=moved(), outcome="applied",
        subject_id=str(row.pk),
    )  # fmt: skip


class TestList:
    def test_it_shows_reference_payee_amount_status_and_partner(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(LIST)).content.decode()

        assert accepted.client_reference in page
        assert "Amina Example" in page
        assert "KES 1,250.00" in page
        assert f'title="{MEANINGS["accepted"]}"' in page
        assert "Umoja Example Ltd" in page
        assert "21 Nov 2026, 11:00 EAT" in page

    def test_phones_in_it_are_masked_for_everybody(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(LIST)).content.decode()

        assert "+254 700 ••• 001" in page
        assert accepted.msisdn not in page.replace(" ", "")

    def test_the_number_of_queries_does_not_grow_with_the_rows(
        self, desk: Client, pay: Any
    ) -> None:
        pay("00001")
        with CaptureQueriesContext(connection) as few:
            desk.get(reverse(LIST))
        for number in range(2, 12):
            pay(f"{number:05}")

        with CaptureQueriesContext(connection) as many:
            desk.get(reverse(LIST))

        assert len(many) <= len(few)

    def test_the_table_has_a_caption_and_scopes(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(LIST)).content.decode()

        assert "<caption" in page
        assert page.count('scope="col"') == 9

    def test_nothing_yet_and_nothing_matches_are_told_apart(self, desk: Client) -> None:
        empty = desk.get(reverse(LIST)).content.decode()
        unmatched = desk.get(reverse(LIST), {"status": "held"}).content.decode()

        assert "No payout yet" in empty
        assert "Nothing matches" in unmatched
        assert "Clear filters" in unmatched

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"status": "accepted"}, 1), ({"status": "failed"}, 0), ({"person": "yes"}, 0),
            ({"when": "today"}, 1), ({"when": "yesterday"}, 0),
            ({"when_from": "2026-11-20", "when_to": "2026-11-21"}, 1),
            ({"when_to": "2026-11-20"}, 0), ({"when_from": "not a day"}, 0),
            ({"status": "no such status"}, 0), ({"status": "accepted,failed"}, 1),
        ],
    )  # fmt: skip
    def test_filters_live_in_the_url(
        self, desk: Client, accepted: DisbursementRequest, query: dict[str, str], found: int
    ) -> None:
        answer = desk.get(reverse(LIST), query)

        assert answer.context["cl"].result_count == found

    @pytest.mark.parametrize(
        "lookup",
        ["partner__name__startswith", "request_digest__startswith", "msisdn__regex", "o__x"],
    )
    def test_other_lookups_than_the_filters_are_refused(self, desk: Client, lookup: str) -> None:
        answer = desk.get(reverse(LIST), {lookup: "a"})

        assert answer.status_code in {302, 400}
        assert answer.status_code == 400 or "e=1" in answer.headers["Location"]


class TestSearch:
    def test_anything_that_names_the_payout_opens_it(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        attempt = DisbursementRetryLog.objects.get(disbursement=accepted)
        DisbursementRequest.objects.filter(pk=accepted.pk).update(receipt="UKL1000001")
        named = [
            str(accepted.pk), accepted.client_reference, "ukl1000001", attempt.conversation_id,
            attempt.provider_reference, "0700100001", "+254 700 100 001", "700100001",
            "1,250.00", "1250", "KES 1,250", "amina",
        ]  # fmt: skip

        opened = [desk.get(reverse(LIST), {"q": text}) for text in named]

        assert [answer.status_code for answer in opened] == [302] * len(named)
        assert {answer.headers["Location"] for answer in opened} == {page_of(accepted)}

    def test_several_hits_are_listed(self, desk: Client, pay: Any) -> None:
        pay("00001", reference="A")
        pay("00001", reference="B")

        answer = desk.get(reverse(LIST), {"q": "0700100001"})

        assert answer.context["cl"].result_count == 2

    @pytest.mark.parametrize("text", ["%", "'; --", "x" * 5000, "<script>", "٠٧١٢"])
    def test_nonsense_finds_nothing(self, desk: Client, pay: Any, text: str) -> None:
        pay()

        answer = desk.get(reverse(LIST), {"q": text})

        assert answer.status_code == 200
        assert answer.context["cl"].result_count == 0


class TestPage:
    def test_amount_payee_status_and_next_step_stand_on_top(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        page = desk.get(page_of(accepted)).content.decode()

        top = page[page.index("pv-headline") : page.index("Why and when")]
        for text in ("KES 1,250.00", "Amina Example", "Accepted", MEANINGS["accepted"], "we ask"):
            assert text in top

    def test_one_timeline_tells_it_in_the_order_of_time(
        self, desk: Client, accepted: DisbursementRequest, reports: Any, moved: MovedClock
    ) -> None:
        moved.forward(minutes=1)
        callback_about(accepted, b'{"Result": {}}', moved)
        reports.paid(accepted)

        sections = desk.get(page_of(accepted)).context["record"].sections
        (events,) = (each.events for each in sections if isinstance(each, Timeline))

        assert [event.at for event in events] == sorted(event.at for event in events)
        sources = {event.source for event in events}
        assert {"Status", "Attempt", "Call out", "Callback in", "Ledger"} <= sources
        assert events[0].title == "Instructed: queued"
        assert "Payment booked" in [event.title for event in events]

    def test_every_id_has_a_copy_button(self, desk: Client, accepted: DisbursementRequest) -> None:
        attempt = DisbursementRetryLog.objects.get(disbursement=accepted)

        page = desk.get(page_of(accepted)).content.decode()

        for value in (accepted.pk, accepted.client_reference, attempt.provider_reference):
            assert f'data-copy="{value}"' in page

    def test_what_others_wrote_is_escaped(
        self, desk: Client, sent: Sent, moved: MovedClock
    ) -> None:
        row = sent(payee_name="<script>alert(1)</script>", remarks="<img src=x onerror=a()>")
        callback_about(row, b'{"Result": "</pre><script>alert(2)</script>"}', moved)

        pages = desk.get(page_of(row)).content.decode() + desk.get(reverse(LIST)).content.decode()

        assert "<script>alert" not in pages
        assert "<img src=x" not in pages
        assert "&lt;script&gt;alert(2)" in pages

    def test_secrets_of_raw_bodies_stay_out(
        self, desk: Client, accepted: DisbursementRequest, moved: MovedClock
    ) -> None:
        callback_about(accepted, b'{"SecurityCredential": "very-secret"}', moved)

        page = desk.get(page_of(accepted)).content.decode()

        assert "very-secret" not in page
        assert "[removed]" in page

    def test_the_whole_phone_needs_a_permission(
        self, desk: Client, accepted: DisbursementRequest, moved: MovedClock
    ) -> None:
        callback_about(accepted, b'{"Phone": "254700100001"}', moved)
        limited = at_the_desk(MAY_LOOK)

        masked = limited.get(page_of(accepted)).content.decode()
        desk.post(reverse("admin:disbursements_disbursementrequest_phones", args=[accepted.pk]))
        whole = desk.get(page_of(accepted)).content.decode()

        assert "254700100001" not in masked.replace(" ", "").replace("+", "")
        assert "+254 700 ••• 001" in masked
        assert "+254 700 100 001" in whole

    @pytest.mark.parametrize("name", ["no-such-id", "00000000-0000-0000-0000-000000000000"])
    def test_an_unknown_id_leads_home_with_a_message(self, desk: Client, name: str) -> None:
        answer = desk.get(reverse(PAGE, args=[name]), follow=True)

        assert answer.status_code == 200
        assert "t exist. Perhaps" in answer.content.decode()
