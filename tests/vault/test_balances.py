"""Balances: asked for outside of transactions, believed once, told when the float runs low."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from core.models import Alert
from gateways import inbox, registry
from gateways.errors import Unreachable
from gateways.interface import (
    Acknowledgement,
    Arrival,
    BalanceAnswer,
    BalanceQuestion,
    Delivery,
    Rail,
    ShortcodeAccess,
    WalletBalance,
)
from gateways.memory import MemoryProvider
from gateways.models import Call
from vault.models import BalanceQuery, BalanceReading, Partner, Shortcode
from vault.operations.balances import (
    apply_balance_answer,
    ask_balances,
    record_utility_reading,
)

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def asked_secret(shortcode: Shortcode) -> bytes:
    """A question on record, as ask_balances leaves it."""
    secret = inbox.new_secret(provider="daraja", kind="balance")
    query = BalanceQuery.objects.create(
        shortcode=shortcode, secret_digest=inbox.secret_digest(secret), asked_at=AT
    )
    return bytes(query.secret_digest)


def arrival(digest: bytes, *, at: datetime = AT) -> Arrival:
    return Arrival(callback_id=1, secret_digest=digest, source_listed=True, received_at=at)


def answer(utility_minor: int = 0, *, code: str = "0", text: str = "done") -> BalanceAnswer:
    wallets = tuple(
        WalletBalance(
            name=name, currency="KES", current_minor=held, available_minor=held,
            reserved_minor=0, uncleared_minor=0,
        )
        for name, held in [("Working Account", 700), ("Utility Account", utility_minor),
                           ("Charges Paid Account", -1_540)]
    )  # fmt: skip
    return BalanceAnswer(
        query_conversation_id="AG_1", query_originator_id="o-1", code=code, text=text,
        wallets=wallets if code == "0" else (),
    )  # fmt: skip


def open_alerts() -> dict[str, str]:
    return dict(Alert.objects.filter(closed_at=None).values_list("kind", "key"))


@pytest.mark.django_db(transaction=True)
class TestAsking:
    def test_the_question_is_on_record_before_the_call_and_the_call_after(
        self, shortcode: Shortcode
    ) -> None:
        seen: list[int] = []

        class Watched:
            def __init__(self, access: ShortcodeAccess) -> None:
                self.real = MemoryProvider().disburser(access)

            def ask_balance(self, question: BalanceQuestion) -> Acknowledgement:
                from django.db import connection

                assert not connection.in_atomic_block
                seen.append(BalanceQuery.objects.count())
                return self.real.ask_balance(question)

        with registry.use_disburser(Rail.MPESA_B2C, Watched):  # type: ignore[arg-type]
            taken = ask_balances(at=AT)

        assert (taken, seen) == (1, [1])
        assert BalanceQuery.objects.get().conversation_id
        call = Call.objects.get()
        assert (call.kind, call.shortcode, call.subject_id) == (
            "balance", "600111", str(shortcode.pk)
        )  # fmt: skip

    def test_a_provider_that_is_away_is_told_and_the_next_shortcode_is_asked(
        self, shortcode: Shortcode
    ) -> None:
        class Away:
            def __init__(self, access: ShortcodeAccess) -> None: ...

            def ask_balance(self, question: BalanceQuestion) -> Acknowledgement:
                raise Unreachable("no route")

        with registry.use_disburser(Rail.MPESA_B2C, Away):  # type: ignore[arg-type]
            taken = ask_balances(at=AT)

        assert taken == 0
        assert open_alerts() == {"balance_refused": "600111"}
        assert BalanceQuery.objects.get().answered_at is None

    def test_only_active_owners_are_asked_for(self, shortcode: Shortcode) -> None:
        Partner.objects.update(is_active=False)

        with registry.use_disburser(Rail.MPESA_B2C, MemoryProvider().disburser):
            taken = ask_balances(at=AT)

        assert (taken, BalanceQuery.objects.count()) == (0, 0)

    def test_credentials_that_do_not_open_are_a_critical_alert(
        self, shortcode: Shortcode, settings: LazySettings
    ) -> None:
        from cryptography.fernet import Fernet

        settings.VAULT_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

        taken = ask_balances(at=AT)

        assert taken == 0
        assert Alert.objects.get().severity == "critical"

    def test_a_refused_initiator_is_not_asked_with_again(self, shortcode: Shortcode) -> None:
        refusal = answer(code="2001", text="The initiator information is invalid.")
        apply_balance_answer(event=refusal, arrival=arrival(asked_secret(shortcode)), at=AT)

        with registry.use_disburser(Rail.MPESA_B2C, MemoryProvider().disburser):
            blocked = ask_balances(at=AT)
            Alert.objects.update(closed_at=AT, closed_by="a person")
            asked = ask_balances(at=AT)

        assert (blocked, asked) == (0, 1)


class TestAnswers:
    def test_readings_of_every_wallet_are_written_once(self, shortcode: Shortcode) -> None:
        digest = asked_secret(shortcode)

        first = apply_balance_answer(event=answer(6_000_000), arrival=arrival(digest), at=AT)
        second = apply_balance_answer(event=answer(1), arrival=arrival(digest), at=AT)

        held = BalanceReading.objects.values_list("wallet__name", "available_minor")
        assert first == (Delivery.APPLIED, str(shortcode.pk))
        assert second == (Delivery.DUPLICATE, str(shortcode.pk))
        assert dict(held) == {
            "Working Account": 700, "Utility Account": 6_000_000, "Charges Paid Account": -1_540
        }  # fmt: skip
        assert open_alerts() == {}

    def test_an_answer_to_nothing_we_asked_is_unmatched(self, shortcode: Shortcode) -> None:
        delivery = apply_balance_answer(event=answer(1), arrival=arrival(b"x" * 32), at=AT)

        assert delivery == (Delivery.UNMATCHED, "")
        assert not BalanceReading.objects.exists()

    def test_a_queue_time_out_does_not_close_the_question(self, shortcode: Shortcode) -> None:
        digest = asked_secret(shortcode)
        late = answer(code="timeout", text="queue time-out")

        apply_balance_answer(event=late, arrival=arrival(digest), at=AT)
        delivery, _ = apply_balance_answer(event=answer(7), arrival=arrival(digest), at=AT)

        assert delivery == Delivery.APPLIED
        assert BalanceReading.objects.count() == 3


class TestLowFloat:
    def test_it_is_told_below_the_limit_and_closed_above(self, shortcode: Shortcode) -> None:
        low = arrival(asked_secret(shortcode))
        full = arrival(asked_secret(shortcode), at=AT + timedelta(minutes=15))

        apply_balance_answer(event=answer(4_999_999), arrival=low, at=AT)
        while_low = open_alerts()
        apply_balance_answer(event=answer(5_000_000), arrival=full, at=AT + timedelta(minutes=15))

        assert while_low == {"float_low": "600111"}
        assert "KES 49,999.99" in Alert.objects.get(kind="float_low").text
        assert open_alerts() == {}

    def test_a_late_answer_does_not_judge_over_a_newer_one(self, shortcode: Shortcode) -> None:
        late = arrival(asked_secret(shortcode), at=AT - timedelta(minutes=5))
        record_utility_reading(
            shortcode=shortcode, available_minor=9_000_000, currency="KES", at=AT
        )

        apply_balance_answer(event=answer(1), arrival=late, at=AT)

        assert open_alerts() == {}

    def test_a_payouts_result_counts_too_and_the_same_again_writes_nothing(
        self, shortcode: Shortcode
    ) -> None:
        for minute in range(3):
            record_utility_reading(
                shortcode=shortcode, available_minor=10_000, currency="KES",
                at=AT + timedelta(minutes=minute),
            )  # fmt: skip

        assert BalanceReading.objects.count() == 1
        assert BalanceReading.objects.get().source == "payout result"
        assert open_alerts() == {"float_low": "600111"}

    def test_no_limit_is_no_alert(self, shortcode: Shortcode) -> None:
        shortcode.low_float_minor = 0
        record_utility_reading(shortcode=shortcode, available_minor=0, currency="KES", at=AT)

        assert open_alerts() == {}
