"""Settlements handed in, and winners paid, from the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from disbursements.models import (
    PayoutJob,
    PayoutTransfer,
)
from tests.commands import answer_of, refusal_of, said
from tests.contests import settle
from tests.striping import open_account, paid_twice, transfers
from tests.winners import account_of, an_account, payouts
from tests.wire import Wire
from vault.models import Partner

NOBODY = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
pytestmark = pytest.mark.usefixtures("stripe")
File = Callable[..., list[str]]


@pytest.fixture
def file(tmp_path: Path, a_partner: Partner) -> File:
    """The arguments that hand a file of winners in."""

    def written(content: str = "user_id,amount\nuser-1,50.00\nuser-2,30\n", **more: Any) -> Any:
        path = tmp_path / "winners.csv"
        path.write_text(content)
        named = {
            "partner": str(a_partner.pk), "settlement": "SET-1", "contest": "cup-1",
            "currency": "USD", "pool": "1000", **more,
        }  # fmt: skip
        options = [f"--{name}={value}" for name, value in named.items()]
        return ["import_settlement", str(path), *options]

    return written


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What it printed before it ended with exit code 1."""
    with pytest.raises(SystemExit) as ended:
        call_command(*arguments)
    assert ended.value.code == 1
    return capsys.readouterr().out


def receiving(wire: Wire, partner: Partner, *users: str) -> None:
    for user in users:
        open_account(wire, account_of(user))
        an_account(partner, user)


class TestImportSettlement:
    def test_a_file_is_a_payout_job(self, file: File) -> None:
        answer = answer_of(*file())

        job = PayoutJob.objects.get()
        assert answer == {
            "job": str(job.pk), "replayed": False, "winnersCount": 2, "total": "80.00",
            "currency": "USD", "status": "pending", "dryRun": False,
        }  # fmt: skip
        assert (job.origin, job.max_attempts, job.pool_minor) == ("file", 4, 100_000)
        assert job.created_by.startswith("command")
        assert [each.line for each in job.transfers.all()] == [2, 3]

    def test_the_same_file_again_adds_nothing(self, file: File) -> None:
        said(*file())

        assert "was handed in before, nothing was added" in said(*file())

        assert PayoutTransfer.objects.count() == 2

    def test_a_dry_run_says_what_would_be(self, file: File) -> None:
        text = said(*file(), "--dry-run")

        assert "SET-1 would be paid out: 2 winners, USD 80.00, from STRIPE" in text
        assert not PayoutJob.objects.exists()
        said(*file())
        assert answer_of(*file(), "--dry-run")["replayed"] is True

    def test_what_is_wrong_is_told_line_by_line(
        self, file: File, capsys: pytest.CaptureFixture[str]
    ) -> None:
        wrong = "user_id,amount\nuser-1,-5\nuser-2,ten\nuser-2,1\n"

        text = printed(capsys, *file(wrong))

        assert [line.partition(":")[0] for line in text.splitlines()] == [
            "line 2, amount", "line 3, amount", "line 4, user_id", "Nothing was added.",
        ]  # fmt: skip
        assert not PayoutJob.objects.exists()

    def test_for_scripts_too(self, file: File, capsys: pytest.CaptureFixture[str]) -> None:
        said(*file())

        answer = json.loads(printed(capsys, *file(settlement="SET-2"), "--json"))

        assert answer["error"] == "nothing was added"
        assert [each["line"] for each in answer["problems"]] == [2, 3]

    @pytest.mark.parametrize(
        ("more", "told"),
        [
            ({"partner": NOBODY}, "does not exist"), ({"account": "NONE"}, "NONE is not"),
            ({"content": "nothing"}, "lacks the column"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_done_is_one_sentence(
        self, file: File, more: dict[str, str], told: str
    ) -> None:
        assert told in str(refusal_of(*file(**more)))

    def test_another_content_under_the_same_settlement_is_refused(self, file: File) -> None:
        said(*file())

        assert "another content" in str(refusal_of(*file(pool="999")))

    def test_a_file_that_is_not_there(self, file: File) -> None:
        arguments = file()
        Path(arguments[1]).unlink()

        assert "cannot be read" in str(refusal_of(*arguments))


class TestRunPayouts:
    def test_until_idle_everybody_who_can_be_is_paid_once(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        receiving(wire, a_partner, "user-1", "user-2")
        job = settle(a_partner).job

        first = answer_of("run_payouts", "--until-idle")
        again = answer_of("run_payouts", "--until-idle")

        assert (first["done"]["send"], sum(again["done"].values())) == (2, 0)
        assert (len(transfers(wire)), paid_twice(wire)) == (2, [])
        job.refresh_from_db()
        assert job.status == "processing"

    def test_one_job_is_run_alone(self, wire: Wire, a_partner: Partner) -> None:
        receiving(wire, a_partner, "user-1", "user-2")
        settle(a_partner, {"user-1": "1"})
        second = settle(a_partner, {"user-2": "1"}, settlement_id="SET-2").job

        answer = answer_of("run_payouts", "--job", "SET-2", "--until-idle")

        assert (answer["job"]["id"], answer["job"]["status"]) == (str(second.pk), "complete")
        assert [each["destination"] for each in transfers(wire)] == [account_of("user-2")]

    def test_payouts_by_other_rails_are_left_alone(
        self, wire: Wire, a_partner: Partner, pay: Any
    ) -> None:
        row = pay()

        said("run_payouts", "--until-idle")

        row.refresh_from_db()
        assert (row.status, row.attempts_made) == ("queued", 0)

    def test_who_waited_is_paid_when_the_account_may_receive(
        self, wire: Wire, a_partner: Partner
    ) -> None:
        job = settle(a_partner, {"user-1": "1"}).job
        said("run_payouts", "--until-idle")
        assert payouts(job)["user-1"].status == "held"
        receiving(wire, a_partner, "user-1")

        answer = answer_of("run_payouts", "--until-idle")

        assert (answer["done"]["wake"], answer["done"]["send"]) == (1, 1)
        assert answer["done"]["follow"] == 1

    @pytest.mark.parametrize("job", ["NONE", NOBODY])
    def test_no_such_job(self, job: str) -> None:
        assert "job" in str(refusal_of("run_payouts", "--job", job))
