"""add_owner and change_owner: who may, what is refused, and what money that waits does."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Alert, Step
from core.refusals import Refused
from tests.money_in import allocated_payment
from tests.vault.owners.conftest import AT, PAYBILL, REASON, a_caller, owner_facts, property_facts
from vault.models import Owner, Partner, Property, Shortcode
from vault.operations.add_partner import add_partner
from vault.operations.owners import add_owner, change_owner
from vault.operations.properties import add_property

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=2)


def change(owner: Owner, **changes: Any) -> Any:
    return change_owner(
        owner_id=owner.pk, changes=changes, reason=REASON, caller=a_caller(), at=LATER
    )


class TestAdding:
    def test_the_owner_and_the_step(self, partner: Partner) -> None:
        row = add_owner(
            partner_id=partner.pk, facts=owner_facts(phone="0700 000 001"), caller=a_caller(),
            at=AT, reason="contract signed",
        )  # fmt: skip

        assert Owner.objects.get().phone == "254700000001"
        step = Step.objects.get(subject_type="Owner", subject_id=str(row.pk))
        assert (step.because, step.actor) == ("added: contract signed", "mwangi")

    @pytest.mark.parametrize(("auto", "when"), [(True, "at_once"), (False, "by_hand")])
    def test_without_a_plan_auto_disbursement_decides(
        self, partner: Partner, settings: Any, auto: bool, when: str
    ) -> None:
        settings.VAULT_AUTO_DISBURSEMENT = auto

        row = add_owner(
            partner_id=partner.pk, facts=owner_facts(forward_when=""), caller=a_caller(), at=AT
        )

        assert row.forward_when == when

    def test_a_taken_name_is_refused(self, owner: Owner) -> None:
        with pytest.raises(Refused, match="name: there is an owner called 'Amina Example'"):
            add_owner(partner_id=owner.partner_id, facts=owner_facts(), caller=a_caller(), at=AT)

    def test_another_partner_may_have_the_name(self, owner: Owner) -> None:
        other = add_partner(name="Other Example Ltd", actor="test", at=AT)

        add_owner(partner_id=other.pk, facts=owner_facts(), caller=a_caller(), at=AT)

        assert Owner.objects.count() == 2

    def test_who_may_not(self, partner: Partner) -> None:
        viewer = a_caller("vault.view_owner")
        elsewhere = a_caller("vault.add_owner", partners=[uuid.uuid4()])

        with pytest.raises(NotAllowed):
            add_owner(partner_id=partner.pk, facts=owner_facts(), caller=viewer, at=AT)
        with pytest.raises(Refused, match="partner: there is no active partner"):
            add_owner(partner_id=partner.pk, facts=owner_facts(), caller=elsewhere, at=AT)

    def test_a_wrong_field_is_named(self, partner: Partner) -> None:
        facts = owner_facts(receiver_account="12345678901234")

        with pytest.raises(Refused, match="receiver_account: has 14 characters"):
            add_owner(partner_id=partner.pk, facts=facts, caller=a_caller(), at=AT)

        assert not Owner.objects.exists()


class TestChanging:
    def test_what_differs_is_noted_with_old_and_new(self, owner: Owner) -> None:
        changed = change(owner, name="Amina A. Example", language="en")

        assert changed.names == ("name",)
        step = Step.objects.filter(subject_id=str(owner.pk)).latest("pk")
        assert step.because == f"changed: {REASON}"
        assert step.details == {
            "old": {"name": "Amina Example"},
            "new": {"name": "Amina A. Example"},
        }
        assert not Alert.objects.exists()

    def test_the_trail_is_for_people(self, owner: Owner) -> None:
        change(owner, forward_minimum_minor=100_000, is_active=False)

        step = Step.objects.filter(subject_id=str(owner.pk)).latest("pk")
        assert step.details["new"] == {"forward minimum": "KES 1,000.00", "is active": "no"}

    def test_nothing_that_differs_is_no_step(self, owner: Owner) -> None:
        before = Step.objects.count()

        assert change(owner, name="Amina Example").names == ()
        assert Step.objects.count() == before

    def test_another_kind_of_receiver_forgets_the_former(self, owner: Owner) -> None:
        change(owner, paid_to="till", receiver_number="600333")

        owner.refresh_from_db()
        assert (owner.receiver_number, owner.receiver_account) == ("600333", "")

    def test_who_may_not_and_what_is_not_known(self, owner: Owner) -> None:
        def attempt(**more: Any) -> None:
            change_owner(**{
                "owner_id": owner.pk, "changes": {"name": "X"}, "reason": REASON,
                "caller": a_caller(), "at": AT, **more,
            })  # fmt: skip

        with pytest.raises(NotAllowed):
            attempt(caller=a_caller("vault.view_owner"))
        with pytest.raises(Refused, match="there is no owner"):
            attempt(caller=a_caller("vault.change_owner", partners=[uuid.uuid4()]))
        with pytest.raises(Refused, match="there is no owner"):
            attempt(owner_id=uuid.uuid4())
        with pytest.raises(Refused, match="reason: write 8 to 500"):
            attempt(reason="short")
        with pytest.raises(Refused, match="balance: is not something to change"):
            attempt(changes={"balance": 1})
        assert Owner.objects.get().name == "Amina Example"

    def test_the_paybill_that_rent_comes_in_on_is_refused(
        self, owner: Owner, sunset: Property
    ) -> None:
        with pytest.raises(Refused, match="receiver_number: 600111 is where the rent of Sunset"):
            change(owner, receiver_number="600111")

        owner.refresh_from_db()
        assert owner.receiver_number == "600222"


class TestMoneyThatWaits:
    def test_it_goes_to_the_corrected_receiver_and_somebody_is_told(
        self, owner: Owner, sunset: Property
    ) -> None:
        waits = allocated_payment(sunset, at=AT)
        taken = allocated_payment(sunset, at=AT)
        type(taken).objects.filter(pk=taken.pk).update(forwarded_at=AT)

        changed = change(owner, receiver_number="600333", receiver_account="A1")

        waits.refresh_from_db()
        taken.refresh_from_db()
        assert (waits.receiver_number, waits.receiver_account) == ("600333", "A1")
        assert (waits.forward_due_at, waits.owed_minor) == (LATER, 950_000)
        assert taken.receiver_number == "600222"
        assert (changed.payments, changed.amount_minor) == (1, 950_000)
        alert = Alert.objects.get(kind="receiver_changed")
        assert "1 payment that waits follows (KES 9,500.00)" in alert.text
        assert "paybill 600222, account PROP001 to paybill 600333, account A1" in alert.text
        assert Step.objects.filter(
            subject_id=str(waits.pk), because="follows the changed plan of its owner"
        ).exists()

    def test_it_follows_another_plan_without_an_alert(
        self, owner: Owner, sunset: Property
    ) -> None:
        waits = allocated_payment(sunset, at=AT)

        change(owner, forward_when="monthly", forward_monthday=31)

        waits.refresh_from_db()
        assert f"{waits.forward_due_at:%Y-%m-%d %H:%M}" == "2026-11-30 06:00"
        assert not Alert.objects.exists()

    def test_by_hand_stops_it_and_at_once_lets_it_go(self, owner: Owner, sunset: Property) -> None:
        waits = allocated_payment(sunset, at=AT)

        change(owner, forward_when="by_hand")
        waits.refresh_from_db()
        assert waits.forward_due_at is None

        change(owner, forward_when="at_once")
        waits.refresh_from_db()
        assert waits.forward_due_at == LATER

    def test_a_property_that_is_paid_elsewhere_stays(
        self, owner: Owner, sunset: Property, shortcode: Shortcode
    ) -> None:
        own = property_facts(
            name="Sunrise", account_reference="RISE", **{**PAYBILL, "receiver_number": "600444"}
        )
        sunrise = add_property(owner_id=owner.pk, facts=own, caller=a_caller(), at=AT)
        here, there = allocated_payment(sunset, at=AT), allocated_payment(sunrise, at=AT)

        changed = change(owner, receiver_number="600333")

        here.refresh_from_db()
        there.refresh_from_db()
        assert (here.receiver_number, there.receiver_number) == ("600333", "600444")
        assert here.owed_minor
        assert changed.amount_minor == here.owed_minor + (there.owed_minor or 0)

    def test_what_was_paid_outside_is_not_paid_again_from_here(
        self, owner: Owner, sunset: Property
    ) -> None:
        change(owner, paid_to="nowhere")
        outside = allocated_payment(sunset, at=AT)

        changed = change(owner, **PAYBILL)
        again = change(owner, forward_when="daily")

        outside.refresh_from_db()
        assert (outside.paid_to, outside.forward_due_at) == ("nowhere", None)
        assert (changed.payments, again.payments) == (0, 0)

    def test_while_the_owner_is_disabled_it_waits(self, owner: Owner, sunset: Property) -> None:
        before = allocated_payment(sunset, at=AT)

        change(owner, is_active=False)
        meanwhile = allocated_payment(sunset, at=AT)
        before.refresh_from_db()
        assert (before.forward_due_at, meanwhile.forward_due_at) == (None, None)

        change(owner, is_active=True)
        for payment in (before, meanwhile):
            payment.refresh_from_db()
            assert payment.forward_due_at == LATER

    def test_a_fact_that_is_no_plan_moves_nothing(self, owner: Owner, sunset: Property) -> None:
        waits = allocated_payment(sunset, at=AT)

        changed = change(owner, name="Somebody Example")

        waits.refresh_from_db()
        assert waits.forward_due_at == AT
        assert changed.payments == 0
