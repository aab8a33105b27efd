"""What M-Pesa charges for paying a business is an expense, out of its Charges Paid account."""

from disbursements.operations.prove_books import breaks
from gateways.simulator import Simulator
from ledger import chart
from ledger.queries import balances
from tests.disbursements.businesses.conftest import PayBusiness
from tests.wire import Wire


class TestCharges:
    def test_they_are_booked_as_far_as_results_name_them(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        for number in range(8):
            pay_business(account=f"PROP00{number}", reference=f"RENT-{number}")

        wire.run()

        held = {each.code: each.balance_minor for each in balances()}
        each_minor = simulator.book.moves[0].charge * 100
        charged = held[chart.charges("600111", "KES").code]
        assert charged in [each_minor * count for count in range(1, 9)]
        assert held[chart.charges_paid("600111", "KES").code] == -charged
        assert held[chart.working("600111", "KES").code] == -8 * 950_000
        assert list(breaks()) == []

    def test_a_status_query_that_completes_one_names_it_too(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        pay_business("799301")  # the acknowledgement is lost: its result alone is not believed

        wire.run()

        held = {each.code: each.balance_minor for each in balances()}
        charge_minor = simulator.book.moves[0].charge * 100
        assert held[chart.charges("600111", "KES").code] == charge_minor
        assert list(breaks()) == []
