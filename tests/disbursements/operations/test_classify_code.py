"""Staff edit what a code means: with a reason, on record, and it holds from then on."""

from typing import Any

import pytest

from core.models import Alert, Step
from disbursements.models import ResultCodeRule
from disbursements.operations.classify_code import BadRule, add_rule, edit_rule
from disbursements.operations.install_rules import install_rules
from disbursements.operations.judge import judge_answer
from tests.wire import MovedClock

NEVER = {"meaning": "Given up", "outcome": "failed", "next": "never", "scope": "payment"}


class TestEdit:
    def test_it_is_on_record_and_holds(self, engine_db: None, moved: MovedClock) -> None:
        rule = ResultCodeRule.objects.get(api="any", code="100000002")

        edit_rule(
            rule_id=rule.pk, changes={"next": "never"}, reason="agreed with M-Pesa",
            actor="amina", at=moved(),
        )  # fmt: skip

        step = Step.objects.get(subject_type="ResultCodeRule")
        assert judge_answer(api="b2c", code="100000002", text="", at=moved()).next_step == "never"
        assert (step.actor, step.details["old"]) == ("amina", {"next": "backoff"})

    def test_a_later_release_does_not_undo_it(self, engine_db: None, moved: MovedClock) -> None:
        rule = ResultCodeRule.objects.get(api="any", code="100000002")
        edit_rule(
            rule_id=rule.pk, changes={"next": "never"}, reason="agreed with M-Pesa",
            actor="amina", at=moved(),
        )  # fmt: skip

        added = install_rules(at=moved())

        rule.refresh_from_db()
        assert (added, rule.next, rule.is_default) == (0, "never", False)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"next": "never"}, "short"),
            ({"next": "never"}, "        "),
            ({"code": "1"}, "a good reason"),
            ({"next": "sometimes"}, "a good reason"),
            ({"outcome": "maybe"}, "a good reason"),
            ({"scope": "world"}, "a good reason"),
        ],
    )
    def test_nonsense_is_refused(
        self, engine_db: None, moved: MovedClock, changes: dict[str, Any], reason: str
    ) -> None:
        rule = ResultCodeRule.objects.get(api="any", code="100000002")

        with pytest.raises(BadRule):
            edit_rule(rule_id=rule.pk, changes=changes, reason=reason, actor="a", at=moved())

        rule.refresh_from_db()
        assert (rule.next, rule.is_default) == ("backoff", True)
        assert not Step.objects.filter(subject_type="ResultCodeRule").exists()


class TestAdd:
    def test_it_classifies_a_code_and_ends_its_alert(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        judge_answer(api="b2c", code="7777", text="New", at=moved())

        add_rule(
            api="b2c", code="7777", values=NEVER, reason="told by M-Pesa", actor="a", at=moved()
        )

        verdict = judge_answer(api="b2c", code="7777", text="New", at=moved())
        assert (verdict.next_step, verdict.classified) == ("never", True)
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_a_long_code_of_stripe_is_classified_everywhere(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        code = "a_code_of_tomorrow_that_is_as_long_as_stripes_codes_can_be_x"
        before = judge_answer(api="stripe", code=code, text="New", at=moved())

        add_rule(
            api="any", code=code, values=NEVER, reason="told by Stripe", actor="a", at=moved()
        )

        verdict = judge_answer(api="stripe", code=code, text="New", at=moved())
        assert (before.outcome, before.classified) == ("unknown", False)
        assert (verdict.next_step, verdict.classified) == ("never", True)
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_a_second_row_for_the_same_code_is_refused(
        self, engine_db: None, moved: MovedClock, together: Any
    ) -> None:
        def add() -> ResultCodeRule:
            return add_rule(
                api="b2c", code="7777", values=NEVER, reason="told by M-Pesa", actor="a",
                at=moved(),
            )  # fmt: skip

        results = together(*[add] * 4)

        assert sum(isinstance(each, BadRule) for each in results) == 3
        assert ResultCodeRule.objects.filter(api="b2c", code="7777").count() == 1
