"""The parts that all pages share: how things look, estimated counts, days, closing alerts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.admin import counting, shown
from core.admin.counting import EstimatingPaginator
from core.alerts import raise_alert
from core.models import Alert, Step
from tests.staff import REASON, at_the_desk, superuser

AT = datetime(2026, 11, 21, 11, 32, tzinfo=UTC)


class TestShown:
    def test_moments_are_nairobis(self) -> None:
        assert shown.absolute(AT) == "21 Nov 2026, 14:32 EAT"

    @pytest.mark.parametrize(
        ("gap", "text"),
        [
            (timedelta(), "just now"), (timedelta(seconds=30), "in a moment"),
            (timedelta(minutes=-3), "3 min ago"), (timedelta(minutes=12), "in 12 min"),
            (timedelta(hours=-30), "30 h ago"), (timedelta(days=-3), "3 days ago"),
        ],
    )  # fmt: skip
    def test_the_distance_from_now_stands_beside(self, gap: timedelta, text: str) -> None:
        with clock.reading_from(lambda: AT):
            assert shown.relative(AT + gap) == text

    def test_totals_are_told_per_currency(self) -> None:
        assert shown.totals({"KES": 7_495_900}) == "KES 74,959.00"

    @pytest.mark.parametrize(
        "part",
        [
            shown.copied("<b>", label="<b>"), shown.link("/x", "<b>"),
            shown.two_lines("<b>", "<b>"), shown.status("<b>", meaning="<b>", tone="good"),
        ],
    )  # fmt: skip
    def test_everything_is_escaped(self, part: str) -> None:
        assert "<b>" not in part

    def test_raw_text_loses_secrets_and_phones(self) -> None:
        body = '{"Password": "p", "nested": {"passkey": "k"}, "Phone": "254700100001"}'

        text = shown.raw(body, may_see_phones=False)

        assert '"p"' not in text
        assert '"k"' not in text
        assert "254700100001" not in text
        assert "\n" in text


class TestCounts:
    def test_small_tables_are_counted(self, db: None) -> None:
        raise_alert(kind="k", key="1", text="t", at=AT)

        paginator = EstimatingPaginator(Alert.objects.order_by("pk"), 50)

        assert (paginator.count, paginator.is_estimated) == (1, False)

    def test_big_ones_are_estimated(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        raise_alert(kind="k", key="1", text="t", at=AT)
        monkeypatch.setattr(counting, "COUNTED_MAX", 0)

        paginator = EstimatingPaginator(Alert.objects.order_by("pk"), 50)

        assert paginator.is_estimated
        assert paginator.count > 0

    def test_the_last_pages_are_cut_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(counting, "PAGES_MAX", 2)

        assert EstimatingPaginator(list(range(100)), 10).num_pages == 2

    def test_an_empty_filter_counts_nothing(self, db: None) -> None:
        assert EstimatingPaginator(Alert.objects.none(), 10).count == 0


class TestAlerts:
    def test_open_ones_come_first_and_alone(self, db: None) -> None:
        raise_alert(kind="old", key="1", text="Closed before", at=AT)
        Alert.objects.update(closed_at=AT, closed_by="somebody")
        raise_alert(kind="new", key="1", text="Still open", at=AT)

        page = superuser().get(reverse("admin:core_alert_changelist")).content.decode()

        assert "Still open" in page
        assert "Closed before" not in page

    def test_closing_needs_a_reason_and_keeps_it(self, db: None) -> None:
        alert = raise_alert(kind="k", key="1", text="t", at=AT)
        desk, close = superuser(), reverse("admin:core_alert_close", args=[alert.pk])

        desk.post(close, {"confirmed": "yes", "reason": "short"})
        still_open = Alert.objects.get().closed_at is None
        desk.post(close, {"confirmed": "yes", "reason": REASON})

        assert still_open
        assert Alert.objects.get().closed_at is not None
        assert Step.objects.get().because == f"closed: {REASON}"

    def test_no_alert_is_good_news(self, db: None) -> None:
        page = superuser().get(reverse("admin:core_alert_changelist")).content.decode()

        assert "All clear: no alert is open." in page


class TestEveryPage:
    def test_it_says_sandbox_and_offers_to_skip_to_the_content(self, db: None) -> None:
        pages = [
            Client().get(reverse("admin:login")).content.decode(),
            superuser().get(reverse("admin:index")).content.decode(),
        ]

        assert all("<strong>SANDBOX</strong>" in page for page in pages)
        assert 'href="#content"' in pages[1]

    def test_the_sidebar_shows_what_the_person_may_open(self, db: None) -> None:
        page = at_the_desk("core.view_alert").get(reverse("admin:index")).content.decode()

        assert reverse("admin:core_alert_changelist") in page
        assert reverse("admin:disbursements_pause_changelist") not in page
