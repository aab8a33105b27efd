"""Two partners at one tenant of Mifos X would each pay its loans: there is one."""

import pytest

from core.refusals import Refused
from loans.models import MifosConnection
from loans.operations.connections import save_connection, switch
from tests.lending import a_connection
from tests.loans.connections.conftest import AMINA, REASON, values
from tests.wire import MovedClock
from vault.models import Partner
from vault.operations.add_partner import add_partner


@pytest.fixture
def another(mifos: MifosConnection, moved: MovedClock) -> Partner:
    return add_partner(name="Baraka Example Ltd", actor="test", at=moved())


class TestOnePartnerATenant:
    @pytest.mark.parametrize(
        "changes",
        [{}, {"host": "https://MIFOS.test:443/fineract-provider"}, {"username": "other"},
         {"tenant": "Umoja"}],
    )  # fmt: skip
    def test_a_second_one_is_refused(
        self, another: Partner, moved: MovedClock, changes: dict[str, str]
    ) -> None:
        with pytest.raises(Refused, match="each loan twice"):
            save_connection(
                partner_id=another.pk, values=values(**changes), reason=REASON, caller=AMINA,
                at=moved(),
            )  # fmt: skip

        assert MifosConnection.objects.count() == 1

    def test_another_tenant_of_the_server_is_another_place(
        self, another: Partner, moved: MovedClock
    ) -> None:
        row = save_connection(
            partner_id=another.pk, values=values(tenant="baraka"), reason=REASON, caller=AMINA,
            at=moved(),
        )  # fmt: skip

        assert row.tenant == "baraka"

    def test_what_is_there_all_the_same_is_not_switched_on(
        self, another: Partner, moved: MovedClock
    ) -> None:
        row = a_connection(another, on=False)

        with pytest.raises(Refused, match="each loan twice"):
            switch(connection_id=row.pk, auto=True, reason=REASON, caller=AMINA, at=moved())
