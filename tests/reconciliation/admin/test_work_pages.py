"""Checks, the queue, the pages of what is checked, and the work queues of the home page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from core.admin.base import RecordAdmin
from core.alerts import raise_alert
from reconciliation.admin.of_subject import SUBJECTS
from reconciliation.admin.words import known_by
from reconciliation.models import CheckRequest, ReconciliationRun
from reconciliation.operations.request_check import request
from tests.reconciliation.admin.conftest import Watched
from tests.rents.a_street import in_order, text_of
from tests.staff import at_the_desk

RUNS = "admin:reconciliation_reconciliationrun_changelist"
QUEUE = "admin:reconciliation_checkrequest_changelist"


def payout_page(row: Any) -> str:
    return reverse("admin:disbursements_disbursementrequest_change", args=[row.pk])


class TestChecks:
    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 3), ("?result=discrepancy", 1), ("?result=error", 1), ("?trigger=callback", 3),
            ("?finding=amount_mismatch", 1), ("?actor=system", 3), ("?actor=asha", 0),
            ("?trigger=manual_dashboard,bulk_manual", 0), ("?id=2", 1), ("?kind=loan", 0),
            ("?q=REF-1", 1), ("?when=today", 3),
        ],
    )  # fmt: skip
    def test_each_filter_stands_in_the_address(
        self, desk: Client, watched: Watched, query: str, count: int
    ) -> None:
        watched.check("1")
        watched.differing("2")
        watched.source.broken.add("3")
        watched.check("3")

        answer = desk.get(reverse(RUNS) + query, follow=True)

        if answer.redirect_chain:  # a search with one hit opens it
            assert count == 1
            return
        assert answer.context_data["cl"].result_count == count

    def test_an_amount_stands_in_one_line(self, desk: Client, watched: Watched) -> None:
        watched.check("1")

        page = desk.get(reverse(RUNS)).content.decode()

        assert '<span class="pv-amount">1,250.00</span>' in page

    def test_a_page_tells_what_was_compared_and_leads_to_the_difference(
        self, desk: Client, watched: Watched
    ) -> None:
        found = watched.differing("1")

        page = desk.get(
            reverse("admin:reconciliation_reconciliationrun_change", args=[watched.run.pk])
        )

        assert f"/finding/{found.pk}/change/" in page.content.decode()
        assert in_order(text_of(page), ["REF-1", "Discrepancy", "Amounts differ", "callback"])

    def test_a_failed_one_tells_why(self, desk: Client, watched: Watched) -> None:
        watched.source.broken.add("1")
        watched.check("1")

        page = desk.get(
            reverse("admin:reconciliation_reconciliationrun_change", args=[watched.run.pk])
        )

        assert "RuntimeError: 1 cannot be read" in text_of(page)
        assert "It is tried again by itself" in text_of(page)


class TestNames:
    @pytest.mark.parametrize(
        ("kind", "details", "name"),
        [
            ("payment", {"reference": "A1", "transactionId": "QHX1"}, "A1, QHX1"),
            ("payment", {"reference": "QHX1", "transactionId": "QHX1"}, "QHX1"),
            ("prompt", {"reference": "A1", "transactionId": ""}, "A1"),
            ("payout_transfer", {"reference": "payout:1", "client": "winner-18"}, "winner-18"),
            ("disbursement", {"reference": "SAL-1", "transactionId": "QHX1"}, "SAL-1"),
            ("loan", {"reference": "254700000123"}, "254700•••123"),
            ("loan", {}, "its id"),
        ],
    )
    def test_each_kind_is_known_by_its_own(
        self, kind: str, details: dict[str, str], name: str
    ) -> None:
        assert known_by(kind, details, or_else="its id") == name

    def test_a_persons_check_is_found_among_those_of_people(
        self, desk: Client, watched: Watched
    ) -> None:
        watched.check("1")
        desk.post(reverse("admin:reconciliation_reconciliationrun_check"), {"id": "1"})

        page = desk.get(f"{reverse(RUNS)}?trigger=manual_dashboard,bulk_manual")

        assert [row.actor for row in page.context_data["cl"].result_list] != ["system"]
        assert page.context_data["cl"].result_count == 1


class TestQueue:
    def test_depth_and_age_stand_above_it(self, desk: Client, watched: Watched) -> None:
        watched.ask("1", "2")
        watched.ask("3", minutes=60)
        watched.moved.forward(minutes=7)

        page = desk.get(reverse(QUEUE))

        text = text_of(page)
        assert "Waiting 3 The oldest for 7 min" in text
        assert "Not due yet 1" in text
        assert "Updating every 15 s." in text

    def test_each_is_called_what_people_call_it(self, desk: Client, pay: Any) -> None:
        row = pay("00001")
        subject = ("disbursement", str(row.pk), row.partner_id)
        request(subjects=[subject], trigger="change", actor="system", at=row.created_at)

        page = desk.get(reverse(QUEUE))

        assert f"{row.client_reference}, KES" in text_of(page)

    def test_it_is_searched_by_what_people_know_a_thing_by(self, desk: Client, pay: Any) -> None:
        first, other = pay("00001"), pay("00002")
        request(
            subjects=[("disbursement", str(row.pk), row.partner_id) for row in (first, other)],
            trigger="change", actor="system", at=first.created_at,
        )  # fmt: skip

        waiting = CheckRequest.objects.get(subject_id=str(first.pk))
        page = reverse("admin:reconciliation_checkrequest_change", args=[waiting.pk])

        found = [
            desk.get(reverse(QUEUE), {"q": text}) for text in (first.client_reference, first.pk)
        ]
        nothing = desk.get(reverse(QUEUE), {"q": "REF-99999"})

        assert [answer.url for answer in found] == [page, page]
        assert nothing.context_data["cl"].result_count == 0

    def test_what_waits_too_long_is_found(self, desk: Client, watched: Watched) -> None:
        watched.ask("1")
        watched.ask("2", minutes=4)
        watched.moved.forward(minutes=7)

        listed = desk.get(f"{reverse(QUEUE)}?late=yes").context_data["cl"]
        wrong = desk.get(f"{reverse(QUEUE)}?late=perhaps").context_data["cl"]

        assert [row.subject_id for row in listed.result_list] == ["1"]
        assert wrong.result_count == 0

    def test_one_that_failed_says_why_and_when_it_is_tried_again(
        self, desk: Client, watched: Watched
    ) -> None:
        watched.source.broken.add("1")
        watched.check("1")
        row = CheckRequest.objects.get()

        text = text_of(
            desk.get(reverse("admin:reconciliation_checkrequest_change", args=[row.pk]))
        )

        assert "RuntimeError: 1 cannot be read" in text
        assert "It is checked in 1 min" in text


class TestPagesOfWhatIsChecked:
    def test_a_payout_shows_its_latest_check_and_a_way_to_check_it(
        self, desk: Client, pay: Any
    ) -> None:
        row = pay("00001")
        before = text_of(desk.get(payout_page(row)))
        form = {"id": str(row.pk), "kind": "disbursement"}

        desk.post(reverse("admin:reconciliation_reconciliationrun_check"), form)

        page = desk.get(payout_page(row))
        assert "Latest check Not checked yet" in before
        assert "Latest check Pending" in text_of(page)
        assert f"?kind=disbursement&amp;id={row.pk}" in page.content.decode()

    def test_a_difference_is_told_there(self, desk: Client, watched: Watched, pay: Any) -> None:
        row = pay("00001")
        found = watched.differing(str(row.pk))
        type(found).objects.update(subject_kind="disbursement")
        ReconciliationRun.objects.update(subject_kind="disbursement")

        page = desk.get(payout_page(row))

        assert "Open difference, high" in text_of(page)
        assert f"/finding/{found.pk}/change/" in page.content.decode()

    def test_who_may_not_see_checks_sees_nothing_of_them(self, pay: Any) -> None:
        row = pay("00001")
        viewer = at_the_desk("disbursements.view_disbursementrequest")

        text = text_of(viewer.get(payout_page(row)))

        assert "Latest check" not in text
        assert "Check now" not in text

    @pytest.mark.parametrize("label", SUBJECTS)
    def test_each_has_a_page_to_stand_on(self, label: str) -> None:
        model = apps.get_model(label)

        assert isinstance(admin.site.get_model_admin(model), RecordAdmin)
        assert model._meta.label_lower == label


class TestHome:
    def test_each_queue_counts_what_its_list_shows(self, desk: Client, watched: Watched) -> None:
        watched.differing("1")
        watched.ask("2")
        watched.moved.forward(minutes=7)
        raise_alert(kind="float_low", key="1", text="Low", at=watched.moved())
        names = ("Differences, high", "Checks that wait > 5 min", "Alerts nobody looks after")

        queues = {each.name: each for each in desk.get("/admin/").context_data["queues"]}
        listed = {
            name: desk.get(queues[name].url).context_data["cl"].result_count for name in names
        }

        assert {name: queues[name].count for name in names} == listed
        assert listed == {names[0]: 1, names[1]: 1, names[2]: 2}
        assert queues["Differences, high"].money == "KES 250.00"

    def test_with_nothing_open_it_says_so(self, desk: Client) -> None:
        assert "tell the same of everything that was checked" in text_of(desk.get("/admin/"))

    def test_one_partners_own_count_their_own(
        self, watched: Watched, a_partner: Any, colleague: Callable[..., Client]
    ) -> None:
        watched.differing("1", partner_id=a_partner.pk)
        watched.differing("2")
        own = colleague("view_finding", partner=a_partner)

        queues = {each.name: each.count for each in own.get("/admin/").context_data["queues"]}

        assert queues["Differences, high"] == 1
