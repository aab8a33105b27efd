"""pause, resume, pauses, release, ask: what they print, what they refuse, how they end."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import load_command_class

from core.models import Step
from disbursements.models import DisbursementRequest, Pause
from tests.commands import answer_of, refusal_of, said
from tests.disbursements.parking import FLOAT, park
from tests.wire import MovedClock

Sent = Callable[..., DisbursementRequest]
REASON = ("--reason", "float was topped up at 14:30")
NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"


class TestPause:
    @pytest.mark.parametrize("scope", ["everything", "partner", "rail", "shortcode"])
    def test_it_stops_what_it_names(self, a_shortcode: Any, scope: str) -> None:
        given, target, name = {
            "everything": ([], "", ""),
            "partner": ([str(a_shortcode.partner_id)], str(a_shortcode.partner_id),
                        "Umoja Example Ltd"),
            "rail": (["mpesa_b2c"], "mpesa_b2c", "mpesa_b2c"),
            "shortcode": (["600111"], str(a_shortcode.pk), "600111"),
        }[scope]  # fmt: skip

        answer = answer_of("pause", f"--{scope}", *given, *REASON)

        row = Pause.objects.get()
        assert (answer["id"], answer["scope"], answer["target"]) == (row.pk, scope, target)
        assert (answer["name"], answer["reason"]) == (name, REASON[1])
        assert (row.scope, row.target, row.ended_at) == (scope, target, None)
        assert row.started_by.startswith("command:")

    def test_the_text_tells_how_to_end_it(self, a_shortcode: Any) -> None:
        text = said("pause", "--shortcode", "600111", *REASON)

        number = Pause.objects.get().pk
        assert text.strip() == (
            f"Sending is paused: shortcode 600111. manage.py resume {number} ends it."
        )

    @pytest.mark.parametrize(
        ("what", "sentence"),
        [
            (("--partner", NOBODY), f"partner: there is no partner {NOBODY}"),
            (("--shortcode", "600999"), "shortcode: there is no shortcode '600999'"),
            (("--shortcode", ""), "shortcode: there is no shortcode ''"),
        ],
    )
    def test_a_target_that_is_not_there_is_refused(
        self, a_shortcode: Any, what: tuple[str, ...], sentence: str
    ) -> None:
        refused = refusal_of("pause", *what, *REASON)

        assert str(refused).startswith(sentence)
        assert refused.returncode == 1
        assert not Pause.objects.exists()

    def test_a_second_one_for_the_same_is_refused(self, engine_db: None) -> None:
        said("pause", "--everything", *REASON)

        refused = refusal_of("pause", "--everything", *REASON)

        assert "paused already" in str(refused)
        assert refused.returncode == 1
        assert Pause.objects.count() == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            [*REASON],
            ["--everything"],
            ["--everything", "--reason", "  short  "],
            ["--everything", "--reason", "x" * 501],
            ["--everything", "--shortcode", "600111", *REASON],
            ["--partner", "nobody", *REASON],
            ["--rail", "pigeon", *REASON],
        ],
    )
    def test_bad_usage_ends_with_2(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        command = load_command_class("disbursements", "pause")

        with pytest.raises(SystemExit) as ended:
            command.run_from_argv(["manage.py", "pause", *arguments])

        assert ended.value.code == 2
        assert "error: " in capsys.readouterr().err


class TestPauses:
    def test_those_that_are_on_are_listed(self, a_shortcode: Any) -> None:
        said("pause", "--shortcode", "600111", *REASON)
        said("pause", "--everything", *REASON)
        said("resume", str(Pause.objects.get(scope="everything").pk), *REASON)

        [line] = said("pauses").strip().split("\n")
        [listed] = answer_of("pauses")["pauses"]

        number = Pause.objects.get(scope="shortcode").pk
        assert line.startswith(f"{number}: shortcode 600111, since 21 Nov 2026, 11:00 EAT by ")
        assert line.endswith(f": {REASON[1]}")
        assert (listed["id"], listed["name"], listed["cause"]) == (number, "600111", "")
        assert listed["startedAt"] == "2026-11-21T08:00:00+00:00"

    def test_none_is_said_so(self, engine_db: None) -> None:
        assert said("pauses").strip() == "Nothing is paused."
        assert answer_of("pauses") == {"pauses": []}


class TestResume:
    def test_it_ends_the_pause_and_releases_what_was_parked(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = park(sent("00001"), reports, moved, FLOAT)
        paused = Pause.objects.get()

        answer = answer_of("resume", str(paused.pk), *REASON)

        paused.refresh_from_db()
        row.refresh_from_db()
        assert answer == {"id": paused.pk, "released": 1}
        assert (paused.ended_at, paused.end_reason) == (moved(), REASON[1])
        assert row.status == "retrying"

    def test_an_ended_one_and_one_that_never_was_are_refused(self, engine_db: None) -> None:
        said("pause", "--everything", *REASON)
        number = str(Pause.objects.get().pk)
        said("resume", number, *REASON)

        again = refusal_of("resume", number, *REASON)
        never = refusal_of("resume", "999999999999999999999", *REASON)

        assert str(again) == "This pause has ended already"
        assert str(never).startswith("pause: there is no pause 999")
        assert (again.returncode, never.returncode) == (1, 1)


class TestRelease:
    def test_a_dry_run_counts_and_changes_nothing(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = park(sent("00001"), reports, moved)

        answer = answer_of("release", "--cause", "b2c:5", *REASON, "--dry-run")

        row.refresh_from_db()
        assert answer == {
            "cause": "b2c:5", "released": 1, "dryRun": True, "totals": {"KES": "1250.00"}
        }  # fmt: skip
        assert row.status == "parked"

    def test_everything_parked_for_the_cause_goes(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = park(sent("00001"), reports, moved)

        answer = answer_of("release", "--cause", "b2c:5", *REASON)

        row.refresh_from_db()
        assert answer == {"cause": "b2c:5", "released": 1, "dryRun": False}
        assert row.status == "retrying"
        step = Step.objects.filter(subject_id=str(row.pk)).latest("id")
        assert step.because == f"released: {REASON[1]}"

    @pytest.mark.parametrize("more", [(), ("--dry-run",)])
    def test_another_cause_is_refused_and_those_there_are_named(
        self, sent: Sent, reports: Any, moved: MovedClock, more: tuple[str, ...]
    ) -> None:
        row = park(sent("00001"), reports, moved)

        refused = refusal_of("release", "--cause", "b2c:55", *REASON, *more)

        row.refresh_from_db()
        assert str(refused) == "cause: nothing is parked for 'b2c:55': give one of b2c:5 (1)"
        assert refused.returncode == 1
        assert row.status == "parked"


class TestAsk:
    def test_the_question_is_due_and_on_record(self, sent: Sent, moved: MovedClock) -> None:
        row = sent("00001")
        moved.forward(seconds=5)

        answer = answer_of("ask", str(row.pk))

        row.refresh_from_db()
        assert answer == {
            "id": str(row.pk), "clientReference": "REF-00001", "status": "accepted"
        }  # fmt: skip
        assert row.ask_at == moved()
        step = Step.objects.filter(subject_id=str(row.pk)).latest("id")
        assert (step.because, step.actor[:8]) == ("asked for by hand", "command:")

    def test_what_is_known_and_who_is_unknown_are_refused(self, sent: Sent, reports: Any) -> None:
        row = sent("00001")
        reports.paid(row)

        known = refusal_of("ask", str(row.pk))
        unknown = refusal_of("ask", NOBODY)

        assert str(known) == "This payout is completed: there is nothing to ask"
        assert str(unknown).startswith(f"id: there is no payout {NOBODY}")
        assert (known.returncode, unknown.returncode) == (1, 1)
