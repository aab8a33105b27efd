from http.client import HTTPConnection, IncompleteRead

import pytest

from gateways.simulator.server import SimulatorServer
from tests.gateways.simulator.striping import FORM, TEST_KEY, Platform


class TestServer:
    def test_a_cut_body_reaches_the_caller_as_one(self):
        platform = Platform()
        platform.script("transfer_cut")
        headers = {"Authorization": f"Bearer {TEST_KEY}", "Content-Type": FORM}
        body = "amount=1000&currency=usd&destination=acct_0001"
        with SimulatorServer(platform.simulator) as server:
            connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("POST", "/v1/transfers", body=body, headers=headers)

            answer = connection.getresponse()

            assert answer.status == 200
            with pytest.raises(IncompleteRead):
                answer.read()
            connection.close()
        assert platform.paid == 1
