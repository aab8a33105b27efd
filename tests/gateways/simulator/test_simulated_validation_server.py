"""A validation over HTTP: the running simulator hears what its question is answered with."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from gateways.simulator import Simulator
from gateways.simulator.money_in.state import Addresses
from gateways.simulator.server import SimulatorServer

PAYBILL = "600321"
DEADLINE_S = 60


class Judge(ThreadingHTTPServer):
    """Answers every question with `verdict`; a confirmation sets `confirmed`."""

    def __init__(self):
        self.verdict = {"ResultCode": "0"}
        self.asked, self.confirmed = Event(), Event()
        super().__init__(("127.0.0.1", 0), Answering)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(self.server.verdict).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        (self.server.asked if self.path == "/v" else self.server.confirmed).set()

    def log_message(self, *args):
        pass


@pytest.fixture
def judge():
    running = Judge()
    thread = Thread(target=running.serve_forever, args=(0.05,))
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def simulator(judge):
    found = Simulator(delay_s=0.01, time_scale=60)
    found.world.money_in.addresses[PAYBILL] = Addresses(
        validation=f"{judge.address}/v", confirmation=f"{judge.address}/c",
        response_type="Completed", version=2,
    )  # fmt: skip
    found.switch_validation(shortcode=PAYBILL, on=True)
    with SimulatorServer(found):
        yield found


def pay(simulator):
    return simulator.pay(shortcode=PAYBILL, msisdn="254700000001", shillings=500, account="HSE-12")


class TestOverHttp:
    def test_a_yes_lets_the_money_come_in(self, simulator, judge):
        judge.verdict = {"ResultCode": "0", "ThirdPartyTransID": "RENT-7"}

        payment = pay(simulator)

        assert judge.confirmed.wait(DEADLINE_S)
        assert (payment.state, payment.our_reference) == ("completed", "RENT-7")

    def test_a_no_keeps_it_out(self, simulator, judge):
        judge.verdict = {"ResultCode": "C2B00012", "ResultDesc": "Rejected"}

        payment = pay(simulator)

        assert judge.asked.wait(DEADLINE_S)
        for _ in range(6000):
            if payment.state != "waiting":
                break
            judge.confirmed.wait(0.01)
        assert (payment.state, simulator.book.received) == ("refused", [])
