"""Instructions: each once, however often and at however many doors it is said."""

from dataclasses import replace
from typing import Any

import pytest

from core.models import Step
from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import (
    BadInstruction,
    ConflictingReplay,
    Instructed,
    instruct,
    instruct_many,
)
from disbursements.operations.which_shortcode import NoShortcode
from disbursements.rules.intake import Instruction
from tests.wire import MovedClock
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner

GOOD = Instruction(client_reference="SAL-0001", msisdn="0712345678", amount="1250")


@pytest.fixture
def say(a_shortcode: Shortcode, moved: MovedClock) -> Any:
    def say_it(instruction: Instruction = GOOD, **more: Any) -> Instructed:
        facts = {"partner_id": a_shortcode.partner_id, "origin": "api", "actor": "test"}
        return instruct(instruction=instruction, at=moved(), **(facts | more))

    return say_it


class TestInstruct:
    def test_it_is_queued_with_its_step(self, say: Any, moved: MovedClock) -> None:
        row = say().disbursement

        step = Step.objects.get(subject_id=str(row.pk))
        assert (row.status, row.due_at, row.amount_minor) == ("queued", moved(), 125_000)
        assert (step.from_status, step.to_status, step.actor) == ("", "queued", "test")

    def test_the_same_again_is_the_same_payout(self, say: Any) -> None:
        first = say()

        again = say(replace(GOOD, msisdn="+254712345678", amount="1250.00"))

        assert (first.replayed, again.replayed) == (False, True)
        assert again.disbursement.pk == first.disbursement.pk
        assert (
            Step.objects.count()
            == 1 + Step.objects.exclude(subject_type="DisbursementRequest").count()
        )

    @pytest.mark.parametrize(
        "changes", [{"amount": "1251"}, {"msisdn": "0712345679"}, {"remarks": "Other"}]
    )
    def test_the_reference_with_another_body_is_refused(
        self, say: Any, changes: dict[str, str]
    ) -> None:
        say()

        with pytest.raises(ConflictingReplay, match="clientReference"):
            say(replace(GOOD, **changes))

        assert DisbursementRequest.objects.get().amount_minor == 125_000

    def test_the_key_with_another_body_is_refused(self, say: Any) -> None:
        say(idempotency_key="key-1")

        with pytest.raises(ConflictingReplay, match="Idempotency-Key"):
            say(replace(GOOD, client_reference="SAL-0002"), idempotency_key="key-1")

        assert DisbursementRequest.objects.count() == 1

    def test_twenty_at_once_are_one_payout(self, say: Any, together: Any) -> None:
        results = together(*[say] * 20)

        assert sum(not each.replayed for each in results) == 1
        assert len({each.disbursement.pk for each in results}) == 1
        assert DisbursementRequest.objects.count() == 1

    def test_of_two_different_ones_at_once_one_is_refused(self, say: Any, together: Any) -> None:
        results = together(say, lambda: say(replace(GOOD, amount="2000")))

        assert sum(isinstance(each, ConflictingReplay) for each in results) == 1
        assert DisbursementRequest.objects.count() == 1

    def test_nothing_of_a_bad_one_is_kept(self, say: Any) -> None:
        with pytest.raises(BadInstruction) as caught:
            say(replace(GOOD, amount="0", msisdn="letters"))

        assert {each.field for each in caught.value.problems} == {"amount", "msisdn"}
        assert not DisbursementRequest.objects.exists()

    def test_more_retries_than_allowed_are_refused(self, say: Any, settings: Any) -> None:
        settings.VAULT_MAX_RETRIES_LIMIT = 2

        default = say().disbursement
        with pytest.raises(BadInstruction):
            say(replace(GOOD, client_reference="SAL-0002", max_retries=3))

        assert default.max_retries == 2


class TestWhoseMoney:
    @pytest.fixture
    def stranger(self, engine_db: None, moved: MovedClock) -> Partner:
        return add_partner(name="Other Example Ltd", actor="test", at=moved())

    def test_another_partners_shortcode_is_refused(self, say: Any, stranger: Partner) -> None:
        with pytest.raises(NoShortcode):
            say(partner_id=stranger.pk, shortcode_number="600111")

        assert not DisbursementRequest.objects.exists()

    def test_an_inactive_partner_or_shortcode_is_refused(
        self, say: Any, a_shortcode: Shortcode
    ) -> None:
        Shortcode.objects.update(is_active=False)
        with pytest.raises(NoShortcode):
            say()
        Shortcode.objects.update(is_active=True)
        Partner.objects.update(is_active=False)

        with pytest.raises(NoShortcode):
            say()


class TestInstructMany:
    def many(self, shortcode: Shortcode, moved: MovedClock, *lines: Instruction) -> Any:
        return instruct_many(
            partner_id=shortcode.partner_id, instructions=list(enumerate(lines, start=2)),
            origin="file", origin_id="f", actor="test", at=moved(),
        )  # fmt: skip

    def test_new_known_and_wrong_lines_are_told_apart(
        self, say: Any, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        say()
        lines = (
            GOOD,
            replace(GOOD, client_reference="SAL-0002"),
            replace(GOOD, client_reference="SAL-0003", amount="x"),
        )

        found = self.many(a_shortcode, moved, *lines)

        assert (found.added, found.replayed) == (1, 1)
        assert [(each.line, each.field) for each in found.problems] == [(4, "amount")]

    def test_a_known_reference_for_another_payout_is_a_problem_of_its_line(
        self, say: Any, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        say()

        found = self.many(a_shortcode, moved, replace(GOOD, amount="9999"))

        assert (found.added, found.replayed) == (0, 0)
        assert found.problems[0].field == "client_reference"

    def test_the_same_file_at_two_doors_adds_each_line_once(
        self, a_shortcode: Shortcode, moved: MovedClock, together: Any
    ) -> None:
        lines = [replace(GOOD, client_reference=f"SAL-{number:04d}") for number in range(50)]

        results = together(*[lambda: self.many(a_shortcode, moved, *lines)] * 4)

        assert sum(each.added for each in results) == 50
        assert sum(each.replayed for each in results) == 150
        assert DisbursementRequest.objects.count() == 50
