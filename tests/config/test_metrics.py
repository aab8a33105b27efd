"""/metrics: closed without its setting, and every figure from the database at that moment."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from config import metrics_money
from core import alerts
from core.models import AlertSeverity, JobRun
from gateways.models import Callback
from reconciliation.models import Finding, LiveServer, ReconciliationTally
from tests.wire import MovedClock
from vault.models import BalanceReading, Shortcode, Wallet

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "only-for-tests-of-metrics"


@pytest.fixture
def token(settings: Any) -> str:
    settings.VAULT_METRICS_TOKEN = TOKEN
    return TOKEN


def scraped(token: str = TOKEN) -> dict[str, float]:
    """`name{values of its labels, in their order}` -> its figure."""
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            labels = ",".join(sample.labels.values())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


class TestTheDoor:
    def test_there_is_none_without_the_setting(self, db: None) -> None:
        assert Client().get("/metrics").status_code == 404

    @pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}"])
    def test_whoever_does_not_know_the_token_learns_nothing(self, token: str, given: str) -> None:
        answer = Client().get("/metrics", headers={"Authorization": given})

        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert "vault_" not in answer.content.decode()

    def test_it_changes_nothing(self, token: str) -> None:
        answer = Client().post("/metrics", headers={"Authorization": f"Bearer {token}"})

        assert answer.status_code == 405

    def test_without_the_database_it_says_so_in_a_sentence(
        self, db: None, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(**_: Any) -> Any:
            raise OperationalError("gone")

        monkeypatch.setattr(metrics_money, "families", gone)

        answer = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})

        assert answer.status_code == 503
        assert "database" in answer.json()["error"]


class TestFigures:
    def test_an_empty_installation_has_them_all(self, engine_db: None, token: str) -> None:
        found = scraped()

        assert found["vault_payouts{parked}"] == 0
        assert found["vault_job_latest_seconds"] == float("inf")
        assert found["vault_loans{held}"] == 0
        assert found["vault_live_servers"] == 0
        assert "vault_redis_up" not in found

    def test_payouts_by_status_with_their_money(self, pay: Any, token: str) -> None:
        pay("00001")
        pay("00002")

        found = scraped()

        assert found["vault_payouts{queued}"] == found["vault_payouts_today{queued}"] == 2
        assert found["vault_payouts_minor{KES,queued}"] == 250_000

    def test_jobs_that_are_late(self, engine_db: None, moved: MovedClock, token: str) -> None:
        at = moved()
        JobRun.objects.create(name="ask", started_at=at, ended_at=at, succeeded_at=at, did=0)
        moved.forward(minutes=10)

        found = scraped()

        assert found["vault_job_latest_seconds"] == 600
        assert (found["vault_job_late{ask}"], found["vault_job_late{retry}"]) == (1, 0)
        assert found["vault_job_success_timestamp_seconds{ask}"] == at.timestamp()

    def test_callbacks_that_nobody_has_read(
        self, engine_db: None, moved: MovedClock, token: str
    ) -> None:
        for minutes in (7, 2):
            Callback.objects.create(
                provider="daraja", kind="payout", secret_digest=b"x", secret_ok=True, body=b"{}",
                source_listed=True, received_at=moved() - timedelta(minutes=minutes),
            )  # fmt: skip

        found = scraped()

        assert found["vault_callbacks_unread"] == 2
        assert found["vault_callbacks_oldest_unread_seconds"] == 420

    def test_what_the_watchtower_found(
        self, a_shortcode: Shortcode, moved: MovedClock, token: str
    ) -> None:
        at, partner = moved(), a_shortcode.partner
        Finding.objects.create(
            subject_kind="disbursement", subject_id="1", partner=partner, kind="duplicate",
            severity="high", status="open", status_at=at, text="Paid twice", there_name="M-Pesa",
            opened_at=at, seen_at=at,
        )  # fmt: skip
        for day, count in ((0, 5), (1, 90)):
            ReconciliationTally.objects.create(
                hour=at.replace(minute=0) - timedelta(days=day), partner=partner, count=count,
                subject_kind="disbursement", result="matched", bucket=1, duration_ms=200,
                last_at=at,
            )  # fmt: skip
        alerts.raise_alert(
            kind="low_float", key="x", text="Top it up", at=at, severity=AlertSeverity.CRITICAL
        )
        LiveServer.objects.create(name="a", clients=7, started_at=at, seen_at=at)
        moved.forward(seconds=20)

        found = scraped()

        assert found["vault_findings_open{duplicate,high}"] == 1
        assert found["vault_checks_total{disbursement,matched}"] == 5
        assert found["vault_checks_seconds_total{disbursement,matched}"] == 0.2
        assert found["vault_alerts_open{no,low_float,high}"] == 1
        assert found["vault_alerts_oldest_unacknowledged_seconds"] == 20
        assert (found["vault_live_servers"], found["vault_live_clients"]) == (1, 7)

    def test_what_each_wallet_holds(
        self, a_shortcode: Shortcode, moved: MovedClock, token: str
    ) -> None:
        Shortcode.objects.filter(pk=a_shortcode.pk).update(low_float_minor=500)
        wallet = Wallet.objects.create(shortcode=a_shortcode, name="Utility", currency="KES")
        for minor in (1_000, 300):
            BalanceReading.objects.create(
                wallet=wallet, current_minor=minor, available_minor=minor, source="test",
                read_at=moved.forward(minutes=1),
            )  # fmt: skip

        found = scraped()

        assert found["vault_float_minor{KES,600111}"] == 300
        assert found["vault_float_low_minor{KES,600111}"] == 500
        assert found["vault_float_read_timestamp_seconds{KES,600111}"] == moved().timestamp()

    def test_more_rows_take_no_more_queries(self, pay: Any, token: str) -> None:
        with CaptureQueriesContext(
            connection,
        ) as of_none:
            scraped()
        for number in range(20):
            pay(f"1{number:04}")

        with CaptureQueriesContext(connection) as of_many:
            scraped()

        assert len(of_many) == len(of_none) <= 30


class TestWhatIsWrittenOfThem:
    """The alerts to set and docs/production.md name figures that there are."""

    @pytest.fixture
    def names(self, pay: Any, token: str, settings: Any, moved: MovedClock) -> set[str]:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        pay()
        Callback.objects.create(
            provider="daraja", kind="payout", secret_digest=b"x", secret_ok=True, body=b"{}",
            source_listed=True, received_at=moved(),
        )  # fmt: skip
        answer = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
        return set(re.findall(r"^# TYPE (vault_\w+)", answer.content.decode(), re.MULTILINE))

    def test_the_rules_for_prometheus(self, names: set[str]) -> None:
        rules = yaml.safe_load((ROOT / "deploy/prometheus/payment-vault.yaml").read_text())
        alerts_to_set = rules["groups"][0]["rules"]

        named = {name for each in alerts_to_set for name in re.findall(r"vault_\w+", each["expr"])}

        assert len({each["alert"] for each in alerts_to_set}) == len(alerts_to_set) > 10
        assert named <= names
        assert all(each["labels"]["severity"] in ("critical", "warning") for each in alerts_to_set)

    def test_the_table_of_the_guide(self, names: set[str]) -> None:
        guide = (ROOT / "docs/production.md").read_text()
        table = [line for line in guide.splitlines() if line.startswith("| `vault_")]

        named = {name for line in table for name in re.findall(r"`(vault_\w+)", line)}

        assert named == names
