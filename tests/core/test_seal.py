"""The chain over steps: whatever is changed behind its back is named."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core import seal
from core.models import Step, StepSeal
from core.seal import seal_steps, verify_steps

pytestmark = pytest.mark.django_db


def _steps(noon, *ids: int) -> None:
    Step.objects.bulk_create(
        Step(
            pk=pk, subject_type="Payout", subject_id=str(pk), from_status="a", to_status="b",
            because="wëll", actor="test", details={"b": [1, 2.5, None], "a": "☂"}, at=noon,
        )
        for pk in ids
    )  # fmt: skip


@pytest.fixture
def chain(noon) -> list[int]:
    """Six sealed steps; their ids."""
    _steps(noon, 11, 12, 13, 14, 15, 16)
    assert seal_steps(at=noon, limit=100) == 6
    return [11, 12, 13, 14, 15, 16]


def _behind_its_back(*statements: str) -> None:
    """What somebody with all rights on the database can do."""
    with connection.cursor() as cursor:
        for table in ("core_step", "core_stepseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in ("core_step", "core_stepseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _as_in_production(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL vault.emptied_by_tests = off")
        cursor.execute(statement)


class TestSealing:
    def test_steps_are_sealed_once_in_order(self, chain, noon):
        assert seal_steps(at=noon, limit=100) == 0
        seals = StepSeal.objects.order_by("number").values_list("number", "step_id")
        assert list(seals) == list(enumerate(chain, start=1))

    def test_a_limit_is_kept_and_the_next_call_goes_on(self, noon):
        _steps(noon, *range(1, 8))

        sealed = [seal_steps(at=noon, limit=3) for _ in range(4)]

        assert sealed == [3, 3, 1, 0]
        assert verify_steps().ok

    def test_a_step_that_commits_late_is_sealed_by_the_next_call(self, chain, noon):
        _steps(noon, 7)

        assert seal_steps(at=noon, limit=100) == 1
        assert verify_steps().ok
        assert verify_steps().unsealed == 0

    def test_one_from_before_the_margin_is_sealed_as_the_chain_grows(self, noon, monkeypatch):
        monkeypatch.setattr(seal, "MARGIN_STEPS", 5)
        _steps(noon, *range(100, 104))
        seal_steps(at=noon, limit=100)
        _steps(noon, 1, 2, 3, 4, 5, 6)

        missed = seal_steps(at=noon, limit=100)
        waiting = verify_steps().unsealed
        _steps(noon, 104, 105)
        sealed = [seal_steps(at=noon, limit=3) for _ in range(4)]

        assert (missed, waiting) == (0, 6)
        assert sealed == [3, 3, 2, 0]
        assert verify_steps().unsealed == 0
        assert verify_steps().ok


class TestVerifying:
    def test_an_empty_chain_holds(self):
        found = verify_steps()

        assert (found.ok, found.checked, found.head_number) == (True, 0, 0)

    def test_a_sound_chain_holds_and_tells_its_head(self, chain, noon):
        _steps(noon, 17)

        found = verify_steps()

        assert (found.ok, found.checked, found.unsealed, found.head_number) == (True, 6, 1, 6)
        assert found.head_digest_hex == StepSeal.objects.get(number=6).digest.hex()

    @pytest.mark.parametrize(
        ("statement", "named"),
        [
            ("UPDATE core_step SET because = 'other' WHERE id = 13", "step 13 does not fit"),
            ("UPDATE core_step SET actor = 'other' WHERE id = 11", "step 11 does not fit"),
            ("UPDATE core_step SET to_status = 'c' WHERE id = 16", "step 16 does not fit"),
            ("UPDATE core_step SET at = at + interval '1 us' WHERE id = 12", "step 12 does not"),
            ("UPDATE core_step SET recorded_at = now() + interval '1 s' WHERE id = 12", "step 12"),
            ("UPDATE core_step SET details = '{\"a\": 1}' WHERE id = 14", "step 14 does not fit"),
            ("UPDATE core_step SET subject_id = '99' WHERE id = 14", "step 14 does not fit"),
            ("DELETE FROM core_step WHERE id = 13", "step 13 was deleted"),
            ("UPDATE core_stepseal SET digest = '\\x00' WHERE number = 2", "seal 2"),
            ("UPDATE core_stepseal SET step_id = 99 WHERE number = 2", "step 99 was deleted"),
            ("UPDATE core_stepseal SET sealed_at = now() WHERE number = 5", "seal 5"),
            ("DELETE FROM core_stepseal WHERE number = 3", "seal 3 is missing"),
            ("DELETE FROM core_stepseal WHERE number = 1", "seal 1 is missing"),
            ("UPDATE core_stepseal SET number = 60 WHERE number = 4", "seal 4 is missing"),
        ],
    )
    def test_the_first_row_that_was_changed_is_named(self, chain, statement, named):
        _behind_its_back(statement)

        found = verify_steps()

        assert not found.ok
        assert named in found.first_broken

    def test_two_that_changed_places_are_found(self, chain):
        _behind_its_back(
            "UPDATE core_stepseal SET step_id = 999 WHERE number = 3",
            "UPDATE core_stepseal SET step_id = 13 WHERE number = 4",
            "UPDATE core_stepseal SET step_id = 14 WHERE number = 3",
        )

        assert "seal 3" in verify_steps().first_broken

    def test_a_step_and_its_seal_taken_out_together_are_found(self, chain):
        _behind_its_back(
            "DELETE FROM core_step WHERE id = 13", "DELETE FROM core_stepseal WHERE number = 3"
        )

        assert "seal 3 is missing" in verify_steps().first_broken


class TestHeadKeptOutside:
    def test_an_earlier_head_is_still_in_a_chain_that_grew(self, chain, noon):
        kept = verify_steps().head_digest_hex
        _steps(noon, 17, 18)
        seal_steps(at=noon, limit=100)

        assert verify_steps(expected_head=kept).ok
        assert verify_steps(expected_head=kept.upper()).ok

    def test_a_tail_that_was_cut_is_found_only_with_it(self, chain):
        kept = verify_steps().head_digest_hex
        _behind_its_back(
            "DELETE FROM core_stepseal WHERE number >= 5", "DELETE FROM core_step WHERE id >= 15"
        )

        assert verify_steps().ok
        assert "tail after seal 4" in verify_steps(expected_head=kept).first_broken

    def test_a_chain_written_anew_is_found_only_with_it(self, chain, noon):
        kept = verify_steps().head_digest_hex
        _behind_its_back(
            "UPDATE core_step SET because = 'forged' WHERE id = 13", "DELETE FROM core_stepseal"
        )
        seal_steps(at=noon, limit=100)

        assert verify_steps().ok
        assert not verify_steps(expected_head=kept).ok


class TestAppendOnly:
    @pytest.mark.parametrize("table", ["core_step", "core_stepseal"])
    @pytest.mark.parametrize(
        "statement", ["UPDATE {0} SET {1}", "DELETE FROM {0}", "TRUNCATE {0}"]
    )
    def test_nothing_is_changed_deleted_or_emptied(self, chain, table, statement):
        change = "because = 'x'" if table == "core_step" else "sealed_at = now()"

        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            _as_in_production(statement.format(table, change))

        assert verify_steps().checked == 6


class TestCommand:
    def _run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("verify_steps", *arguments, stdout=out)
        return out.getvalue()

    def test_it_tells_the_result_as_text_and_as_json(self, chain):
        assert "6 steps checked, 0 not sealed yet" in self._run()
        assert json.loads(self._run("--json"))["ok"] is True

    def test_a_broken_chain_is_exit_code_1(self, chain):
        _behind_its_back("DELETE FROM core_step WHERE id = 13")

        with pytest.raises(CommandError, match="step 13 was deleted") as caught:
            self._run("--json")

        assert caught.value.returncode == 1

    def test_a_head_that_is_not_there_is_exit_code_1(self, chain):
        with pytest.raises(CommandError, match="not in the chain") as caught:
            self._run("--expect-head", "0" * 64)

        assert caught.value.returncode == 1

    def test_a_head_that_is_none_is_not_understood(self):
        with pytest.raises(CommandError, match="64 digits"):
            self._run("--expect-head", "xyz")


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_many_sealers_make_one_chain(self, noon, together):
        _steps(noon, *range(1, 121))

        def sealing() -> int:
            return sum(seal_steps(at=noon, limit=7) for _ in range(10))

        answers = together(*[sealing] * 4)
        rest = seal_steps(at=noon, limit=1_000)

        assert sum(answers) + rest == 120
        assert verify_steps().ok
        assert verify_steps().checked == 120

    def test_a_step_that_is_not_committed_yet_is_left_and_sealed_afterwards(self, noon, together):
        with transaction.atomic():
            _steps(noon, 1)
            together(lambda: _steps(noon, 2, 3))
            meanwhile = together(lambda: seal_steps(at=noon, limit=10))

        assert meanwhile == [2]
        assert seal_steps(at=noon, limit=10) == 1
        sealed = StepSeal.objects.order_by("number").values_list("step_id", flat=True)
        assert list(sealed) == [2, 3, 1]
        assert verify_steps().ok
