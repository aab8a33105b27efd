"""Notices of payments: once each, only what was switched on, only from then on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.callers import Caller, NotAllowed
from core.models import Step
from core.refusals import Refused
from tests.money_in import allocated_payment, full, make_tenant, received_payment
from tests.vault.notices.conftest import OPERATOR, OTHER_PHONE, OWNER_PHONE, REASON, TENANT_PHONE
from tests.wire import START, MovedClock
from vault.models import Notice, NoticeSetting, Owner, Partner, Property, Tenant
from vault.operations.allocate_by_hand import allocate_by_hand
from vault.operations.notices import change_setting, notice_payments
from vault.operations.take_back import take_back

pytestmark = pytest.mark.usefixtures("engine_db")


class TestWhatIsTold:
    def test_a_tenant_is_told_at_the_phone_that_paid_with_the_receipts_link(
        self, house: Property, tenant: Tenant, switched: Callable[..., Any]
    ) -> None:
        switched("rent_received")
        payment = allocated_payment(house, tenant, payer=full(TENANT_PHONE))

        written = notice_payments(at=START)

        [notice] = Notice.objects.all()
        assert written == 1
        assert (notice.to, notice.channel, notice.language) == (TENANT_PHONE, "sms", "en")
        assert notice.reference == f"rent_received:{payment.pk}:{tenant.pk}:sms"
        assert "Rose Court Example, A7" in notice.text
        assert "/r/" in notice.text
        assert notice.due_at == START

    def test_a_stranger_who_paid_is_not_written_to(
        self, house: Property, tenant: Tenant, switched: Callable[..., Any]
    ) -> None:
        switched("rent_received")
        allocated_payment(house, tenant, payer=full("254700099999"))

        notice_payments(at=START)

        assert Notice.objects.get().to == OTHER_PHONE

    def test_an_owner_is_told_in_their_language_by_both_ways(
        self, house: Property, tenant: Tenant, switched: Callable[..., Any]
    ) -> None:
        switched("rent_for_owner", by_email=True)
        allocated_payment(house, tenant)

        notice_payments(at=START)

        sms = Notice.objects.get(channel="sms")
        email = Notice.objects.get(channel="email")
        assert (sms.to, email.to) == (OWNER_PHONE, "amina@example.org")
        assert "imepokelewa" in sms.text
        assert email.subject.startswith("Kodi imepokelewa: KES 10,000")
        assert "Yako: KES 9,500" in email.text

    def test_who_cannot_be_reached_is_left_out_and_stops_nobody(
        self, owner: Owner, house: Property, tenant: Tenant, switched: Callable[..., Any]
    ) -> None:
        switched("rent_received", by_email=True)
        silent = make_tenant(house)
        allocated_payment(house, silent)
        allocated_payment(house, None)
        allocated_payment(house, tenant)

        written = notice_payments(at=START)

        assert written == 2
        assert not Notice.objects.exclude(reference__contains=str(tenant.pk)).exists()

    def test_what_is_nobodys_is_told_to_nobody(
        self, house: Property, tenant: Tenant, switched: Callable[..., Any]
    ) -> None:
        switched("rent_received")
        switched("rent_for_owner")
        received_payment(house.shortcode)

        assert notice_payments(at=START) == 0

    def test_a_payment_given_to_another_tenant_is_told_to_that_one(
        self, house: Property, tenant: Tenant, switched: Callable[..., Any], moved: MovedClock
    ) -> None:
        switched("rent_received")
        payment = allocated_payment(house, tenant)
        notice_payments(at=START)
        other = make_tenant(house, phones=("254700010009",))
        later = moved.forward(minutes=10)
        values: dict[str, Any] = {"payment_id": payment.pk, "reason": REASON, "caller": OPERATOR}
        take_back(**values, at=later)
        allocate_by_hand(
            **values, property_id=house.pk, tenant_id=other.pk, remember=False, at=later
        )

        notice_payments(at=later)

        assert [row.to for row in Notice.objects.order_by("created_at")] == [
            OTHER_PHONE,
            "254700010009",
        ]

    def test_what_was_not_sent_yet_is_not_told_to_the_wrong_one(
        self, house: Property, tenant: Tenant, switched: Callable[..., Any]
    ) -> None:
        for kind in ("rent_received", "rent_for_owner"):
            switched(kind)
        payment, other = allocated_payment(house, tenant), allocated_payment(house, tenant)
        notice_payments(at=START)

        take_back(payment_id=payment.pk, reason=REASON, caller=OPERATOR, at=START)

        found = Notice.objects.values_list("state", "due_at", "reference")
        assert [row[:2] for row in found if str(payment.pk) in row[2]] == [("given_up", None)] * 2
        assert [row[:2] for row in found if str(other.pk) in row[2]] == [("due", START)] * 2


class TestOnce:
    def test_again_and_together_write_one(
        self,
        house: Property,
        tenant: Tenant,
        switched: Callable[..., Any],
        together: Callable[..., list[Any]],
    ) -> None:
        switched("rent_received")
        allocated_payment(house, tenant)

        together(*[lambda: notice_payments(at=START)] * 4)
        again = notice_payments(at=START)

        assert again == 0
        assert Notice.objects.count() == 1


class TestWhen:
    def test_everything_is_off_at_first(self, house: Property, tenant: Tenant) -> None:
        allocated_payment(house, tenant)

        assert notice_payments(at=START) == 0

    def test_switching_on_tells_nothing_of_before(
        self, house: Property, tenant: Tenant, switched: Callable[..., Any]
    ) -> None:
        allocated_payment(house, tenant, at=START)
        switched("rent_received", at=START + timedelta(minutes=1))
        allocated_payment(house, tenant, at=START + timedelta(minutes=2))

        written = notice_payments(at=START + timedelta(minutes=3))

        assert written == 1

    def test_after_two_days_it_is_not_told_any_more(
        self, house: Property, tenant: Tenant, switched: Callable[..., Any]
    ) -> None:
        switched("rent_received")
        allocated_payment(house, tenant)

        late = notice_payments(at=START + timedelta(days=2, minutes=1))
        in_time = notice_payments(at=START + timedelta(days=1, hours=23))

        assert (late, in_time) == (0, 1)

    @pytest.mark.parametrize(
        ("hour", "minute", "due_day", "due_hour"),
        [(20, 59, 21, 20), (21, 0, 22, 7), (23, 30, 22, 7), (3, 0, 21, 7), (7, 0, 21, 7)],
    )
    def test_no_sms_at_night(
        self,
        house: Property,
        tenant: Tenant,
        switched: Callable[..., Any],
        hour: int,
        minute: int,
        due_day: int,
        due_hour: int,
    ) -> None:
        # In Nairobi it is three hours later than in UTC.
        local = START.replace(hour=0) + timedelta(hours=hour - 3, minutes=minute)
        switched("rent_received", by_email=True, at=local - timedelta(hours=1))
        allocated_payment(house, tenant, at=local)

        notice_payments(at=local)

        sms, email = Notice.objects.get(channel="sms"), Notice.objects.get(channel="email")
        expected = START.replace(day=due_day, hour=0) + timedelta(hours=due_hour - 3)
        assert sms.due_at == expected + timedelta(minutes=minute if hour == 20 else 0)
        assert email.due_at == local


class TestSwitching:
    def test_on_and_off_are_noted_with_the_reason(
        self, a_partner: Partner, switched: Callable[..., NoticeSetting]
    ) -> None:
        row = switched("rent_received", by_email=True)
        switched("rent_received", by_sms=False, by_email=True, at=START + timedelta(days=1))

        row.refresh_from_db()
        steps = Step.objects.filter(subject_id=str(row.pk)).order_by("pk")
        assert (row.sms_since, row.email_since) == (None, START)
        assert [step.because for step in steps] == [
            f"rent_received: sms on, email on: {REASON}",
            f"rent_received: sms off: {REASON}",
        ]

    def test_what_is_so_already_is_refused(self, switched: Callable[..., NoticeSetting]) -> None:
        switched("rent_received")

        with pytest.raises(Refused, match="it is so already"):
            switched("rent_received")

        with pytest.raises(Refused, match="it is so already"):
            switched("forward_failed", by_sms=False)

        assert NoticeSetting.objects.count() == 1

    @pytest.mark.parametrize(
        ("changed", "names"),
        [({"kind": "birthday"}, "kind"), ({"reason": "short"}, "reason"),
         ({"partner_id": "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"}, "partner")],
    )  # fmt: skip
    def test_bad_input_names_the_field(
        self, switched: Callable[..., NoticeSetting], changed: dict[str, str], names: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            switched(**{"kind": "rent_received"} | changed)

        assert refused.value.field == names

    def test_another_partners_staff_and_those_without_the_permission_are_refused(
        self, a_partner: Partner
    ) -> None:
        elsewhere = Caller(
            actor="x", origin="admin", partners=frozenset(),
            permissions=frozenset({"vault.change_noticesetting"}),
        )  # fmt: skip
        nobody = Caller(actor="x", origin="admin", partners=None, permissions=frozenset())
        values: dict[str, Any] = {
            "partner_id": a_partner.pk, "kind": "rent_received", "by_sms": True,
            "by_email": False, "reason": REASON, "at": START,
        }  # fmt: skip

        with pytest.raises(Refused, match="there is no partner"):
            change_setting(**values, caller=elsewhere)
        with pytest.raises(NotAllowed):
            change_setting(**values, caller=nobody)

        assert not NoticeSetting.objects.exists()
