"""The retry desk: figures that link to what they count, one range, and parts that refresh."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disbursements.models import DisbursementRequest
from gateways.interface import PaymentState
from tests.staff import at_the_desk
from tests.wire import MovedClock
from vault.models import StaffMember
from vault.operations.add_partner import add_partner

MAY_LOOK = "disbursements.view_disbursementrequest"
TILE = re.compile(r'class="pv-tile [^"]*" href="([^"]+)">\s*<span[^>]*>([^<]+)</span>\s*'
                  r'<span class="pv-tile__figure">([\d,]+)<')  # fmt: skip
Sent = Callable[..., DisbursementRequest]


def tiles(page: str) -> dict[str, tuple[int, str]]:
    """Every figure by its name, with its address."""
    return {
        name: (int(figure.replace(",", "")), unescape(url))
        for url, name, figure in TILE.findall(page)
    }


@pytest.fixture
def varied(sent: Sent, reports: Any, pay: Any, moved: MovedClock) -> None:
    """A paid one, a failed one, one that is tried again, and one that waits to be sent."""
    reports.paid(sent("00001"))
    moved.forward(minutes=1)
    failed = sent("00002")
    reports.failed(failed, "2040", "Not registered")
    moved.forward(minutes=1)
    reports.asked(failed)
    reports.answered(failed, PaymentState.NOT_PAID)
    retried = sent("00003")
    reports.failed(retried, "17", "System internal error")
    pay("00004")
    moved.forward(minutes=1)


class TestPage:
    def test_it_stands_at_its_own_address(self, desk: Client) -> None:
        answer = desk.get("/admin/disbursement-retries/")

        assert answer.status_code == 200
        assert reverse("desk") == "/admin/disbursement-retries/"
        assert "Retry desk" in answer.content.decode()

    def test_it_needs_the_permission_to_see_payouts(self, engine_db: None) -> None:
        stranger, viewer = at_the_desk(), at_the_desk(MAY_LOOK)

        assert stranger.get(reverse("desk")).status_code == 403
        assert viewer.get(reverse("desk")).status_code == 200
        assert Client().get(reverse("desk")).status_code == 302

    def test_each_figure_leads_to_the_list_that_it_counts(
        self, desk: Client, varied: None
    ) -> None:
        figures = tiles(desk.get(reverse("desk")).content.decode())

        assert {"Total", "Successful", "Failed", "With retries", "Today"} <= set(figures)
        assert {"Waiting to retry", "Unknown", "Needs a person", "Parked"} <= set(figures)
        assert figures["Total"][0] == 4
        assert figures["Successful"][0] == 1
        for name, (figure, url) in figures.items():
            listed = desk.get(url)
            assert listed.context["cl"].result_count == figure, name

    def test_it_says_what_retries_added(self, desk: Client, varied: None) -> None:
        page = desk.get(reverse("desk")).content.decode()

        assert "Retries added nothing over the last 14 days: 50.0 % of 2 finished" in page
        assert "Money in these days" in page
        assert "KES 1,250.00" in page

    def test_the_points_that_retries_added_are_the_difference_that_one_reads(
        self, desk: Client, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        for digits in ("00001", "00002", "00003"):
            row = sent(digits)
            reports.paid(row, receipt=f"UKL{digits}")
            moved.forward(minutes=1)
        DisbursementRequest.objects.filter(pk=row.pk).update(attempts_made=2)

        page = desk.get(reverse("desk")).content.decode()

        assert "Retries added 33.4 points" in page
        assert "66.6 % of 3 finished payouts were paid at the first try, 100.0 %" in page

    def test_the_last_seven_days_are_chosen_unless_one_searches(
        self, desk: Client, pay: Any, moved: MovedClock
    ) -> None:
        pay("00001", reference="OLD-1")
        pay("00001", reference="OLD-2")
        moved.forward(hours=24 * 8)
        pay("00002", reference="NEW")

        listed = desk.get(reverse("desk"))
        searched = desk.get(reverse("desk"), {"q": "0700100001"})
        any_day = desk.get(reverse("desk"), {"when": "any"})

        assert [row.client_reference for row in listed.context["cl"].result_list] == ["NEW"]
        assert '<a href="?when=7days" aria-current="true">' in listed.content.decode()
        assert searched.context["cl"].result_count == 2
        assert any_day.context["cl"].result_count == 3

    def test_figures_follow_the_days_and_the_shortcode(
        self, desk: Client, varied: None, moved: MovedClock, a_shortcode: Any
    ) -> None:
        moved.forward(hours=24)

        today = tiles(desk.get(reverse("desk"), {"when": "today"}).content.decode())
        own = tiles(desk.get(reverse("desk"), {"shortcode": a_shortcode.pk}).content.decode())
        other = tiles(
            desk.get(
                reverse("desk"), {"shortcode": "00000000-0000-0000-0000-000000000001"}
            ).content.decode()
        )

        assert today["Total"][0] == 0
        assert own["Total"][0] == 4
        assert other["Total"][0] == 0
        assert str(a_shortcode.pk) in own["Failed"][1]


class TestWhoseFigures:
    def test_a_partners_own_staff_count_only_their_payouts(
        self, varied: None, a_partner: Any, moved: MovedClock
    ) -> None:
        other = add_partner(name="Other Example Ltd", actor="test", at=moved())
        stranger, own = at_the_desk(MAY_LOOK), at_the_desk(MAY_LOOK)
        for client, partner in ((stranger, other), (own, a_partner)):
            StaffMember.objects.create(user_id=client.session["_auth_user_id"], partner=partner)

        strangers = stranger.get(reverse("desk")).content.decode()
        asked = stranger.get(reverse("desk"), {"partner": a_partner.pk}).content.decode()
        owns = own.get(reverse("desk")).content.decode()

        assert tiles(strangers)["Total"][0] == tiles(asked)["Total"][0] == 0
        assert tiles(strangers)["Waiting to retry"][0] == 0
        assert "Umoja Example Ltd" not in strangers + asked
        assert tiles(owns)["Total"][0] == 4


class TestLivePart:
    def test_it_brings_figures_their_moment_and_rows_only(
        self, desk: Client, varied: None
    ) -> None:
        answer = desk.get(reverse("desk"), headers={"X-Part": "live"})

        page = answer.content.decode()
        assert answer.headers["X-Part"] == "live"
        assert re.findall(r'data-part="(\w+)"', page) == ["figures", "moment", "rows"]
        assert "21 Nov 2026, 11:03:00 EAT" in page
        assert "REF-00001" in page
        assert "<html" not in page

    def test_it_holds_the_same_parts_as_the_page(self, desk: Client, varied: None) -> None:
        page = desk.get(reverse("desk")).content.decode()

        assert sorted(re.findall(r'data-part="(\w+)"', page)) == ["figures", "moment", "rows"]
        assert 'data-live="15"' in page
        assert 'aria-live="polite"' in page


class TestCost:
    def test_rows_cost_no_queries(
        self, desk: Client, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        reports.failed(sent("00001"), "17", "System internal error")
        with CaptureQueriesContext(connection) as few:
            desk.get(reverse("desk"))
        for number in range(2, 12):
            moved.forward(minutes=1)
            row = sent(f"{number:05}")
            reports.failed(row, "17", "System internal error")

        with CaptureQueriesContext(connection) as many:
            desk.get(reverse("desk"))

        assert len(many) <= len(few)

    def test_a_payout_page_costs_the_same_with_many_attempts(
        self, desk: Client, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent("00001")
        page = reverse("admin:disbursements_disbursementrequest_change", args=[row.pk])
        reports.failed(row, "17", "System internal error")
        desk.get(page)
        with CaptureQueriesContext(connection) as few:
            desk.get(page)
        DisbursementRequest.objects.filter(pk=row.pk).update(attempts_made=9)
        copy_attempts(row, count=8, at=moved() + timedelta(minutes=1))

        with CaptureQueriesContext(connection) as many:
            desk.get(page)

        assert len(many) <= len(few)


def copy_attempts(row: DisbursementRequest, *, count: int, at: Any) -> None:
    """More attempts of a payout, as they would be after as many retries."""
    from disbursements.models import DisbursementRetryLog

    first = DisbursementRetryLog.objects.get(disbursement=row)
    DisbursementRetryLog.objects.filter(pk=first.pk).update(
        outcome="not_paid", proof="refused", settled_at=at
    )
    for number in range(2, 2 + count):
        DisbursementRetryLog.objects.create(
            disbursement=row, retry_attempt=number, retry_reason="again", retry_timestamp=at,
            provider_reference=f"reference-{number}", secret_digest=bytes([number]) * 32,
            shortcode_number="600111", outcome="not_paid", proof="refused", settled_at=at,
        )  # fmt: skip
