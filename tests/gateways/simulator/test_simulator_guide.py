from pathlib import Path

from gateways.simulator.control import CHANGES, READS
from gateways.simulator.customers import SCRIPTS
from gateways.simulator.faults import FAULTS

GUIDE = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text()


class TestGuide:
    def test_it_names_every_scripted_number(self):
        assert [digits for digits in SCRIPTS if digits not in GUIDE] == []

    def test_it_names_every_fault(self):
        assert [fault for fault in FAULTS if f"`{fault}`" not in GUIDE] == []

    def test_it_names_every_address(self):
        assert [name for name in (*READS, *CHANGES) if f"/{name}`" not in GUIDE] == []
