"""prove_books names what does not fit of rent."""

import pytest
from django.db import connection

from config.books import breaks
from tests.rents.forwarding.conftest import RentPaid
from tests.wire import Wire
from vault.models import Payment


class TestProof:
    @pytest.mark.parametrize(
        ("table", "change", "told"),
        [
            ("vault_payment", "forwarded_at = NULL", "owed"),
            ("rents_forward", "status = 'released'", "released"),
            ("rents_forwardpart", "released_at = now()", "parts 0"),
        ],
    )
    def test_what_does_not_fit_is_named(
        self, rent_paid: RentPaid, wire: Wire, table: str, change: str, told: str
    ) -> None:
        rent_paid()
        wire.run(also=["forward", "follow"])
        before = list(breaks())

        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"UPDATE {table} SET {change}")
            cursor.execute("SET session_replication_role = DEFAULT")

        found = list(breaks())
        assert before == []
        assert any(told in each for each in found)

    def test_a_payment_without_its_entries_is_named(self, rent_paid: RentPaid, wire: Wire) -> None:
        payment = rent_paid()
        Payment.objects.filter(pk=payment.pk).update(forward_due_at=None)

        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("UPDATE vault_payment SET fee_minor = 0, owed_minor = amount_minor")
            cursor.execute("SET session_replication_role = DEFAULT")

        assert len([each for each in breaks() if "minor units" in each]) == 2
