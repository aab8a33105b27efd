"""Which loans of a product are paid by themselves."""

from dataclasses import replace
from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Step
from core.refusals import Refused
from loans.models import LoanProductAutoDisbursalConfig
from loans.operations.products import save_product
from loans.rules.product_values import ProductValues
from tests.loans.connections.conftest import AMINA, REASON
from tests.wire import MovedClock
from vault.models import Partner
from vault.operations.add_partner import add_partner

VALUES = ProductValues(min_amount_minor=100_000, max_amount_minor=5_000_000, enabled=True)


def saved(partner: Partner, moved: MovedClock, product_id: int = 7, **changes: Any) -> Any:
    return save_product(
        partner_id=partner.pk, product_id=product_id, values=replace(VALUES, **changes),
        reason=REASON, caller=AMINA, at=moved(),
    )  # fmt: skip


class TestAProduct:
    def test_it_is_added(self, a_partner: Partner, moved: MovedClock) -> None:
        row = saved(a_partner, moved, daily_count_max=20)

        kept = LoanProductAutoDisbursalConfig.objects.get()
        assert kept == row
        assert (kept.enabled, kept.auto_approve, kept.daily_count_max) == (True, False, 20)
        assert Step.objects.latest("id").because == f"added: {REASON}"

    def test_it_is_changed_with_a_step_that_names_old_and_new(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        saved(a_partner, moved)

        saved(a_partner, moved, auto_approve=True, max_amount_minor=6_000_000)

        step = Step.objects.latest("id")
        assert LoanProductAutoDisbursalConfig.objects.get().auto_approve
        assert step.details["old"] == {"max amount": "KES 50,000.00", "auto approve": "no"}
        assert step.details["new"] == {"max amount": "KES 60,000.00", "auto approve": "yes"}

    def test_the_same_again_changes_nothing(self, a_partner: Partner, moved: MovedClock) -> None:
        saved(a_partner, moved)
        before = Step.objects.count()

        saved(a_partner, moved)

        assert Step.objects.count() == before

    def test_two_partners_have_each_their_own(self, a_partner: Partner, moved: MovedClock) -> None:
        other = add_partner(name="Upendo Example Ltd", actor="test", at=moved())
        saved(a_partner, moved)

        saved(other, moved, max_amount_minor=200_000)

        amounts = LoanProductAutoDisbursalConfig.objects.values_list("max_amount_minor", flat=True)
        assert set(amounts) == {5_000_000, 200_000}

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"product_id": 0}, "product_id"),
            ({"min_amount_minor": 100_050}, "min_amount_minor"),
            ({"min_amount_minor": 900}, "min_amount_minor"),
            ({"max_amount_minor": 25_000_100}, "max_amount_minor"),
            ({"max_amount_minor": 50_000}, "max_amount_minor"),
            ({"currency": "USD"}, "currency"),
            ({"daily_count_max": -1}, "daily_count_max"),
            ({"daily_amount_max_minor": -1}, "daily_amount_max_minor"),
            ({"product_name": "a\nb"}, "product_name"),
        ],
    )
    def test_each_wrong_field_is_named(
        self, a_partner: Partner, moved: MovedClock, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Refused) as refusal:
            saved(a_partner, moved, **changes)

        assert refusal.value.field == field
        assert not LoanProductAutoDisbursalConfig.objects.exists()

    def test_to_change_is_another_permission_than_to_add(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        saved(a_partner, moved)
        adds = frozenset({"loans.add_loanproductautodisbursalconfig"})

        with pytest.raises(NotAllowed, match="change_"):
            save_product(
                partner_id=a_partner.pk, product_id=7, values=VALUES, reason=REASON,
                caller=replace(AMINA, permissions=adds), at=moved(),
            )  # fmt: skip
