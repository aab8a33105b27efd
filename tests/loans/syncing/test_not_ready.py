"""A partner that is switched on and cannot be used says so, until it can or is switched off."""

import pytest

from core.models import Alert
from loans.models import MifosConnection
from loans.operations.sync_partners import sync_due


def changed(**values):
    MifosConnection.objects.update(**values)


@pytest.fixture
def told(wire, lending):
    """The alerts that are open after the next minute's job."""

    def run():
        wire.clock.forward(minutes=1)
        sync_due(at=wire.clock())
        return list(Alert.objects.filter(kind="mifos_not_ready", closed_at=None))

    return run


class TestNotReady:
    def test_people_are_told_what_it_means_and_what_to_do(self, told, a_partner):
        changed(is_mifos_configured=False)

        [alert] = told()

        assert alert.key == str(a_partner)
        assert f"Mifos X of {a_partner} is switched on and not ready" in alert.text
        assert "fetched, paid or booked" in alert.text
        assert "Test connection" in alert.text

    def test_it_is_over_once_a_test_found_nothing_missing(self, told):
        changed(is_mifos_configured=False)
        told()
        changed(is_mifos_configured=True)

        assert told() == []

    def test_it_is_over_once_it_is_switched_off(self, told):
        changed(is_mifos_configured=False)
        told()
        changed(mifos_auto_disbursement_enabled=False)

        assert told() == []

    def test_what_was_never_switched_on_is_no_alert(self, told):
        changed(is_mifos_configured=False, mifos_auto_disbursement_enabled=False)

        assert told() == []

    def test_a_partner_that_is_not_active_is_no_alert(self, told, a_partner):
        changed(is_mifos_configured=False)
        a_partner.is_active = False
        a_partner.save()

        assert told() == []

    def test_one_that_pays_is_no_alert(self, told):
        assert told() == []
