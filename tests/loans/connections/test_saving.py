"""A connection is set up with a reason, and what decides over money is looked at by two."""

from dataclasses import replace
from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Step
from core.refusals import Refused
from loans.models import MifosConnection
from loans.operations.connections import save_connection
from tests.loans.connections.conftest import AMINA, BARAKA, REASON, change, switched_on, values
from tests.wire import MovedClock
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner


class TestAddingIt:
    def test_the_password_is_sealed_to_it(self, mifos: MifosConnection) -> None:
        kept = MifosConnection.objects.get(pk=mifos.pk)

        assert kept.password() == "only-for-tests"
        assert "only-for-tests" not in kept.sealed_password

    def test_nothing_is_paid_yet(self, mifos: MifosConnection) -> None:
        assert not mifos.pays
        assert not mifos.is_mifos_configured
        assert mifos.confirmed_by == ""

    def test_the_trail_has_the_reason_and_no_password(self, mifos: MifosConnection) -> None:
        step = Step.objects.get(subject_type="MifosConnection", subject_id=str(mifos.pk))

        assert (step.because, step.actor) == (f"added: {REASON}", "amina")
        assert "only-for-tests" not in str(step.details)

    def test_an_address_out_of_a_browser_is_put_into_its_form(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        copied = values(host=" HTTPS://Mifos.Test/fineract-provider/api/v1/ ")

        row = save_connection(
            partner_id=a_partner.pk, values=copied, reason=REASON, caller=AMINA, at=moved()
        )

        assert row.host == "https://mifos.test"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"host": ""}, "host"),
            ({"tenant": "no blanks"}, "tenant"),
            ({"username": "with:colon"}, "username"),
            ({"password": ""}, "password"),
            ({"password": None}, "password"),
            ({"ca_bundle": "-----BEGIN PRIVATE KEY-----"}, "ca_bundle"),
            ({"time_zone": "Africa/Atlantis"}, "time_zone"),
            ({"version_override": "latest"}, "version_override"),
            ({"payment_type_name": ""}, "payment_type_name"),
            ({"office_name": "Head\x00Office"}, "office_name"),
            ({"shortcode": "999999"}, "shortcode"),
            ({"requests_per_minute": 0}, "requests_per_minute"),
            ({"requests_per_minute": 1201}, "requests_per_minute"),
        ],
    )
    def test_each_wrong_field_is_named(
        self, a_partner: Partner, moved: MovedClock, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Refused) as refusal:
            save_connection(
                partner_id=a_partner.pk, values=values(**changes), reason=REASON, caller=AMINA,
                at=moved(),
            )  # fmt: skip

        assert refusal.value.field == field
        assert not MifosConnection.objects.exists()

    @pytest.mark.parametrize(
        "host", ["http://mifos.test", "https://127.0.0.1", "https://user@mifos.test", "ftp://x.y"]
    )
    def test_a_server_that_may_not_be_reached_is_refused(
        self, a_partner: Partner, moved: MovedClock, host: str
    ) -> None:
        with pytest.raises(Refused) as refusal:
            save_connection(
                partner_id=a_partner.pk, values=values(host=host), reason=REASON, caller=AMINA,
                at=moved(),
            )  # fmt: skip

        assert refusal.value.field == "host"

    def test_a_reason_is_needed(self, a_partner: Partner, moved: MovedClock) -> None:
        with pytest.raises(Refused, match="reason"):
            save_connection(
                partner_id=a_partner.pk, values=values(), reason="short", caller=AMINA, at=moved()
            )

    def test_the_shortcode_of_another_partner_is_none_of_theirs(
        self, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        other = add_partner(name="Upendo Example Ltd", actor="test", at=moved())

        with pytest.raises(Refused, match="shortcode"):
            save_connection(
                partner_id=other.pk, values=values(shortcode=a_shortcode.number), reason=REASON,
                caller=AMINA, at=moved(),
            )  # fmt: skip

    def test_a_partners_own_staff_reach_their_own_only(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        other = add_partner(name="Upendo Example Ltd", actor="test", at=moved())
        theirs = replace(AMINA, partners=frozenset([other.pk]))

        with pytest.raises(Refused, match="no partner"):
            save_connection(
                partner_id=a_partner.pk, values=values(), reason=REASON, caller=theirs, at=moved()
            )

    def test_whoever_may_not_add_may_not(self, a_partner: Partner, moved: MovedClock) -> None:
        nobody = replace(AMINA, permissions=frozenset({"loans.change_mifosconnection"}))

        with pytest.raises(NotAllowed, match="add_mifosconnection"):
            save_connection(
                partner_id=a_partner.pk, values=values(), reason=REASON, caller=nobody, at=moved()
            )


class TestChangingIt:
    def test_what_is_no_matter_of_money_keeps_confirmation_and_switch(
        self, mifos: MifosConnection, a_partner: Partner, moved: MovedClock
    ) -> None:
        switched_on(mifos, moved)

        row = change(a_partner, moved, requests_per_minute=60, payment_type_name="Mobile money")

        assert row.pays
        assert (row.requests_per_minute, row.confirmed_by) == (60, "baraka")
        assert row.password() == "only-for-tests"

    @pytest.mark.parametrize(
        "changes",
        [
            {"host": "https://other.test", "password": "another"},
            {"tenant": "other"},
            {"username": "other", "password": "another"},
            {"shortcode": "600111"},
        ],
    )
    def test_what_decides_over_money_takes_both_away(
        self, mifos: MifosConnection, a_partner: Partner, moved: MovedClock,
        changes: dict[str, str],
    ) -> None:  # fmt: skip
        switched_on(mifos, moved)

        row = change(a_partner, moved, caller=BARAKA, **changes)

        kept = MifosConnection.objects.get(pk=row.pk)
        assert (kept.confirmed_by, kept.mifos_auto_disbursement_enabled) == ("", False)
        assert kept.changed_by == "baraka"
        assert not kept.pays

    @pytest.mark.parametrize("changes", [{"host": "https://other.test"}, {"username": "other"}])
    def test_the_kept_password_goes_to_nobody_else(
        self, mifos: MifosConnection, a_partner: Partner, moved: MovedClock,
        changes: dict[str, str],
    ) -> None:  # fmt: skip
        with pytest.raises(Refused) as refusal:
            change(a_partner, moved, **changes)

        assert refusal.value.field == "password"
        assert MifosConnection.objects.get(pk=mifos.pk).host == mifos.host

    def test_another_server_is_tested_anew(
        self, mifos: MifosConnection, a_partner: Partner, moved: MovedClock
    ) -> None:
        MifosConnection.objects.filter(pk=mifos.pk).update(
            is_mifos_configured=True, version_detected="1.8.4", failures=4, not_before=moved()
        )

        row = change(a_partner, moved, host="https://other.test", password="another")

        assert (row.is_mifos_configured, row.version_detected, row.failures) == (False, "", 0)
        assert row.not_before is None

    def test_the_trail_names_old_and_new(
        self, mifos: MifosConnection, a_partner: Partner, moved: MovedClock
    ) -> None:
        change(a_partner, moved, tenant="other", password="another")

        step = Step.objects.filter(subject_type="MifosConnection").latest("id")
        assert step.because == f"changed tenant, password: {REASON}"
        assert step.details == {"old": {"tenant": "umoja"}, "new": {"tenant": "other"}}

    def test_the_same_again_is_told_so(
        self, mifos: MifosConnection, a_partner: Partner, moved: MovedClock
    ) -> None:
        with pytest.raises(Refused, match="nothing is otherwise"):
            change(a_partner, moved)
