"""change_shortcode: sealed anew, named but never told, and balances are asked again."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from core import secrets
from core.alerts import raise_alert
from core.models import Alert, Step
from core.refusals import Refused
from gateways import registry
from gateways.interface import Rail
from gateways.memory import MemoryProvider
from gateways.models import AccessToken
from vault.models import Shortcode
from vault.operations.account_alerts import CREDENTIALS_CLOSED, CREDENTIALS_REFUSED
from vault.operations.balances import ask_balances
from vault.operations.change_shortcode import Changed, Changes, change_shortcode

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def change(number: str = "600111", **changes: Any) -> Changed:
    return change_shortcode(number=number, changes=Changes(**changes), actor="test", at=AT)


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("change_shortcode", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def kept(row: Shortcode) -> dict[str, str]:
    row.refresh_from_db()
    return secrets.unseal(row.sealed_credentials, context=row.context)


def alert(kind: str, number: str = "600111") -> None:
    raise_alert(kind=kind, key=number, text="Refused", at=AT)


def open_alerts() -> set[str]:
    return set(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def notes(row: Shortcode) -> list[str]:
    steps = Step.objects.filter(subject_type="Shortcode", subject_id=str(row.pk)).order_by("id")
    return [step.because for step in steps][1:]


class TestChanging:
    def test_a_new_password_is_sealed_and_the_rest_stays(self, shortcode: Shortcode) -> None:
        answer = run("600111", "--initiator-password", "new#4")

        assert answer == {
            "id": str(shortcode.pk), "number": "600111", "changed": ["initiator-password"],
            "alertsClosed": 0, "active": True,
        }  # fmt: skip
        assert kept(shortcode) == {
            "consumer_key": "ck-1", "consumer_secret": "cs-2", "initiator_password": "new#4",
            "passkey": "",
        }  # fmt: skip
        assert "new#4" not in shortcode.sealed_credentials

    def test_everything_can_be_changed_at_once(
        self, shortcode: Shortcode, simulator: Any, tmp_path: Path
    ) -> None:
        before, pem = shortcode.certificate, simulator.certificate_pem
        path = tmp_path / "new.cer"
        path.write_bytes(pem.encode() if isinstance(pem, str) else pem)

        run("600111", "--initiator", "apiop2", "--initiator-password", "p", "--consumer-key", "k",
            "--consumer-secret", "s", "--passkey", "x", "--certificate", str(path),
            "--tps-limit", "7", "--low-float", "1,000", "--active", "no")  # fmt: skip

        access = Shortcode.objects.get().access()
        shortcode.refresh_from_db()
        assert (access.initiator_name, access.initiator_password) == ("apiop2", "p")
        assert (access.consumer_key, access.consumer_secret) == ("k", "s")
        assert kept(shortcode)["passkey"] == "x"
        assert shortcode.certificate != before
        assert (shortcode.tps_limit, shortcode.low_float_minor) == (7, 100_000)
        assert not shortcode.is_active

    def test_the_step_names_what_changed_and_tells_no_value(self, shortcode: Shortcode) -> None:
        run("600111", "--initiator-password", "new#4", "--tps-limit", "7")

        step = Step.objects.filter(subject_id=str(shortcode.pk)).latest("id")
        assert step.because == "changed: initiator-password, tps-limit"
        assert step.actor.startswith("command:")
        assert step.details == {}

    def test_what_is_like_that_already_is_no_change(self, shortcode: Shortcode) -> None:
        alert(CREDENTIALS_REFUSED)
        before = shortcode.sealed_credentials

        answer = run("600111", "--initiator-password", "pw-3", "--active", "yes")

        shortcode.refresh_from_db()
        assert answer["changed"] == []
        assert shortcode.sealed_credentials == before
        assert notes(shortcode) == []
        assert open_alerts() == {CREDENTIALS_REFUSED}

    def test_limits_change_also_while_the_credentials_do_not_open(
        self, shortcode: Shortcode, settings: LazySettings
    ) -> None:
        settings.VAULT_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

        changed = change(is_active=False)

        assert changed.names == ("active",)
        assert not Shortcode.objects.get().is_active

    def test_sealed_under_a_lost_key_all_of_them_are_needed(
        self, shortcode: Shortcode, settings: LazySettings
    ) -> None:
        settings.VAULT_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        alert(CREDENTIALS_CLOSED)

        with pytest.raises(Refused, match="or give --consumer-key, --consumer-secret as well"):
            change(initiator_password="p")
        change(initiator_password="p", consumer_key="k", consumer_secret="s")

        assert kept(shortcode)["consumer_key"] == "k"
        assert open_alerts() == set()


class TestSecrets:
    def test_an_option_without_a_value_reads_the_environment(
        self, shortcode: Shortcode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VAULT_INITIATOR_PASSWORD", "from-environment")
        monkeypatch.setenv("VAULT_CONSUMER_KEY", "not asked for")

        answer = run("600111", "--initiator-password")

        assert answer["changed"] == ["initiator-password"]
        assert kept(shortcode)["initiator_password"] == "from-environment"
        assert kept(shortcode)["consumer_key"] == "ck-1"

    def test_else_it_is_typed(self, shortcode: Shortcode, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("getpass.getpass", lambda prompt: f"typed at {prompt}")

        run("600111", "--initiator-password")

        assert kept(shortcode)["initiator_password"] == "typed at Initiator password: "

    @pytest.mark.parametrize("option", ["--initiator-password", "--passkey"])
    def test_nobody_there_to_type_is_bad_usage(
        self, shortcode: Shortcode, monkeypatch: pytest.MonkeyPatch, option: str
    ) -> None:
        monkeypatch.setattr("sys.stdin", StringIO())

        with pytest.raises(CommandError, match=f"{option} is missing") as refused:
            run("600111", option)

        assert refused.value.returncode == 2


class TestRefused:
    def test_nothing_given_is_bad_usage(self, shortcode: Shortcode) -> None:
        with pytest.raises(CommandError, match="Nothing to change") as refused:
            run("600111")

        assert refused.value.returncode == 2

    def test_a_number_that_nobody_added(self, shortcode: Shortcode) -> None:
        with pytest.raises(
            CommandError, match="number: there is no shortcode '600999'"
        ) as refused:
            run("600999", "--tps-limit", "5")

        assert refused.value.returncode == 1

    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"initiator_name": ""}, "initiator"),
            ({"initiator_password": ""}, "initiator-password"),
            ({"initiator_password": "two\nlines"}, "initiator-password"),
            ({"initiator_password": "p" * 201}, "initiator-password"),
            ({"consumer_key": "k" * 501}, "consumer-key"),
            ({"passkey": ""}, "passkey"),
            ({"certificate": b""}, "certificate"),
            ({"certificate": b"<html></html>"}, "certificate"),
            ({"tps_limit": 0}, "tps-limit"),
            ({"tps_limit": 1_001}, "tps-limit"),
            ({"low_float_minor": -1}, "low-float"),
        ],
    )
    def test_one_wrong_value_changes_nothing_and_is_named(
        self, shortcode: Shortcode, changes: dict[str, Any], named: str
    ) -> None:
        before = Shortcode.objects.values().get()

        with pytest.raises(Refused, match=f"^{named}: "):
            change(**({"initiator_name": "other", "consumer_secret": "s"} | changes))

        assert Shortcode.objects.values().get() == before
        assert notes(shortcode) == []


class TestWhatFollows:
    def test_new_credentials_close_the_alert_and_balances_are_asked_again(
        self, transactional_db: None, shortcode: Shortcode
    ) -> None:
        alert(CREDENTIALS_REFUSED)
        alert(CREDENTIALS_REFUSED, "600222")

        with registry.use_disburser(Rail.MPESA_B2C, MemoryProvider().disburser):
            before = ask_balances(at=AT)
            changed = change(initiator_password="new#4")
            after = ask_balances(at=AT)

        assert (before, changed.alerts_closed, after) == (0, 1, 1)
        still_open = Alert.objects.filter(closed_at=None)
        assert [row.key for row in still_open] == ["600222"]

    @pytest.mark.parametrize(
        "changes", [{"tps_limit": 5}, {"passkey": "x"}, {"low_float_minor": 1}]
    )
    def test_what_asks_for_no_balance_leaves_that_alert(
        self, shortcode: Shortcode, changes: dict[str, Any]
    ) -> None:
        alert(CREDENTIALS_REFUSED)

        change(**changes)

        assert open_alerts() == {CREDENTIALS_REFUSED}

    def test_the_token_of_the_old_consumer_key_is_not_used_on(
        self, wire: Any, a_shortcode: Shortcode
    ) -> None:
        ask_balances(at=AT)
        ask_balances(at=AT)
        tokens = [path for path in wire.paths if path.startswith("/oauth")]

        change(consumer_key="another", consumer_secret="pair")
        ask_balances(at=AT)

        tokens_now = [path for path in wire.paths if path.startswith("/oauth")]
        assert (len(tokens), len(tokens_now)) == (1, 2)
        assert AccessToken.objects.count() == 2
