"""Every scripted customer of the simulator, from instruction to the end, books compared."""

from typing import Any

from disbursements.operations.prove_books import breaks
from gateways.simulator import Simulator
from tests.wire import Wire

ENDS = {
    "00001": "completed",
    "99000": "completed",
    "99003": "failed",
    "99004": "failed",
    "99015": "completed",
    "99016": "failed",
    "99017": "failed",
    "99018": "completed",
    "99026": "failed",
    "99027": "completed",
    "99040": "failed",
    "99047": "failed",
    "99051": "failed",
    "99077": "failed",
    "99078": "completed",
    "99101": "completed",
    "99102": "completed",
    "99103": "failed",
    "99201": "completed",
    "99202": "completed",
    "99203": "completed",
    "99204": "completed",
    "99205": "completed",
    "99206": "completed",
    "99207": "failed",
    "99211": "completed",
    "99212": "failed",
    "99213": "failed",
    "99214": "failed",
    "99215": "completed",
    "99216": "failed",
    "99301": "completed",
    "99302": "completed",
    "99303": "completed",
    "99304": "completed",
    "99305": "completed",
    "99306": "completed",
    "99307": "completed",
    "99308": "completed",
    "99309": "completed",
    "99310": "completed",
    "99311": "completed",
    "99312": "completed",
    "99313": "completed",
    "99314": "completed",
    "99315": "completed",
    "99316": "completed",
    "99317": "completed",
    "99318": "completed",
    "99319": "completed",
    "99320": "completed",
    "99321": "completed",
    "99322": "completed",
    "99401": "completed",
    "99402": "completed",
    "99403": "completed",
    "99404": "unknown",
    "99405": "failed",
    "99501": "completed",
    "99502": "completed",
}


class TestEachCustomer:
    def test_it_ends_as_the_money_did(self, wire: Wire, simulator: Simulator, pay: Any) -> None:
        rows = {digits: pay(digits) for digits in ENDS}

        wire.run(hours=100)

        for row in rows.values():
            row.refresh_from_db()
        moved = {move.msisdn[-5:] for move in simulator.book.moves}
        assert {digits: row.status for digits, row in rows.items()} == ENDS
        assert moved == {digits for digits, end in ENDS.items() if end == "completed"}
        assert list(breaks()) == []
        assert not simulator.book.paid_twice()
