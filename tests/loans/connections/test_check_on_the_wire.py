"""The test of a connection through the real adapter, against the simulated Mifos X."""

from dataclasses import replace
from typing import Any

import pytest

from gateways.models import Call
from loans.models import MifosConnection
from loans.operations.check import check
from loans.operations.connections import save_connection
from loans.queries import connections
from loans.rules.mifos_findings import Finding
from tests.lending import (
    NEW,
    OLD,
    PASSWORD,
    Tenant,
    a_connection,
    a_product,
    a_tenant,
    an_approved_loan,
    tell,
)
from tests.loans.connections.conftest import AMINA, REASON
from tests.wire import Wire
from vault.models import Partner, Shortcode


@pytest.fixture
def mifos(a_partner: Partner, a_shortcode: Shortcode) -> MifosConnection:
    a_product(a_partner)
    return a_connection(a_partner)


def looked(wire: Wire, mifos: MifosConnection) -> list[Finding]:
    return check(connection_id=mifos.pk, caller=AMINA, at=wire.clock())


def stopping(findings: list[Finding]) -> set[str]:
    return {each.what for each in findings if each.stops}


def change(wire: Wire, mifos: MifosConnection, **changes: Any) -> MifosConnection:
    now = connections.values_of(mifos)
    return save_connection(
        partner_id=mifos.partner_id, values=replace(now, **changes), reason=REASON, caller=AMINA,
        at=wire.clock(),
    )  # fmt: skip


class TestInOrder:
    @pytest.mark.parametrize("version", [OLD, NEW])
    def test_both_families(self, wire: Wire, mifos: MifosConnection, version: str) -> None:
        an_approved_loan(wire, a_tenant(wire, version=version))

        findings = looked(wire, mifos)

        mifos.refresh_from_db()
        assert stopping(findings) == set()
        assert (mifos.version_detected, mifos.is_mifos_configured) == (version, True)

    def test_a_version_by_hand_wins_over_what_was_detected(
        self, wire: Wire, mifos: MifosConnection
    ) -> None:
        tenant = a_tenant(wire, version=NEW)
        row = change(wire, mifos, version_override=OLD)

        findings = looked(wire, row)

        row.refresh_from_db()
        [told] = [each.text for each in findings if each.what == "version"]
        [listed] = Call.objects.filter(url__contains="/loans?").values_list("url", flat=True)
        assert (row.version_detected, row.version, tenant.version) == (NEW, OLD, NEW)
        assert told == f"It says {NEW}; by the settings it is taken for {OLD}."
        assert "sqlSearch=" in listed
        assert "status=200" not in listed

    def test_no_password_is_kept_with_its_calls(self, wire: Wire, mifos: MifosConnection) -> None:
        a_tenant(wire)

        looked(wire, mifos)

        kept = {
            call.url: f"{call.request_body} {call.response_body}" for call in Call.objects.all()
        }
        [signed_in] = [text for url, text in kept.items() if url.endswith("/authentication")]
        assert '"base64EncodedAuthenticationKey": "[removed]"' in signed_in
        assert not [text for text in kept.values() if PASSWORD in text]


class TestRefused:
    def test_a_tenant_that_is_not_there(self, wire: Wire, mifos: MifosConnection) -> None:
        a_tenant(wire, name="other")

        assert "tenant" in stopping(looked(wire, mifos))

    def test_a_wrong_password(self, wire: Wire, mifos: MifosConnection) -> None:
        a_tenant(wire)
        row = change(wire, mifos, password="wrong")

        assert "user" in stopping(looked(wire, row))

    def test_a_missing_permission(self, wire: Wire, mifos: MifosConnection) -> None:
        tenant: Tenant = a_tenant(wire)
        granted = [
            "READ_LOAN", "READ_CLIENT", "READ_PAYMENTTYPE", "READ_BUSINESS_DATE",
            "READ_CONFIGURATION",
        ]  # fmt: skip
        tell(wire, tenant, "user", username="vault", password=PASSWORD, permissions=granted)

        assert stopping(looked(wire, mifos)) == {"permission DISBURSE_LOAN"}

    def test_a_password_that_has_ended(self, wire: Wire, mifos: MifosConnection) -> None:
        tenant: Tenant = a_tenant(wire)
        tell(wire, tenant, "user", username="vault", password=PASSWORD, passwordOutdated=True)

        findings = looked(wire, mifos)

        [found] = [each for each in findings if each.what == "user"]
        assert "has ended" in found.text

    def test_no_such_payment_type(self, wire: Wire, mifos: MifosConnection) -> None:
        a_tenant(wire)
        row = change(wire, mifos, payment_type_name="Airtel Money")

        findings = looked(wire, row)

        [found] = [each for each in findings if each.what == "payment type"]
        assert "M-Pesa, Money Transfer" in found.text
