"""replay_callback: a stored message is read once more, and who wanted it is on record."""

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.models import Step
from gateways.models import Callback

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def read_before() -> Callback:
    return Callback.objects.create(
        provider="daraja", kind="payout", secret_digest=b"x", secret_ok=True, body=b"{}",
        source_listed=True, outcome="malformed", processed_at=AT, tries=1,
    )  # fmt: skip


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("replay_callback", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.django_db
class TestReplayCallback:
    def test_it_waits_to_be_read_again(self) -> None:
        row, other = read_before(), read_before()

        answer = run(str(row.pk))

        row.refresh_from_db()
        other.refresh_from_db()
        assert answer == {
            "id": row.pk, "provider": "daraja", "kind": "payout", "wasOutcome": "malformed"
        }  # fmt: skip
        assert (row.processed_at, row.tries) == (None, 0)
        assert other.processed_at == AT

    def test_it_is_on_record(self) -> None:
        row = read_before()

        run(str(row.pk))

        step = Step.objects.get(subject_type="Callback", subject_id=str(row.pk))
        assert step.because == "replayed by hand"
        assert step.actor.startswith("command:")

    @pytest.mark.parametrize("number", ["1", "0", "99999999999999999999999"])
    def test_one_that_is_not_there_is_refused(self, number: str) -> None:
        with pytest.raises(CommandError, match=f"id: there is no callback {number}") as refused:
            run(number)

        assert refused.value.returncode == 1
        assert not Step.objects.exists()

    def test_what_is_no_number_is_bad_usage(self, capsys: pytest.CaptureFixture[str]) -> None:
        from django.core.management import load_command_class

        command = load_command_class("gateways", "replay_callback")

        with pytest.raises(SystemExit) as ended:
            command.run_from_argv(["manage.py", "replay_callback", "x"])

        assert ended.value.code == 2
        assert "error: " in capsys.readouterr().err
