"""Checks on demand: one by any id, the same again, many by ids or by the filters of a list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reconciliation.admin.check_many import parts
from reconciliation.models import BulkCheck, CheckRequest, Finding, ReconciliationRun
from reconciliation.operations import bulk
from reconciliation.operations.check_many import check_due
from tests.reconciliation.admin.conftest import Watched
from tests.rents.a_street import text_of
from vault.models import Partner

ONE, MANY = (f"admin:reconciliation_reconciliationrun_{name}" for name in ("check", "check-many"))
LIVE = {"X-Part": "live"}


class TestOne:
    def test_an_id_leads_to_its_check(self, desk: Client, watched: Watched) -> None:
        watched.source.say("QHX1")

        answer = desk.post(reverse(ONE), {"id": " QHX1 "}, follow=True)

        assert "Checked in" in text_of(answer)
        assert watched.run.trigger == "manual_dashboard"
        assert answer.redirect_chain[-1][0].endswith(f"{watched.run.pk}/change/")

    def test_on_the_live_page_its_line_comes_back(self, desk: Client, watched: Watched) -> None:
        watched.source.say("QHX1")

        answer = desk.post(reverse(ONE), {"id": "QHX1"}, headers=LIVE)

        assert answer.status_code == 200
        assert "REF-QHX1" in answer.content.decode()
        assert "<html" not in answer.content.decode()

    @pytest.mark.parametrize("headers", [{}, LIVE])
    def test_an_unknown_id_is_refused_with_an_example(
        self, desk: Client, watched: Watched, headers: dict[str, str]
    ) -> None:
        answer = desk.post(reverse(ONE), {"id": "NOT-HERE"}, headers=headers)

        assert answer.status_code == 422
        assert "Nothing has &#x27;NOT-HERE&#x27;" in answer.content.decode()
        assert "QHX12345" in answer.content.decode()
        assert not ReconciliationRun.objects.exists()

    def test_it_can_be_queued_instead(self, desk: Client, watched: Watched) -> None:
        watched.source.say("QHX1")

        answer = desk.post(reverse(ONE), {"id": "QHX1", "queue": "yes"}, follow=True)

        assert "QHX1 is queued" in text_of(answer)
        assert CheckRequest.objects.get().trigger == "manual_queue"

    def test_another_partners_is_not_known(
        self, watched: Watched, a_partner: Partner, colleague: Callable[..., Client]
    ) -> None:
        watched.source.say("QHX1", partner_id=a_partner.pk)
        watched.source.say("QHX2", partner_id=Partner().pk)
        own = colleague("view_reconciliationrun", "check_reconciliationrun", partner=a_partner)

        answers = [own.post(reverse(ONE), {"id": each}) for each in ("QHX1", "QHX2")]

        assert [answer.status_code for answer in answers] == [302, 422]

    def test_without_the_permission_there_is_no_door(
        self, watched: Watched, colleague: Callable[..., Client]
    ) -> None:
        viewer = colleague("view_reconciliationrun")

        answers = [viewer.post(reverse(name), {"id": "1", "ids": "1"}) for name in (ONE, MANY)]

        assert [answer.status_code for answer in answers] == [403, 403]


class TestAgain:
    def test_what_is_put_right_is_cured(self, desk: Client, watched: Watched) -> None:
        found = watched.differing("1")
        watched.source.say("1")
        page = reverse("admin:reconciliation_finding_check-again", args=[found.pk])

        asked = text_of(desk.get(page))
        answer = desk.post(page, {"confirmed": "yes"}, follow=True)

        found.refresh_from_db()
        assert "No money is sent, retried or booked by it." in asked
        assert found.status == "cured"
        assert "every side tells the same" in text_of(answer)
        assert answer.redirect_chain[-1][0].endswith(f"/finding/{found.pk}/change/")

    def test_reading_the_page_checks_nothing(self, desk: Client, watched: Watched) -> None:
        watched.check("1")
        page = reverse("admin:reconciliation_reconciliationrun_check-again", args=[watched.run.pk])

        desk.get(page)

        assert ReconciliationRun.objects.count() == 1


class TestMany:
    def test_what_is_pasted_is_counted_before_anything_is_queued(
        self, desk: Client, watched: Watched
    ) -> None:
        watched.source.say("1", "2")

        answer = desk.post(reverse(MANY), {"ids": "1\n2, 2; unknown"})

        text = text_of(answer)
        assert "How many 2 things" in text
        assert "1 left out: not found" in text
        assert "1 left out: named more than once" in text
        assert not BulkCheck.objects.exists()

    def test_confirmed_it_is_queued_and_followed(self, desk: Client, watched: Watched) -> None:
        watched.source.say("1", "2")

        answer = desk.post(reverse(MANY), {"ids": "1,2,unknown", "confirmed": "yes"}, follow=True)
        check_due()
        after = text_of(desk.get(answer.redirect_chain[-1][0]))

        assert "2 queued, 1 left out." in text_of(answer)
        assert "0 of 2 , 0 %, under way" in text_of(answer)
        assert "2 of 2 , 100 %" in after
        assert "Matched 2" in after

    def test_all_that_a_list_shows_is_chosen_by_its_filters(
        self, desk: Client, watched: Watched
    ) -> None:
        watched.check("1")
        watched.differing("2")
        listed = desk.get(f"{reverse('admin:reconciliation_finding_changelist')}?status=open")
        (button,) = listed.context_data["cl"].more_buttons

        preview = text_of(desk.get(button.url))
        desk.post(reverse(MANY), {"of": "findings", "status": "open", "confirmed": "yes"})

        assert "Everything that matches Differences with status open" in preview
        assert "How many 1 thing" in preview
        assert BulkCheck.objects.get().selection == {"of": "findings", "status": "open"}
        assert CheckRequest.objects.get().subject_id == "2"

    def test_ticked_rows_are_what_it_is_about(self, desk: Client, watched: Watched) -> None:
        found = watched.differing("1")
        url = reverse("admin:reconciliation_finding_changelist")

        answer = desk.post(
            url, {"action": "check_ticked", "_selected_action": [str(found.pk)]}, follow=True
        )

        assert "How many 1 thing" in text_of(answer)
        assert 'name="ids" value="1"' in answer.content.decode()

    @pytest.mark.parametrize(
        ("sent", "told"),
        [
            ({"ids": "unknown"}, "None of these is known"),
            ({"ids": ""}, "Paste at least one id"),
            ({"of": "findings", "status": "closed"}, "use one or more of open, dismissed, cured"),
            ({"of": "runs", "result": "error"}, "No runs fit"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_queued(
        self, desk: Client, watched: Watched, sent: dict[str, str], told: str
    ) -> None:
        answer = desk.post(reverse(MANY), {**sent, "confirmed": "yes"})

        assert told.casefold() in text_of(answer).casefold()
        assert not CheckRequest.objects.exists()

    def test_above_the_limit_it_says_so(
        self, desk: Client, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bulk, "BULK_MAX", 1)

        answer = desk.post(reverse(MANY), {"ids": "1 2"})

        assert "Has more than 1 and nothing was queued" in text_of(answer)

    def test_ids_stand_between_blanks_commas_and_line_ends(self) -> None:
        assert parts(" a\nb,c;  d\r\n") == ["a", "b", "c", "d"]


class TestBulkChecks:
    def test_one_partners_own_see_those_of_their_own_name(
        self, watched: Watched, a_partner: Partner, colleague: Any, desk: Client
    ) -> None:
        watched.source.say("1", partner_id=a_partner.pk)
        own = colleague("view_bulkcheck", "check_reconciliationrun", "view_reconciliationrun",
                        partner=a_partner)  # fmt: skip
        desk.post(reverse(MANY), {"ids": "1", "confirmed": "yes"})
        own.post(reverse(MANY), {"ids": "1", "confirmed": "yes"})

        lists = [
            each.get(reverse("admin:reconciliation_bulkcheck_changelist")).context_data["cl"]
            for each in (own, desk)
        ]

        assert [changelist.result_count for changelist in lists] == [1, 2]
        assert not Finding.objects.exists()
