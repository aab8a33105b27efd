"""The list's filters mean what queries/selection says; what cannot be read shows no row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from disbursements.admin.filters import filters_of
from disbursements.models import DisbursementRequest
from disbursements.queries import selection
from gateways.interface import PaymentState
from tests.staff import at_the_desk
from tests.wire import MovedClock

LIST = "admin:disbursements_disbursementrequest_changelist"
EXPORT = "disbursements.export_disbursementrequest"
MAY_LOOK = "disbursements.view_disbursementrequest"
Sent = Callable[..., DisbursementRequest]


@pytest.fixture
def failed(sent: Sent, reports: Any, moved: MovedClock) -> DisbursementRequest:
    """Failed for good with code 2040, after one large paid one of another day."""
    reports.paid(sent("00001", amount="60000"))
    moved.forward(hours=24)
    row = sent("00002")
    reports.failed(row, "2040", "Not registered")
    moved.forward(minutes=1)
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)
    return row


def found(desk: Client, query: dict[str, str]) -> list[str]:
    changelist = desk.get(reverse(LIST), query).context["cl"]
    return sorted(row.msisdn[-5:] for row in changelist.result_list)


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"status": "completed"}, ["00001"]),
            ({"code": "2040"}, ["00002"]),
            ({"code": "2040,17"}, ["00002"]),
            ({"reason": "backoff"}, []),
            ({"amount_from": "50,000"}, ["00001"]),
            ({"amount_to": "1250"}, ["00002"]),
            ({"retries": "1+"}, []),
            ({"attempts": "1"}, ["00001", "00002"]),
            ({"attempts": "2+"}, []),
            ({"unknown_for": "30"}, []),
            ({"person": "yes"}, []),
            ({"paid_from": "2026-11-21", "paid_to": "2026-11-21"}, ["00001"]),
            ({"paid": "yesterday"}, ["00001"]),
            ({"when": "today"}, ["00002"]),
        ],
    )
    def test_each_narrows_the_list(
        self,
        desk: Client,
        failed: DisbursementRequest,
        query: dict[str, str],
        expected: list[str],
    ) -> None:
        assert found(desk, query) == expected

    def test_several_statuses_come_from_boxes_or_from_one_text(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        boxes = desk.get(f"{reverse(LIST)}?status=completed&status=accepted").context["cl"]
        text = desk.get(f"{reverse(LIST)}?status=completed,accepted").context["cl"]

        assert boxes.chips[0]["text"] == "Status: Completed, Accepted"
        assert filters_of(boxes) == filters_of(text) == {"status": "completed,accepted"}

    @pytest.mark.parametrize(
        "query",
        [
            {"status": "no such"}, {"amount_from": "5k"}, {"partner": "Umoja"},
            {"when": "someday"}, {"when_from": "21/11/2026"}, {"retries": "x"},
            {"code": "\x00"}, {"unknown_for": "soon"},
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_shows_no_row_and_says_so(
        self, desk: Client, failed: DisbursementRequest, query: dict[str, str]
    ) -> None:
        answer = desk.get(reverse(LIST), query)

        assert answer.context["cl"].result_count == 0
        assert "No row is shown" in answer.content.decode()
        with pytest.raises(selection.BadSelection):
            selection.rows(
                filters_of(answer.context["cl"]), partners=None, may_see_phones=True
            ).count()

    @pytest.mark.parametrize(
        "query",
        [
            "", "status=failed", "code=2040", "when=today", "when=yesterday", "q=REF-",
            "when_from=2026-11-21&when_to=2026-11-21", "paid=yesterday", "amount_from=50,000",
            "attempts=1&status=completed", "when=any",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("address", [LIST, "desk"])
    def test_the_whole_filter_is_the_same_rows_as_the_page(
        self, desk: Client, failed: DisbursementRequest, query: str, address: str
    ) -> None:
        changelist = desk.get(f"{reverse(address)}?{query}").context["cl"]

        rows = selection.rows(filters_of(changelist), partners=None, may_see_phones=True)

        assert {row.pk for row in rows} == {row.pk for row in changelist.result_list}

    def test_choices_do_not_name_what_others_have(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(LIST)).content.decode()

        assert f'<option value="{failed.partner_id}">Umoja Example Ltd</option>' in page
        assert admin.site.get_model_admin(DisbursementRequest).partner_path == "partner"


class TestViews:
    def test_the_everyday_questions_are_ready_made(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        changelist = desk.get(reverse("desk"), {"unknown_for": "30", "when": "any"}).context["cl"]

        views = {view["text"]: view for view in changelist.views}
        assert {"Failed today", "Unknown > 30 min", "Large > 50,000"} <= set(views)
        assert [text for text, view in views.items() if view["chosen"]] == ["Unknown > 30 min"]
        large = desk.get(reverse("desk") + views["Large > 50,000"]["url"]).context["cl"]
        assert [row.msisdn[-5:] for row in large.result_list] == ["00001"]

    def test_nothing_failed_is_told_with_since_when(
        self, desk: Client, failed: DisbursementRequest, moved: MovedClock
    ) -> None:
        moved.forward(hours=24)

        today = desk.get(reverse(LIST), {"status": "failed", "when": "today"}).content.decode()
        unknown = desk.get(reverse(LIST), {"status": "unknown"}).content.decode()
        other = desk.get(reverse(LIST), {"status": "unknown", "code": "9"}).content.decode()

        assert "All clear since 22 Nov 2026, 11:01 EAT" in today
        assert "All clear at 11:01 EAT" in unknown
        assert "Nothing matches" in other

    def test_the_way_to_a_file_holds_the_whole_filter_and_needs_permission(
        self, failed: DisbursementRequest
    ) -> None:
        query = {"status": "failed,completed", "when": "today"}
        without = at_the_desk(MAY_LOOK).get(reverse("desk"), query).context["cl"]
        with_it = at_the_desk(MAY_LOOK, EXPORT).get(reverse("desk"), query).context["cl"]

        assert without.export_url == ""
        assert with_it.export_url.endswith(
            "?status=failed%2Ccompleted&from=2026-11-22&to=2026-11-22"
        )
