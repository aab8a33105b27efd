"""A partner's Mifos X from the command line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gateways import registry
from gateways.memory import MemoryLoans, memory_loan_book, memory_loan_desk
from gateways.simulator import Simulator
from loans.models import LoanProductAutoDisbursalConfig, MifosConnection
from tests.commands import answer_of, refusal_of, said
from tests.loans.connections.conftest import REASON
from tests.people import PASSWORD, a_person
from tests.wire import MovedClock
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner

UMOJA = "Umoja Example Ltd"
SET_UP = ("--host", "https://mifos.test", "--tenant", "umoja", "--username", "vault")
BECAUSE = ("--reason", REASON)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_MIFOS_PASSWORD", "only-for-tests")
    monkeypatch.setenv("VAULT_STAFF_PASSWORD", PASSWORD)


@pytest.fixture
def server() -> Iterator[MemoryLoans]:
    loans = MemoryLoans()
    with registry.use_loan_book(memory_loan_book(loans), memory_loan_desk(loans)):
        yield loans


class TestTheConnection:
    def test_it_is_added_and_shown_again(self, a_shortcode: Shortcode) -> None:
        added = answer_of("mifos_connection", UMOJA, *SET_UP, *BECAUSE)

        shown = answer_of("mifos_connection", UMOJA)
        assert added == shown
        assert (shown["host"], shown["confirmedBy"]) == ("https://mifos.test", None)
        assert "/callbacks/fineract/loan/" in shown["webHook"]
        assert "only-for-tests" not in str(shown)

    def test_only_what_is_given_changes(self, mifos: MifosConnection) -> None:
        answer_of("mifos_connection", UMOJA, "--requests-per-minute", "30", *BECAUSE)

        mifos.refresh_from_db()
        assert (mifos.requests_per_minute, mifos.tenant) == (30, "umoja")
        assert mifos.password() == "only-for-tests"

    def test_the_password_of_the_variable_stays_unused_where_none_is_needed(
        self, mifos: MifosConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VAULT_MIFOS_PASSWORD", "another")

        said("mifos_connection", UMOJA, "--office-name", "Kisumu", *BECAUSE)
        mifos.refresh_from_db()
        before = mifos.password()
        said("mifos_connection", UMOJA, "--password", *BECAUSE)

        mifos.refresh_from_db()
        assert (before, mifos.password()) == ("only-for-tests", "another")

    def test_certificates_come_from_a_file(
        self, mifos: MifosConnection, simulator: Simulator, tmp_path: Path
    ) -> None:
        file = tmp_path / "ca.pem"
        file.write_bytes(simulator.certificate_pem)

        answer = answer_of("mifos_connection", UMOJA, "--ca", str(file), *BECAUSE)

        assert answer["ownCertificates"]

    def test_a_dry_run_changes_nothing(self, a_shortcode: Shortcode) -> None:
        answer = answer_of("mifos_connection", UMOJA, *SET_UP, *BECAUSE, "--dry-run")

        assert answer["dryRun"]
        assert not MifosConnection.objects.exists()

    def test_a_wrong_field_is_one_sentence(self, mifos: MifosConnection) -> None:
        refusal = refusal_of("mifos_connection", UMOJA, "--time-zone", "Nairobi", *BECAUSE)

        assert "time_zone" in str(refusal)
        assert refusal.returncode == 1

    def test_an_unknown_partner_is_named(self, engine_db: None) -> None:
        assert "Nobody Ltd" in str(refusal_of("mifos_connection", "Nobody Ltd"))

    def test_a_partners_own_staff_do_not_find_another(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        other = add_partner(name="Upendo Example Ltd", actor="test", at=moved())
        person = a_person("loans.view_mifosconnection", partner=other)

        with pytest.raises(CommandError, match="there is no partner"):
            call_command("mifos_connection", UMOJA, "--as", person.username)

    def test_staff_are_not_told_the_secret_address(self, mifos: MifosConnection) -> None:
        person = a_person("loans.view_mifosconnection")

        text = said("mifos_connection", UMOJA, "--as", person.username)

        assert "https://mifos.test" in text
        assert "callbacks" not in text


class TestConfirmingAndSwitching:
    def test_all_the_way_until_it_pays(self, mifos: MifosConnection, server: MemoryLoans) -> None:
        token = answer_of("mifos_connection", UMOJA)["confirmToken"]

        refusal_of("mifos_check", UMOJA)  # the address is not confirmed yet
        said("confirm_mifos", UMOJA, "--seen", token, *BECAUSE)
        answer = answer_of("switch_mifos", UMOJA, "on", *BECAUSE)

        assert answer["mifosAutoDisbursementEnabled"]
        assert MifosConnection.objects.get().pays

    def test_another_token_confirms_nothing(self, mifos: MifosConnection) -> None:
        refusal = refusal_of("confirm_mifos", UMOJA, "--seen", "0123456789abcdef", *BECAUSE)

        assert "look at it again" in str(refusal)

    def test_a_rehearsal_leaves_it_as_it_is(self, mifos: MifosConnection) -> None:
        token = answer_of("mifos_connection", UMOJA)["confirmToken"]

        said("confirm_mifos", UMOJA, "--seen", token, *BECAUSE, "--dry-run")

        assert MifosConnection.objects.get().confirmed_by == ""


class TestTheCheck:
    def test_what_is_missing_ends_it_with_one(
        self, mifos: MifosConnection, server: MemoryLoans
    ) -> None:
        server.permissions.discard("DISBURSE_LOAN")

        refusal = refusal_of("mifos_check", UMOJA)

        assert refusal.returncode == 1
        assert "permission DISBURSE_LOAN" in str(refusal)

    def test_it_says_what_that_means(
        self, mifos: MifosConnection, server: MemoryLoans, capsys: Any
    ) -> None:
        server.permissions.discard("DISBURSE_LOAN")

        with pytest.raises(CommandError):
            call_command("mifos_check", UMOJA)

        assert (
            capsys.readouterr()
            .out.strip()
            .endswith(
                "Nothing is fetched, paid or booked there until a test finds nothing missing."
            )
        )

    def test_where_only_a_second_person_is_missing_it_says_that(
        self, mifos: MifosConnection, server: MemoryLoans, capsys: Any
    ) -> None:
        with pytest.raises(CommandError, match="address"):
            call_command("mifos_check", UMOJA)

        last = capsys.readouterr().out.strip().splitlines()[-1]
        assert last == (
            "Nothing is fetched, paid or booked there until another person has confirmed it."
        )

    def test_where_all_is_there_nothing_follows(
        self, mifos: MifosConnection, server: MemoryLoans
    ) -> None:
        MifosConnection.objects.filter(pk=mifos.pk).update(
            confirmed_by="baraka", confirmed_at=mifos.created_at
        )

        assert answer_of("mifos_check", UMOJA)["whatFollows"] is None

    def test_everything_is_listed(self, mifos: MifosConnection, server: MemoryLoans) -> None:
        MifosConnection.objects.filter(pk=mifos.pk).update(
            confirmed_by="baraka", confirmed_at=mifos.created_at
        )

        answer = answer_of("mifos_check", UMOJA)

        assert answer["inOrder"]
        assert answer["findings"][0] == {
            "what": "server", "ok": True, "stops": False, "text": "https://mifos.test answers.",
            "whatToDo": "",
        }  # fmt: skip


class TestProducts:
    def test_one_is_added_changed_and_listed(self, a_partner: Partner) -> None:
        said("loan_product", UMOJA, "7", "--min", "1,000", "--max", "50,000", *BECAUSE)

        said("loan_product", UMOJA, "7", "--enabled", "yes", "--daily-count", "20", *BECAUSE)

        [listed] = answer_of("loan_product", UMOJA)["products"]
        assert (listed["minAmount"], listed["maxAmount"]) == ("1000.00", "50000.00")
        assert (listed["enabled"], listed["dailyCountMax"]) == (True, 20)

    def test_a_limit_is_taken_away(self, a_partner: Partner) -> None:
        said("loan_product", UMOJA, "7", "--min", "1000", "--max", "5000", "--daily-count", "20",
             "--daily-amount", "90000", *BECAUSE)  # fmt: skip

        said("loan_product", UMOJA, "7", "--daily-count", "none", "--daily-amount", "none",
             *BECAUSE)  # fmt: skip

        row = LoanProductAutoDisbursalConfig.objects.get()
        assert (row.daily_count_max, row.daily_amount_max_minor) == (None, None)

    def test_a_new_one_needs_its_amounts(self, a_partner: Partner) -> None:
        refusal = refusal_of("loan_product", UMOJA, "7", "--enabled", "yes", *BECAUSE)

        assert refusal.returncode == 2

    def test_a_reason_is_needed(self, a_partner: Partner) -> None:
        refusal = refusal_of("loan_product", UMOJA, "7", "--min", "1000", "--max", "5000")

        assert "reason" in str(refusal)
        assert not LoanProductAutoDisbursalConfig.objects.exists()
