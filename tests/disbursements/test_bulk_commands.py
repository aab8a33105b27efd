"""retry_disbursements and its sisters: one operation, counted first, each payout once."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from disbursements.models import BulkRun, DisbursementRequest, Export, ResultCodeRule
from disbursements.states import DisbursementStatus
from tests.commands import answer_of, refusal_of, said

S = DisbursementStatus
REASON = ("--reason", "payee's phone is on again")


@pytest.fixture
def failed(wire: Any, pay: Any) -> DisbursementRequest:
    """A payout that failed for good: the receiver is not registered (2040)."""
    row = pay("99040")
    wire.run(hours=3)
    row.refresh_from_db()
    assert row.status == S.FAILED
    return row


class TestRetry:
    def test_a_dry_run_counts_and_changes_nothing(self, failed: DisbursementRequest) -> None:
        answer = answer_of("retry_disbursements", "--all", "--force", "--dry-run", *REASON)

        assert (answer["count"], answer["totals"]) == (1, {"KES": "1250.00"})
        assert not BulkRun.objects.exists()

    def test_a_permanent_code_is_skipped_with_the_reason(
        self, failed: DisbursementRequest
    ) -> None:
        answer = answer_of("retry_disbursements", "--id", str(failed.pk), *REASON)

        assert answer["done"] == 0
        assert any("permanent" in reason for reason in answer["skipped"])

    def test_force_takes_it_and_tells_what_came_of_it(self, failed: DisbursementRequest) -> None:
        text = said("retry_disbursements", "--id", str(failed.pk), "--force", *REASON)

        failed.refresh_from_db()
        assert "1 queued, 0 skipped" in text
        assert failed.status == S.RETRYING

    def test_left_to_the_workers_it_waits(self, failed: DisbursementRequest) -> None:
        answer = answer_of("retry_disbursements", "--all", "--force", "--background", *REASON)

        failed.refresh_from_db()
        assert (answer["waiting"], answer["status"]) == (1, "running")
        assert failed.status == S.FAILED


class TestReason:
    def test_a_plain_retry_needs_none(self, failed: DisbursementRequest) -> None:
        answer_of("retry_disbursements", "--id", str(failed.pk))

        assert BulkRun.objects.get().reason == "retried from the command line"

    def test_force_and_the_sisters_do(self, failed: DisbursementRequest) -> None:
        forced = refusal_of("retry_disbursements", "--id", str(failed.pk), "--force")
        cancelled = refusal_of("cancel_disbursements", "--id", str(failed.pk))

        assert (forced.returncode, cancelled.returncode) == (2, 2)
        assert "--reason" in str(forced)
        assert not BulkRun.objects.exists()

    def test_a_dry_run_needs_none(self, failed: DisbursementRequest) -> None:
        answer = answer_of("retry_disbursements", "--all", "--force", "--dry-run")

        assert answer["count"] == 1


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [[], ["--all", "--id", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"],
         ["--id", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11", "--status", "failed"]],
    )  # fmt: skip
    def test_ids_and_filters_do_not_mix(self, engine_db: None, arguments: list[str]) -> None:
        refused = refusal_of("retry_disbursements", *arguments, *REASON)

        assert refused.returncode == 2

    def test_an_unreadable_filter_is_named(self, engine_db: None) -> None:
        refused = refusal_of("retry_disbursements", "--all", "--amount-from", "much", *REASON)

        assert refused.returncode == 1
        assert "amount_from" in str(refused)


class TestSisters:
    def test_cancel_withdraws_what_was_not_sent(self, pay: Any) -> None:
        row = pay("00001")

        answer = answer_of("cancel_disbursements", "--id", str(row.pk), *REASON)

        row.refresh_from_db()
        assert (answer["done"], row.status) == (1, S.CANCELLED)

    def test_the_limit_is_changed(self, pay: Any) -> None:
        row = pay("00001")

        said("change_retry_limit", "--all", "--status", "queued", "--limit", "5", *REASON)

        row.refresh_from_db()
        assert row.max_retries == 5

    def test_runs_are_listed_and_stopped(self, failed: DisbursementRequest) -> None:
        said("retry_disbursements", "--all", "--force", "--background", *REASON)

        listed = answer_of("bulk_runs", "--running")["bulkRuns"]
        stopped = answer_of("stop_bulk_run", listed[0]["id"], *REASON)

        assert (stopped["status"], stopped["waiting"]) == ("stopped", 1)
        assert answer_of("bulk_runs", "--running") == {"bulkRuns": []}


class TestExport:
    def test_it_writes_exactly_what_matches(self, pay: Any, tmp_path: Path) -> None:
        pay("00001", amount="50000")
        pay("00002", amount="10")
        file = tmp_path / "out.csv"

        said("export_disbursements", "--amount-from", "50000", "--columns", "reference,amount",
             "--output", str(file))  # fmt: skip

        rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
        assert rows == [["reference", "amount"], ["REF-00001", "50000.00"]]
        assert Export.objects.get().rows == 1

    def test_a_file_that_is_there_is_not_written_over(self, pay: Any, tmp_path: Path) -> None:
        file = tmp_path / "out.csv"
        file.write_text("mine")

        refused = refusal_of("export_disbursements", "--output", str(file))

        assert refused.returncode == 2
        assert file.read_text() == "mine"

    def test_a_dry_run_leaves_no_trace(self, pay: Any) -> None:
        pay("00001")

        assert answer_of("export_disbursements", "--dry-run") == {"rows": 1, "dryRun": True}
        assert not Export.objects.exists()


class TestClassifyCode:
    def test_a_new_code_gets_a_row(self, engine_db: None) -> None:
        answer = answer_of(
            "classify_code", "4711", "--outcome", "failed", "--next", "never",
            "--meaning", "The payee's line is closed.", *REASON,
        )  # fmt: skip

        row = ResultCodeRule.objects.get(code="4711")
        assert (answer["row"], row.next, row.api) == ("added", "never", "b2c")

    def test_a_known_code_is_edited(self, engine_db: None) -> None:
        said("classify_code", "2040", "--outcome", "failed", "--next", "backoff", *REASON)

        assert ResultCodeRule.objects.get(api="b2c", code="2040").next == "backoff"

    def test_a_dry_run_shows_the_change_only(self, engine_db: None) -> None:
        text = said(
            "classify_code", "2040", "--outcome", "failed", "--next", "backoff", "--dry-run",
            *REASON,
        )  # fmt: skip

        assert "next: never -> backoff" in text
        assert ResultCodeRule.objects.get(api="b2c", code="2040").next == "never"

    def test_a_new_code_without_a_meaning_is_no_row(self, engine_db: None) -> None:
        refused = refusal_of(
            "classify_code", "4711", "--outcome", "failed", "--next", "never", *REASON
        )

        assert refused.returncode == 2
        assert not ResultCodeRule.objects.filter(code="4711").exists()
