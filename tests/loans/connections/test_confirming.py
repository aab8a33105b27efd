"""Another person confirms the address; only then are loans paid, and switched on by a person."""

from dataclasses import replace

import pytest
from django.db import IntegrityError

from core.callers import NotAllowed
from core.models import Step
from core.refusals import Refused
from loans.models import MifosConnection
from loans.operations.connections import confirm_connection, switch
from loans.queries import connections
from tests.loans.connections.conftest import (
    AMINA,
    BARAKA,
    CHARLES,
    REASON,
    change,
    switched_on,
)
from tests.wire import MovedClock
from vault.models import Partner, Shortcode


class TestConfirmingIt:
    def test_another_person_does(self, mifos: MifosConnection, moved: MovedClock) -> None:
        row = confirm_connection(connection_id=mifos.pk, reason=REASON, caller=BARAKA, at=moved())

        assert (row.confirmed_by, row.confirmed_at) == ("baraka", moved())

    def test_whoever_set_it_does_not(self, mifos: MifosConnection, moved: MovedClock) -> None:
        with pytest.raises(Refused, match="another person"):
            confirm_connection(connection_id=mifos.pk, reason=REASON, caller=AMINA, at=moved())

    def test_nor_whoever_set_a_part_of_it_before_another_changed_the_rest(
        self, mifos: MifosConnection, a_partner: Partner, moved: MovedClock
    ) -> None:
        change(a_partner, moved, caller=CHARLES, tenant="other")

        for caller in (AMINA, CHARLES, replace(AMINA, actor="Amina")):
            with pytest.raises(Refused, match="another person"):
                confirm_connection(
                    connection_id=mifos.pk, reason=REASON, caller=caller, at=moved()
                )

        assert MifosConnection.objects.get(pk=mifos.pk).confirmed_by == ""

    def test_what_was_confirmed_before_binds_nobody(
        self, mifos: MifosConnection, a_partner: Partner, moved: MovedClock
    ) -> None:
        confirm_connection(connection_id=mifos.pk, reason=REASON, caller=BARAKA, at=moved())
        change(a_partner, moved, caller=CHARLES, tenant="other")
        change(a_partner, moved, caller=BARAKA, tenant="other", payment_type_name="Simu")

        row = confirm_connection(connection_id=mifos.pk, reason=REASON, caller=AMINA, at=moved())

        assert row.confirmed_by == "amina"

    def test_it_needs_the_permission(self, mifos: MifosConnection, moved: MovedClock) -> None:
        without = replace(BARAKA, permissions=frozenset({"loans.change_mifosconnection"}))

        with pytest.raises(NotAllowed):
            confirm_connection(connection_id=mifos.pk, reason=REASON, caller=without, at=moved())

    def test_what_was_changed_while_they_looked_is_not_confirmed(
        self, mifos: MifosConnection, a_partner: Partner, moved: MovedClock
    ) -> None:
        seen = connections.digest_of(mifos)
        change(a_partner, moved, tenant="other")

        with pytest.raises(Refused, match="look at it again"):
            confirm_connection(
                connection_id=mifos.pk, reason=REASON, caller=BARAKA, at=moved(), seen=seen
            )

        assert MifosConnection.objects.get(pk=mifos.pk).confirmed_by == ""

    def test_the_database_refuses_one_person_for_both(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        rows = MifosConnection.objects.filter(pk=mifos.pk)

        with pytest.raises(IntegrityError, match="mifos_confirmed_by_another"):
            rows.update(confirmed_by="amina", confirmed_at=moved())

    def test_once_is_enough(self, mifos: MifosConnection, moved: MovedClock) -> None:
        confirm_connection(connection_id=mifos.pk, reason=REASON, caller=BARAKA, at=moved())

        with pytest.raises(Refused, match="already"):
            confirm_connection(connection_id=mifos.pk, reason=REASON, caller=BARAKA, at=moved())


class TestSwitchingIt:
    def test_on_needs_a_second_person(self, mifos: MifosConnection, moved: MovedClock) -> None:
        MifosConnection.objects.filter(pk=mifos.pk).update(is_mifos_configured=True)

        with pytest.raises(Refused, match="not confirmed"):
            switch(connection_id=mifos.pk, auto=True, reason=REASON, caller=AMINA, at=moved())

    def test_on_needs_a_good_test(self, mifos: MifosConnection, moved: MovedClock) -> None:
        confirm_connection(connection_id=mifos.pk, reason=REASON, caller=BARAKA, at=moved())

        with pytest.raises(Refused, match="Test connection"):
            switch(connection_id=mifos.pk, auto=True, reason=REASON, caller=AMINA, at=moved())

    def test_on_needs_something_to_pay_from(
        self, mifos: MifosConnection, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        MifosConnection.objects.filter(pk=mifos.pk).update(is_mifos_configured=True)
        confirm_connection(connection_id=mifos.pk, reason=REASON, caller=BARAKA, at=moved())
        Shortcode.objects.filter(pk=a_shortcode.pk).update(is_active=False)

        with pytest.raises(Refused, match="shortcode"):
            switch(connection_id=mifos.pk, auto=True, reason=REASON, caller=AMINA, at=moved())

    def test_off_is_possible_at_any_time(self, mifos: MifosConnection, moved: MovedClock) -> None:
        switched_on(mifos, moved)
        MifosConnection.objects.filter(pk=mifos.pk).update(is_mifos_configured=False)

        row = switch(connection_id=mifos.pk, auto=False, reason=REASON, caller=AMINA, at=moved())

        assert not row.mifos_auto_disbursement_enabled
        assert Step.objects.latest("id").because == f"switched off: {REASON}"

    def test_on_is_paid_from_at_once(self, mifos: MifosConnection, moved: MovedClock) -> None:
        moved.forward(hours=1)

        row = switched_on(mifos, moved)

        assert row.pays
        assert row.next_sync_at == moved()


class TestWhereWebHooksGo:
    def test_the_address_is_lasting_and_ends_with_a_slash(self, mifos: MifosConnection) -> None:
        address = connections.hook_url(mifos)

        assert address.startswith("https://vault.example/callbacks/fineract/loan/")
        assert address.endswith("/")
        assert address == connections.hook_url(mifos)
