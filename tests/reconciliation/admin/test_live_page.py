"""The live page without a socket: what it shows, to whom, and what is read again."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from core.alerts import raise_alert
from core.models import AlertSeverity
from reconciliation.models import ReconciliationRun
from tests.reconciliation.admin.conftest import Watched
from tests.rents.a_street import text_of
from tests.wire import MovedClock
from vault.models import Partner
from vault.operations.add_partner import add_partner

LIVE = "/admin/reconciliation/live/"
PHONE = "254700000123"
WATCH, CHECK, FINDINGS = "view_reconciliationrun", "check_reconciliationrun", "view_finding"


class TestWhatItShows:
    def test_figures_checks_and_alerts_stand_on_it(self, desk: Client, watched: Watched) -> None:
        watched.check("1")
        watched.differing("2")

        text = text_of(desk.get(LIVE))

        assert "Open, high 1 Money is at risk" in text
        assert "Checked 2" in text
        assert "Success rate 50.0 %" in text
        assert "Matched Payment in REF-1" in text
        assert "Discrepancy Payment in REF-2" in text
        assert "High Amounts differ: 1 open of nobody we know" in text
        assert "2 checks, none in the 24 hours before. 1 discrepancy, 0 failed." in text

    def test_with_nothing_yet_it_says_so(self, desk: Client) -> None:
        text = text_of(desk.get(LIVE))

        assert "No check yet" in text
        assert "All clear: no alert is open." in text
        assert "Updating every 15 s." in text

    def test_a_phone_is_never_whole(self, desk: Client, watched: Watched) -> None:
        watched.check("1")
        ReconciliationRun.objects.update(
            details={"reference": f"rent {PHONE}", "client": PHONE}, problem=f"call {PHONE}"
        )
        raise_alert(kind="float_low", key="1", text=f"Low, call {PHONE}", at=watched.moved())

        page = desk.get(LIVE)

        assert PHONE not in page.content.decode()
        assert "rent 254700•••123" in text_of(page)

    def test_the_worst_alert_stands_first(self, desk: Client, moved: MovedClock) -> None:
        raise_alert(kind="small", key="1", text="A small thing", at=moved(),
                    severity=AlertSeverity.NOTICE)  # fmt: skip
        raise_alert(kind="large", key="1", text="A large thing", at=moved(),
                    severity=AlertSeverity.CRITICAL)  # fmt: skip

        alerts = desk.get(LIVE).context["alerts"]

        assert [line.text for line in alerts.lines] == ["A large thing", "A small thing"]


class TestItsParts:
    def test_only_they_are_read_again(self, desk: Client, watched: Watched) -> None:
        watched.check("1")

        page = desk.get(LIVE, headers={"X-Part": "live"})

        body = page.content.decode()
        parts = [f'data-part="{name}"' for name in ("figures", "moment", "stream", "alerts")]
        assert [body.count(part) for part in parts] == [1, 1, 1, 1]
        assert "REF-1" in body
        assert "<html" not in body
        assert page["X-Part"] == "live"

    def test_a_filter_holds_for_the_stream(self, desk: Client, watched: Watched) -> None:
        watched.check("1")
        watched.differing("2")

        found = desk.get(f"{LIVE}?result=discrepancy", headers={"X-Part": "live"})

        assert [line.what for line in found.context["lines"]] == ["REF-2, QHX12345"]

    def test_a_filter_that_is_none_is_told(self, desk: Client, watched: Watched) -> None:
        watched.check("1")

        text = text_of(desk.get(f"{LIVE}?result=nonsense"))

        assert "use one or more of matched, pending, discrepancy, error" in text
        assert "REF-1" not in text


class TestWho:
    def test_one_partners_own_see_their_own_alone(
        self, watched: Watched, a_partner: Partner, colleague: Callable[..., Client]
    ) -> None:
        other = add_partner(name="Baraka Example Ltd", actor="test", at=watched.moved())
        watched.differing("1", partner_id=a_partner.pk)
        watched.differing("2", partner_id=other.pk)
        watched.differing("3")
        own = colleague(WATCH, FINDINGS, partner=a_partner)

        page = own.get(LIVE)

        text = text_of(page)
        assert "REF-1" in text
        assert "REF-2" not in text
        assert "REF-3" not in text
        assert "Baraka" not in text
        assert "Open, high 1" in text
        assert page.context["alerts"].total == 1

    def test_who_may_not_see_checks_does_not_see_it(self, colleague: Any) -> None:
        assert colleague(FINDINGS).get(LIVE).status_code == 403

    def test_who_may_not_check_has_no_field_for_it(self, colleague: Any, desk: Client) -> None:
        action = reverse("admin:reconciliation_reconciliationrun_check")

        pages = [each.get(LIVE).content.decode() for each in (colleague(WATCH), desk)]

        assert [action in page for page in pages] == [False, True]

    def test_it_is_only_read(self, desk: Client) -> None:
        assert desk.post(LIVE).status_code == 403
