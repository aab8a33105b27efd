"""Stripe platform accounts: added and changed with sealed keys, apart from paybills and tills."""

from datetime import UTC, datetime

import pytest
from django.conf import LazySettings

from core.alerts import raise_alert
from core.models import Alert, Step
from core.refusals import Refused
from gateways import inbox, registry
from gateways.interface import Rail
from gateways.memory import MemoryProvider
from tests.commands import answer_of, refusal_of, said
from vault.models import Partner, Shortcode
from vault.operations.account_alerts import CREDENTIALS_CLOSED, CREDENTIALS_REFUSED
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode
from vault.operations.add_stripe_account import add_stripe_account
from vault.operations.balances import ask_balances
from vault.operations.change_shortcode import Changes, change_shortcode
from vault.operations.change_stripe_key import change_stripe_key
from vault.operations.rotate_secrets import rotate_secrets
from vault.queries.stripe import platform_of

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEY, NEWER = "sk_test_First1", "sk_test_Second2"
VARIABLE = "VAULT_STRIPE_SECRET_KEY"
WHY = "rolled in the Dashboard"


@pytest.fixture
def owner(db: None) -> Partner:
    return add_partner(name="Umoja Example Ltd", actor="test", at=AT)


@pytest.fixture
def account(owner: Partner) -> Shortcode:
    return add(owner)


def add(partner: Partner, number: str = "STRIPE", key: str = KEY, limit: int = 20) -> Shortcode:
    return add_stripe_account(
        number=number, partner_id=partner.pk, secret_key=key, actor="test", at=AT,
        tps_limit=limit,
    )  # fmt: skip


def key_of(row: Shortcode) -> str:
    row.refresh_from_db()
    return row.platform_access().secret_key


