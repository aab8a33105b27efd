"""A Stripe account gets a new key only when that is proven to be of the same account."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from core.models import Step
from core.refusals import Refused
from disbursements import jobs
from disbursements.models import DisbursementRequest, SettledAs, Settlement
from disbursements.operations.change_platform_key import change_platform_key
from disbursements.states import SettlementStatus
from gateways import registry
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import Rail
from gateways.memory.platform import MemoryPlatform
from gateways.memory.transfers import memory_transferrer
from gateways.models import Call
from tests.commands import answer_of, refusal_of
from tests.disbursements.transfers.at_stripe import TRANSFERS, goes_wrong
from tests.disbursements.transfers.conftest import Won
from tests.striping import believe_keys, script
from tests.winners import SECRET_KEY, account_of, attempts, payout
from tests.wire import MovedClock, Wire
from vault.models import Shortcode

NEWER, ANOTHERS = "sk_test_2", "sk_test_Another1"
WHY = "rolled in the Dashboard"
VARIABLE = "VAULT_STRIPE_SECRET_KEY"


@pytest.fixture
def change(moved: MovedClock) -> Any:
    def to(secret_key: str | None = NEWER, **more: Any) -> tuple[str, ...]:
        return change_platform_key(
            number="STRIPE", secret_key=secret_key, reason=WHY, actor="amina", at=moved(), **more
        ).names

    return to


@pytest.fixture
def another_account() -> Iterator[MemoryPlatform]:
    """Whoever asks now asks a Stripe account that never paid anybody."""
    platform = MemoryPlatform()
    with registry.use_transferrer(Rail.STRIPE_TRANSFER, memory_transferrer(platform)):
        yield platform


def key() -> str:
    return Shortcode.objects.get(number="STRIPE").platform_access().secret_key


def settled_by_persons(row: DisbursementRequest, at: datetime) -> None:
    """As if two persons had said that it was paid by this transfer."""
    Settlement.objects.create(
        disbursement=row, attempt=attempts(row)[0], status=SettlementStatus.APPROVED,
        status_at=at, settled_as=SettledAs.PAID, receipt=row.receipt or "", paid_at=at,
        evidence="seen in the Dashboard", reason=WHY, proposed_by="amina", proposed_at=at,
        decided_by="brian", decided_at=at,
    )  # fmt: skip


class TestOfWhatPaid:
    def test_a_key_that_finds_its_latest_transfer_is_taken(
        self, wire: Wire, paid: DisbursementRequest, change: Any
    ) -> None:
        assert change() == ("secret-key",)

        step = Step.objects.filter(subject_id=str(paid.shortcode_id)).latest("id")
        assert key() == NEWER
        assert wire.paths == [f"{TRANSFERS}/{paid.receipt}"]
        assert (step.actor, step.because) == ("amina", f"changed: secret-key: {WHY}")

    def test_the_question_is_in_the_log_without_a_key(
        self, paid: DisbursementRequest, change: Any
    ) -> None:
        change()

        call = Call.objects.get(kind="key")
        assert (call.shortcode, call.http_status) == ("STRIPE", 200)
        assert NEWER not in f"{call.url} {call.request_body} {call.response_body}"

    def test_a_key_of_another_account_is_refused(
        self, paid: DisbursementRequest, another_account: MemoryPlatform, change: Any
    ) -> None:
        with pytest.raises(Refused, match="belongs to another Stripe account") as refused:
            change(ANOTHERS)

        assert refused.value.field == "secret-key"
        assert "add_stripe_account" in str(refused.value)
        assert ANOTHERS not in str(refused.value)
        assert key() == SECRET_KEY

    def test_also_where_the_real_adapter_is_told_that_it_is_not_there(
        self, wire: Wire, paid: DisbursementRequest, change: Any
    ) -> None:
        del wire.simulator.stripe.state.tables["transfer"][paid.receipt or ""]

        with pytest.raises(Refused, match="belongs to another Stripe account"):
            change(ANOTHERS)

        assert key() == SECRET_KEY

    @pytest.mark.parametrize("refused_key", ["sk_test_wrong", "sk_test_expired", "sk_test_denied"])
    def test_a_key_that_stripe_refuses_is_refused(
        self, paid: DisbursementRequest, change: Any, refused_key: str
    ) -> None:
        with pytest.raises(Refused, match="Stripe refuses this key") as refused:
            change(refused_key)

        assert refused.value.field == "secret-key"
        assert refused_key not in str(refused.value)
        assert key() == SECRET_KEY

    def test_without_an_answer_nothing_is_changed(
        self, wire: Wire, paid: DisbursementRequest, change: Any
    ) -> None:
        goes_wrong(wire, "transfer_read_error")

        with pytest.raises(Refused, match=r"could not be checked .* nothing was changed; try"):
            change()

        assert key() == SECRET_KEY

    @pytest.mark.parametrize("error", [
        Unreachable("Connection refused"), Unclear("No answer in time"),
        Declined("Unrecognized request URL", code="404"),
    ])  # fmt: skip
    def test_nor_where_the_answer_tells_nothing_of_the_key(
        self, paid: DisbursementRequest, change: Any, error: GatewayError
    ) -> None:
        class Silent:
            def fetch(self, provider_id: str) -> None:
                raise error

        silent: Any = Silent()

        with (
            registry.use_transferrer(Rail.STRIPE_TRANSFER, lambda _: silent),
            pytest.raises(Refused, match="could not be checked"),
        ):
            change()

        assert key() == SECRET_KEY

    def test_one_that_came_back_proves_it_as_well(
        self, wire: Wire, paid: DisbursementRequest, change: Any
    ) -> None:
        DisbursementRequest.objects.filter(pk=paid.pk).update(
            status="returned", returned_minor=paid.amount_minor
        )

        change()

        assert wire.paths == [f"{TRANSFERS}/{paid.receipt}"]

    def test_a_transfer_that_persons_named_proves_nothing(
        self, wire: Wire, paid: DisbursementRequest, change: Any, moved: MovedClock
    ) -> None:
        settled_by_persons(paid, moved())

        assert change() == ("secret-key",)

        assert wire.paths == []

    def test_the_same_key_and_other_wishes_are_not_asked_about(
        self, wire: Wire, paid: DisbursementRequest, change: Any
    ) -> None:
        assert change(SECRET_KEY, tps_limit=10) == ("tps-limit",)
        assert change(None, is_active=False) == ("active",)

        assert wire.paths == []

    def test_a_key_of_the_other_mode_is_not_asked_about(
        self, wire: Wire, paid: DisbursementRequest, change: Any
    ) -> None:
        with pytest.raises(Refused, match="test mode"):
            change("sk_live_Second2")

        assert wire.paths == []

    def test_a_key_that_does_not_open_any_more_is_replaced_by_one_that_is_proven(
        self, paid: DisbursementRequest, another_account: MemoryPlatform, change: Any
    ) -> None:
        Shortcode.objects.update(sealed_credentials="not sealed by us")

        with pytest.raises(Refused, match="another Stripe account"):
            change(ANOTHERS)


class TestWhereNothingWasPaid:
    def test_any_key_is_taken_while_nothing_is_open(
        self, wire: Wire, won: Won, change: Any
    ) -> None:
        won()

        assert change() == ("secret-key",)

        assert (key(), wire.paths) == (NEWER, [])

    def test_also_after_the_first_key_was_refused(self, wire: Wire, won: Won, change: Any) -> None:
        row = payout(won())
        believe_keys(wire, NEWER)
        jobs.send()

        change()

        row.refresh_from_db()
        assert (key(), row.status) == (NEWER, "parked")

    @pytest.mark.parametrize("fault", ["transfer_lost", "transfer_drop"])
    def test_an_unknown_outcome_forbids_it(self, unclear: Any, change: Any, fault: str) -> None:
        unclear(fault)

        with pytest.raises(Refused, match="outcomes are open: 1") as refused:
            change(ANOTHERS)

        assert refused.value.field == "secret-key"
        assert key() == SECRET_KEY

    def test_each_open_outcome_is_counted_once(self, wire: Wire, won: Won, change: Any) -> None:
        won({"user-1": 1000, "user-2": 1000})
        for user_id in ("user-1", "user-2"):
            script(wire, account_of(user_id), "transfer_lost")
        jobs.send()

        with pytest.raises(Refused, match="outcomes are open: 2"):
            change()

    def test_its_limit_changes_all_the_same(self, unclear: Any, change: Any) -> None:
        unclear()

        assert change(None, tps_limit=10) == ("tps-limit",)


class TestTheCommand:
    def test_it_takes_a_proven_key(
        self, paid: DisbursementRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(VARIABLE, NEWER)

        answer = answer_of("change_stripe_key", "STRIPE", "--reason", WHY)

        assert (answer["changed"], key()) == (["secret-key"], NEWER)

    def test_it_refuses_the_key_of_another_account(
        self, paid: DisbursementRequest, another_account: MemoryPlatform,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setenv(VARIABLE, ANOTHERS)

        refusal = refusal_of("change_stripe_key", "STRIPE", "--reason", WHY)

        assert "secret-key: this key belongs to another Stripe account" in str(refusal)
        assert (refusal.returncode, key()) == (1, SECRET_KEY)
