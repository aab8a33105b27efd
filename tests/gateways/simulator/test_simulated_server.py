import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from urllib.request import ProxyHandler, build_opener

import pytest

from gateways.simulator import Simulator
from gateways.simulator.command_line import default_certificate
from gateways.simulator.server import SimulatorServer

B2C = "/mpesa/b2c/v3/paymentrequest"
DEADLINE_S = 60


class Receiver:
    """A small web server that takes callbacks."""

    def __init__(self):
        received = self.received = Queue()
        statuses = self.statuses = []
        kinds = self.kinds = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.put((time.monotonic(), self.path, body))
                kinds.append(self.headers["Content-Type"])
                self.send_response(statuses.pop() if statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Line:
    """One kept-alive connection to a running simulator."""

    def __init__(self, server, receiver, seal):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)
        self.receiver = receiver
        self.credential = seal(server.simulator.certificate_pem, "Right#Password1")
        basic = base64.b64encode(b"key:secret").decode()
        path = "/oauth/v1/generate?grant_type=client_credentials"
        _, body = self.ask("GET", path, headers={"Authorization": f"Basic {basic}"})
        self.token = json.loads(body)["access_token"]

    def ask(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body=body, headers=headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def pay(self, msisdn, reference, connection=None):
        body = {
            "OriginatorConversationID": reference,
            "InitiatorName": "operator",
            "SecurityCredential": self.credential,
            "CommandID": "BusinessPayment",
            "Amount": 100,
            "PartyA": "600001",
            "PartyB": msisdn,
            "Remarks": reference,
            "QueueTimeOutURL": f"{self.receiver.address}/timeout",
            "ResultURL": f"{self.receiver.address}/result",
        }
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        target = connection or self.connection
        target.request("POST", B2C, json.dumps(body), headers)
        answer = target.getresponse()
        return answer.status, answer.read()


@pytest.fixture
def receiver():
    running = Receiver()
    yield running
    running.stop()


@pytest.fixture
def server():
    with SimulatorServer(Simulator(delay_s=0.01, time_scale=60)) as running:
        yield running


@pytest.fixture
def line(server, receiver, seal_with):
    made = Line(server, receiver, seal_with)
    yield made
    made.connection.close()


class TestServer:
    def test_it_keeps_the_connection_and_delivers_the_callback(self, server, line, receiver):
        socket_before = line.connection.sock

        status, body = line.pay("254700000001", "ref-1")

        assert status == 200
        assert json.loads(body)["ResponseCode"] == "0"
        assert line.connection.sock is socket_before
        _, path, result = receiver.received.get(timeout=DEADLINE_S)
        assert path == "/result"
        assert json.loads(result)["Result"]["OriginatorConversationID"] == "ref-1"

    def test_a_delivery_report_goes_out_as_a_form(self, server, receiver):
        server.simulator.sms.report_url = f"{receiver.address}/report"
        form = "application/x-www-form-urlencoded"
        headers = {"apiKey": "key", "Content-Type": form}
        body = b"username=sandbox&to=%2B254700000001&message=Paid"

        reply = server.simulator.handle("POST", "/version1/messaging", headers, body)

        assert reply.status == 201
        _, path, report = receiver.received.get(timeout=DEADLINE_S)
        assert (path, receiver.kinds) == ("/report", [form])
        assert b"status=Success" in report

    def test_an_early_callback_comes_before_the_answer(self, line, receiver):
        status, _ = line.pay("254700099203", "ref-1")

        assert status == 200
        assert receiver.received.qsize() == 1

    def test_a_dropped_connection_moves_money(self, server, line, receiver):
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            line.pay("254700099301", "ref-1")

        receiver.received.get(timeout=DEADLINE_S)
        assert len(server.simulator.book.moves) == 1

    def test_a_hundred_slow_requests_are_held_at_once(self, server, line):
        statuses = Queue()

        def call(number):
            own = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)
            statuses.put(line.pay("254700099304", f"ref-{number}", own)[0])
            own.close()

        started = time.monotonic()
        threads = [threading.Thread(target=call, args=(number,)) for number in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [statuses.get_nowait() for _ in threads] == [200] * 100
        assert 0.5 <= time.monotonic() - started < 25  # one after the other: 50 s

    def test_a_refused_callback_is_not_tried_again(self, server, line, receiver):
        receiver.statuses.append(503)
        line.pay("254700099000", "ref-1")
        receiver.received.get(timeout=DEADLINE_S)
        server.deliverer.deliver_due()

        (record,) = server.simulator.callback_records
        assert (record.delivered, record.status) == (False, 503)
        assert receiver.received.empty()

    def test_nobody_listening_is_recorded(self, server, line, receiver):
        receiver.address = "http://127.0.0.1:9"
        line.pay("254700099203", "ref-1")

        (record,) = server.simulator.callback_records
        assert (record.delivered, record.status) == (False, None)
        assert record.problem

    def test_a_huge_body_is_refused(self, server, line):
        status, _ = line.ask("POST", B2C, headers={"Content-Length": "1000001"})

        assert status == 413

    def test_stopping_ends_what_hangs(self, receiver, seal_with):
        server = SimulatorServer(Simulator())
        server.start()
        line = Line(server, receiver, seal_with)
        ended = Queue()

        def hang():
            try:
                line.pay("254700099303", "ref-1")
            except (http.client.HTTPException, ConnectionError) as problem:
                ended.put(problem)

        thread = threading.Thread(target=hang)
        thread.start()
        while not server.simulator.world.payments.knows("ref-1"):
            thread.join(0.01)
        server.stop()
        thread.join(DEADLINE_S)
        line.connection.close()

        assert ended.qsize() == 1


class TestCommand:
    def start(self, tmp_path, *options):
        environment = os.environ | {"VAULT_DATA_DIR": str(tmp_path), "VAULT_TIME_SCALE": "60"}
        command = [sys.executable, "-m", "gateways.simulator", "--port", "0", "--json", *options]
        return subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_it_says_where_it_is_and_ends_on_a_signal(self, tmp_path):
        process = self.start(tmp_path, "--faults", "calm", "--seed", "7")
        try:
            facts = json.loads(process.stdout.readline())
            opener = build_opener(ProxyHandler({}))
            health_url = f"{facts['address']}/_simulator/health"
            with opener.open(health_url, timeout=DEADLINE_S) as answer:
                health = json.load(answer)
        finally:
            process.send_signal(signal.SIGTERM)
            output, log = process.communicate(timeout=DEADLINE_S)

        assert (health["faults"], health["seed"], health["timeScale"]) == ("calm", 7, 60.0)
        assert facts["certificate"] == str(tmp_path / "simulator" / "certificate.cer")
        assert process.returncode == 0
        assert output == ""
        assert "stopped" in log

    def test_the_certificate_can_be_had_alone(self, tmp_path):
        process = self.start(tmp_path, "--certificate-only")
        output, _ = process.communicate(timeout=DEADLINE_S)

        assert process.returncode == 0
        assert "certificate" in json.loads(output)
        assert (tmp_path / "simulator" / "certificate.cer").exists()

    def test_a_wrong_plan_is_explained(self, tmp_path):
        process = self.start(tmp_path, "--faults", "windy")
        _, log = process.communicate(timeout=DEADLINE_S)

        assert process.returncode == 2
        assert "no plan is called 'windy'" in log

    def test_a_taken_port_is_explained(self, tmp_path, server):
        process = self.start(tmp_path, "--port", str(server.port))
        _, log = process.communicate(timeout=DEADLINE_S)

        assert process.returncode == 1
        assert "in use" in log

    def test_the_certificate_has_a_place(self, monkeypatch, tmp_path):
        monkeypatch.setenv("VAULT_DATA_DIR", str(tmp_path))

        assert default_certificate() == tmp_path / "simulator" / "certificate.cer"