class TestAdding:
    def test_its_key_is_sealed_and_comes_back_for_a_call(self, account: Shortcode) -> None:
        assert (account.kind, account.tps_limit) == ("stripe", 20)
        assert KEY not in account.sealed_credentials
        assert key_of(account) == KEY

    @pytest.mark.parametrize("number", ["", "ST", "600111", "stripe", "STRIPES8", "ST-1", "1ST"])
    def test_a_wrong_name_is_refused(self, owner: Partner, number: str) -> None:
        with pytest.raises(Refused, match="such as STRIPE") as refused:
            add(owner, number)

        assert refused.value.field == "number"

    @pytest.mark.parametrize("key", ["", "pk_test_1", "sk_test_", "sk_test_1\n", "sk_live_é"])
    def test_what_is_no_secret_key_is_refused_and_not_told(self, owner: Partner, key: str) -> None:
        with pytest.raises(Refused, match="begins with sk_live_") as refused:
            add(owner, key=key)

        assert refused.value.field == "secret-key"
        assert len(key) < 9 or key not in str(refused.value)

    @pytest.mark.parametrize("limit", [0, 26, -1])
    def test_more_calls_than_stripe_takes_are_refused(self, owner: Partner, limit: int) -> None:
        with pytest.raises(Refused, match="1 to 25"):
            add(owner, limit=limit)

    def test_a_name_is_used_once(self, owner: Partner, account: Shortcode) -> None:
        with pytest.raises(Refused, match="there already"):
            add(owner)

    def test_by_command_with_where_the_notices_go(
        self, owner: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(VARIABLE, KEY)

        answer = answer_of("add_stripe_account", "STRIPE", "--partner", str(owner.pk))

        row = Shortcode.objects.get(number="STRIPE")
        secret = answer["webhooks"]["connect"].rstrip("/").rsplit("/", 1)[1]
        assert key_of(row) == KEY
        assert platform_of(inbox.secret_digest(secret), kind="connect") == row
        assert answer["webhooks"]["platform"] != answer["webhooks"]["connect"]

    def test_without_a_key_it_says_where_to_put_one(
        self, owner: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(VARIABLE, raising=False)

        refusal = refusal_of("add_stripe_account", "STRIPE", "--partner", str(owner.pk))

        assert VARIABLE in str(refusal)
        assert refusal.returncode == 2

    def test_its_text_tells_no_key(self, owner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(VARIABLE, KEY)

        text = said("add_stripe_account", "STRIPE", "--partner", str(owner.pk))

        assert "STRIPE was added" in text
        assert KEY not in text


class TestChanging:
    def change(self, **more: object) -> tuple[str, ...]:
        return change_stripe_key(
            number="STRIPE",
            reason=WHY,
            actor="amina",
            at=AT,
            **more,  # type: ignore[arg-type]
        ).names

    def test_a_rolled_key_takes_the_place_of_the_old_one(self, account: Shortcode) -> None:
        assert self.change(secret_key=NEWER) == ("secret-key",)

        step = Step.objects.filter(subject_id=str(account.pk)).latest("id")
        assert key_of(account) == NEWER
        assert (step.actor, step.because) == ("amina", f"changed: secret-key: {WHY}")

    def test_it_closes_the_alerts_about_the_old_one(self, account: Shortcode) -> None:
        for kind in (CREDENTIALS_CLOSED, CREDENTIALS_REFUSED):
            raise_alert(kind=kind, key="STRIPE", text="Refused", at=AT)

        self.change(secret_key=NEWER)

        assert not Alert.objects.filter(closed_at=None).exists()

    def test_the_same_again_changes_nothing(self, account: Shortcode) -> None:
        steps = Step.objects.count()

        assert self.change(secret_key=KEY, tps_limit=20, is_active=True) == ()
        assert Step.objects.count() == steps

    def test_a_key_of_the_other_mode_is_of_another_account(self, account: Shortcode) -> None:
        with pytest.raises(Refused, match="test mode"):
            self.change(secret_key="sk_live_Second2")

        assert key_of(account) == KEY

    def test_a_key_that_does_not_open_any_more_is_replaced(self, account: Shortcode) -> None:
        Shortcode.objects.update(sealed_credentials="not sealed by us")

        assert self.change(secret_key=NEWER) == ("secret-key",)

        assert key_of(account) == NEWER

    def test_its_limit_and_use_change_without_the_key(self, account: Shortcode) -> None:
        assert self.change(tps_limit=10, is_active=False) == ("tps-limit", "active")

        account.refresh_from_db()
        assert (account.tps_limit, account.is_active, key_of(account)) == (10, False, KEY)

    @pytest.mark.parametrize(
        ("number", "reason", "more", "field"),
        [
            ("STRIPE", "short", {}, "reason"),
            ("NOSUCH", WHY, {}, "number"),
            ("STRIPE", WHY, {"tps_limit": 26}, "tps-limit"),
            ("STRIPE", WHY, {"secret_key": "pk_test_1"}, "secret-key"),
        ],
    )
    def test_what_is_wrong_is_named(
        self, account: Shortcode, number: str, reason: str, more: dict[str, object], field: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            change_stripe_key(
                number=number,
                reason=reason,
                actor="test",
                at=AT,
                **more,  # type: ignore[arg-type]
            )

        assert refused.value.field == field

    def test_by_command(self, account: Shortcode, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(VARIABLE, NEWER)

        answer = answer_of("change_stripe_key", "STRIPE", "--reason", WHY)
        limit = answer_of(
            "change_stripe_key", "STRIPE", "--reason", WHY, "--same-key", "--tps-limit", "5"
        )

        assert (answer["changed"], limit["changed"]) == (["secret-key"], ["tps-limit"])
        assert key_of(account) == NEWER

    def test_by_command_there_must_be_something_to_change(self, account: Shortcode) -> None:
        refusal = refusal_of("change_stripe_key", "STRIPE", "--reason", WHY, "--same-key")

        assert "--tps-limit 10" in str(refusal)


class TestApart:
    def test_no_mpesa_balance_is_asked_of_it(self, account: Shortcode) -> None:
        memory = MemoryProvider()

        with registry.use_disburser(Rail.MPESA_B2C, memory.disburser):
            assert ask_balances(at=AT) == 0

        assert memory.calls == []

    def test_it_is_not_changed_as_a_paybill(self, account: Shortcode) -> None:
        with pytest.raises(Refused, match="no shortcode 'STRIPE'"):
            change_shortcode(number="STRIPE", changes=Changes(tps_limit=1), actor="test", at=AT)

    def test_a_paybill_is_not_added_as_one(self, owner: Partner) -> None:
        with pytest.raises(Refused, match="paybill or till"):
            add_shortcode(
                number="600111", partner_id=owner.pk, kind="stripe", initiator_name="apiop",
                credentials=Credentials(
                    consumer_key="k", consumer_secret="s", initiator_password="p"
                ),
                certificate=b"", actor="test", at=AT,
            )  # fmt: skip

    def test_its_key_is_sealed_anew_with_the_others(
        self, account: Shortcode, settings: LazySettings
    ) -> None:
        assert rotate_secrets(actor="test", at=AT).shortcodes == 1
        assert key_of(account) == KEY
