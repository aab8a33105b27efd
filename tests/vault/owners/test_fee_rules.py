"""add_fee_rule and terms_for: the nearest rule, the latest that was valid when it was paid."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Step
from core.refusals import Refused
from tests.money_in import allocated_payment
from tests.vault.owners.conftest import AT, a_caller
from vault.models import FeeRule, Owner, Partner, Property
from vault.operations.fee_rules import add_fee_rule
from vault.queries.fees import terms_for
from vault.rules.fees import Terms

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def add(rate_bps: int, *, after: timedelta = timedelta(), **whose: Any) -> FeeRule:
    return add_fee_rule(
        terms=Terms(rate_bps=rate_bps), valid_from=AT + after, caller=a_caller(), at=AT, **whose
    )


def rate(sunset: Property, *, after: timedelta = timedelta()) -> int:
    return terms_for(property=sunset, at=AT + after).terms.rate_bps


class TestWhichHolds:
    def test_without_any_it_is_the_settings(self, sunset: Property, settings: Any) -> None:
        settings.VAULT_PLATFORM_FEE_BPS = 750

        valid = terms_for(property=sunset, at=AT)

        assert (valid.terms, valid.rule) == (Terms(rate_bps=750), None)
        assert valid.words == "7.5 %, for all"

    def test_property_before_owner_before_partner(self, owner: Owner, sunset: Property) -> None:
        add(100, partner_id=owner.partner_id)
        assert rate(sunset) == 100

        add(200, owner_id=owner.pk)
        assert rate(sunset) == 200

        rule = add(300, property_id=sunset.pk)
        add(400, partner_id=owner.partner_id, after=DAY)
        assert rate(sunset, after=2 * DAY) == 300
        assert terms_for(property=sunset, at=AT).rule == rule

    def test_the_latest_that_was_valid_by_then(self, owner: Owner, sunset: Property) -> None:
        add(100, owner_id=owner.pk)
        add(200, owner_id=owner.pk, after=DAY)

        assert rate(sunset, after=-DAY) == 500
        assert rate(sunset) == 100
        assert rate(sunset, after=DAY - timedelta(microseconds=1)) == 100
        assert rate(sunset, after=DAY) == 200

    def test_rules_of_others_do_not_hold(self, partner: Partner, sunset: Property) -> None:
        stranger = Owner.objects.create(
            partner=partner, name="Stranger Example", paid_to="nowhere", forward_when="by_hand",
            created_at=AT,
        )  # fmt: skip
        add(900, owner_id=stranger.pk)

        assert rate(sunset) == 500

    def test_a_payment_keeps_the_rule_that_was_valid_when_it_was_paid(
        self, owner: Owner, sunset: Property
    ) -> None:
        before = allocated_payment(sunset, at=AT)
        rule = add(1_000, owner_id=owner.pk, after=DAY)

        late = allocated_payment(sunset, at=AT + 2 * DAY, paid_at=AT)
        after = allocated_payment(sunset, at=AT + 2 * DAY)

        before.refresh_from_db()
        assert (before.fee_minor, late.fee_minor, after.fee_minor) == (50_000, 50_000, 100_000)
        assert (late.fee_rule, after.fee_rule) == (None, rule)


class TestAdding:
    def test_the_rule_and_the_step(self, owner: Owner) -> None:
        row = add_fee_rule(
            terms=Terms(rate_bps=500, minimum_minor=5_000, maximum_minor=50_000),
            owner_id=owner.pk, caller=a_caller(), at=AT, reason="contract of November",
        )  # fmt: skip

        assert (row.partner_id, row.valid_from, row.created_by) == (owner.partner_id, AT, "mwangi")
        step = Step.objects.get(subject_type="FeeRule", subject_id=str(row.pk))
        assert step.because == "added: contract of November"

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            (Terms(rate_bps=10_001), "percent"),
            (Terms(rate_bps=-1), "percent"),
            (Terms(flat_minor=50), "flat"),
            (Terms(flat_minor=-100), "flat"),
            (Terms(minimum_minor=10_050), "minimum"),
            (Terms(minimum_minor=10_000, maximum_minor=5_000), "maximum"),
        ],
    )
    def test_what_is_wrong_is_named(self, owner: Owner, terms: Terms, field: str) -> None:
        with pytest.raises(Refused, match=f"^{field}: "):
            add_fee_rule(terms=terms, owner_id=owner.pk, caller=a_caller(), at=AT)

        assert not FeeRule.objects.exists()

    def test_nothing_is_changed_backwards_or_twice(self, owner: Owner) -> None:
        with pytest.raises(Refused, match="valid_from: a rule does not change what was paid"):
            add(100, owner_id=owner.pk, after=-DAY)

        add(100, owner_id=owner.pk)
        with pytest.raises(Refused, match="valid_from: there is a rule from that moment"):
            add(200, owner_id=owner.pk)

    def test_one_thing_is_named_and_within_reach(self, owner: Owner, sunset: Property) -> None:
        elsewhere = a_caller("vault.add_feerule", partners=[uuid.uuid4()])

        with pytest.raises(Refused, match="of: name one of"):
            add(100, owner_id=owner.pk, property_id=sunset.pk)
        with pytest.raises(Refused, match="of: name one of"):
            add(100)
        with pytest.raises(Refused, match="property: there is no property"):
            add(100, property_id=uuid.uuid4())
        for whose in ({"owner_id": owner.pk}, {"partner_id": owner.partner_id}):
            with pytest.raises(Refused, match="there is no"):
                add_fee_rule(terms=Terms(), caller=elsewhere, at=AT, **whose)
        with pytest.raises(NotAllowed):
            add_fee_rule(
                terms=Terms(), caller=a_caller("vault.change_owner"), at=AT, owner_id=owner.pk
            )
