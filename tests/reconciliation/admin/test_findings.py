"""Differences: the list, the page of one, dismissing; how bad each kind is."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Step
from reconciliation.models import Finding, FindingKind, SeverityRule, SubjectKind
from reconciliation.sources.registry import SOURCES
from tests.reconciliation.admin.conftest import OTHERWISE, Watched
from tests.rents.a_street import in_order, text_of
from vault.models import Partner
from vault.operations.add_partner import add_partner

LISTED = "admin:reconciliation_finding_changelist"
SEVERITIES = "admin:reconciliation_severityrule_changelist"
REASON = "the bank's letter of 3 May says the same"
PHONE = "254700000123"


def page_of(row: Finding, verb: str = "change") -> str:
    return reverse(f"admin:reconciliation_finding_{verb}", args=[row.pk])


class TestPage:
    def test_both_sides_stand_next_to_each_other_and_what_differs_is_marked(
        self, desk: Client, watched: Watched
    ) -> None:
        found = watched.differing("1")

        page = desk.get(page_of(found))

        body, text = page.content.decode(), text_of(page)
        assert body.count('<mark class="pv-new">') == 2
        assert in_order(text, ["Amount differs", "KES 1,250.00", "KES 1,000.00"])
        assert "KES 250.00 at stake" in text
        assert "Paid too little: pay the rest with a new instruction." in text
        assert "Another amount was paid, or came back, than we have on record." in text

    def test_all_sides_are_read_as_they_are_now(self, desk: Client, watched: Watched) -> None:
        found = watched.differing("1")
        watched.source.say("1")

        text = text_of(desk.get(page_of(found)))

        part = text[text.index("All sides, as they are now") : text.index("Timeline")]
        assert "Our record Paid KES 1,250.00" in part
        assert (
            "M-Pesa&#x27;s callback 1" in part or "M-Pesa's callback 1 Paid KES 1,250.00" in part
        )
        assert "KES 1,000.00" not in part

    def test_a_fact_that_no_side_tells_is_no_row(self, desk: Client, watched: Watched) -> None:
        found = watched.differing("1")
        Finding.objects.update(here={"status": "nothing", "amount": "KES 1.00"}, there={})

        body = desk.get(page_of(found)).content.decode()

        part = body[body.index('id="sides"') : body.index("All sides, as they are now")]
        assert "Amount" in part
        assert "Status" not in part

    def test_what_is_not_ours_is_not_called_our_record(
        self, desk: Client, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = watched.differing("1")
        monkeypatch.setitem(SOURCES, SubjectKind.STRANGER, watched.source)
        Finding.objects.update(subject_kind=SubjectKind.STRANGER)

        text = text_of(desk.get(page_of(found)))

        assert "Our row Paid KES 1,250.00" in text
        assert "Our record" not in text

    def test_sides_that_cannot_be_read_are_no_broken_page(
        self, desk: Client, watched: Watched
    ) -> None:
        found = watched.differing("1")
        watched.source.broken.add("1")

        page = desk.get(page_of(found))

        assert page.status_code == 200
        assert "The sides cannot be read now: RuntimeError: 1 cannot be read" in text_of(page)

    def test_its_story_is_one_timeline(self, desk: Client, watched: Watched) -> None:
        found = watched.differing("1")
        watched.moved.forward(minutes=1)
        watched.check("1")
        watched.moved.forward(minutes=1)
        watched.check("1", told=OTHERWISE)

        text = text_of(desk.get(page_of(found)))

        story = text[text.index("Timeline") :]
        assert in_order(
            story, ["Discrepancy: amounts differ", "New → open", "Matched", "Open → cured",
                    "Discrepancy: amounts differ", "Cured → open"],
        )  # fmt: skip

    def test_a_phone_is_never_whole(self, desk: Client, watched: Watched) -> None:
        found = watched.differing("1")
        Finding.objects.update(
            text=f"paid to {PHONE}", reference=PHONE, here={"phone": PHONE}, about=PHONE
        )

        pages = [desk.get(page_of(found)), desk.get(reverse(LISTED))]

        assert [PHONE in page.content.decode() for page in pages] == [False, False]


class TestDismiss:
    def test_it_needs_a_reason_and_keeps_it(self, desk: Client, watched: Watched) -> None:
        found = watched.differing("1")

        short = desk.post(page_of(found, "dismiss"), {"confirmed": "yes", "reason": "short"})
        desk.post(page_of(found, "dismiss"), {"confirmed": "yes", "reason": REASON})

        found.refresh_from_db()
        assert short.status_code == 422
        assert found.status == "dismissed"
        assert Step.objects.filter(because=f"dismissed: {REASON}").exists()
        assert REASON in desk.get(page_of(found)).content.decode().replace("&#x27;", "'")

    def test_what_is_closed_is_not_dismissed(self, desk: Client, watched: Watched) -> None:
        found = watched.differing("1")
        watched.check("1")

        assert desk.get(page_of(found, "dismiss")).status_code == 404

    def test_it_is_for_those_who_may(
        self, watched: Watched, colleague: Callable[..., Client]
    ) -> None:
        found = watched.differing("1")
        viewer = colleague("view_finding")

        page, answer = viewer.get(page_of(found)), viewer.get(page_of(found, "dismiss"))

        assert "Dismiss…" not in page.content.decode()
        assert answer.status_code == 403

    def test_another_partners_is_not_there(
        self, watched: Watched, a_partner: Partner, colleague: Callable[..., Client]
    ) -> None:
        other = add_partner(name="Baraka Example Ltd", actor="test", at=watched.moved())
        theirs, nobodys = watched.differing("1", partner_id=other.pk), watched.differing("2")
        own = colleague("view_finding", "dismiss_finding", partner=a_partner)

        answers = [
            own.post(page_of(row, "dismiss"), {"confirmed": "yes", "reason": REASON})
            for row in (theirs, nobodys)
        ]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert set(Finding.objects.values_list("status", flat=True)) == {"open"}


class TestList:
    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 2), ("?status=open", 1), ("?status=cured", 1), ("?severity=high", 2),
            ("?type=late", 0), ("?kind=payment", 2), ("?id=1", 1), ("?q=REF-", 2),
            ("?type=nonsense", 0), ("?when=today", 2),
        ],
    )  # fmt: skip
    def test_each_filter_stands_in_the_address(
        self, desk: Client, watched: Watched, query: str, count: int
    ) -> None:
        watched.differing("1", "2")
        watched.check("2")

        assert desk.get(reverse(LISTED) + query).context_data["cl"].result_count == count

    def test_a_reference_found_once_opens_it(self, desk: Client, watched: Watched) -> None:
        found = watched.differing("1")

        answer = desk.get(reverse(LISTED), {"q": "REF-1"})

        assert answer.status_code == 302
        assert str(found.pk) in answer["Location"]

    def test_nothing_open_is_all_clear(self, desk: Client) -> None:
        assert "All clear" in text_of(desk.get(f"{reverse(LISTED)}?status=open"))


class TestSeverities:
    def test_every_kind_stands_there_whether_changed_or_not(
        self, desk: Client, watched: Watched
    ) -> None:
        watched.differing("1")

        text = text_of(desk.get(reverse(SEVERITIES)))

        assert [label for label in FindingKind.labels if str(label) not in text] == []
        assert "always high" in text
        assert "Low" in text

    def test_one_is_changed_with_a_reason_that_is_kept(self, desk: Client) -> None:
        page = reverse("admin:reconciliation_severityrule_severity", args=["late"])

        desk.post(page, {"confirmed": "yes", "severity": "low", "reason": REASON})

        row = SeverityRule.objects.get()
        told = desk.get(reverse("admin:reconciliation_severityrule_change", args=["late"]))
        assert (row.kind, row.severity) == ("late", "low")
        assert REASON in told.content.decode().replace("&#x27;", "'")
        assert "as delivered: medium" in text_of(desk.get(reverse(SEVERITIES)))

    def test_what_is_always_high_has_no_door(self, desk: Client) -> None:
        page = reverse("admin:reconciliation_severityrule_severity", args=["duplicate"])

        assert desk.get(page).status_code == 404

    def test_it_is_closed_to_one_partners_own(
        self, a_partner: Partner, colleague: Callable[..., Client]
    ) -> None:
        own = colleague("view_severityrule", "change_severityrule", partner=a_partner)

        assert own.get(reverse(SEVERITIES)).status_code == 403
