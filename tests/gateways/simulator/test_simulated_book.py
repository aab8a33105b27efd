import json

from gateways.simulator import KeyPair, Simulator


class TestBook:
    def test_it_is_read_over_the_wire(self, caller):
        caller.pay(amount=100, OriginatorConversationID="a")
        caller.pay(amount=200, OriginatorConversationID="b")
        caller.wait(10)

        book = caller.control("book").json()

        assert (book["count"], book["total"], book["paidTwice"]) == (2, 300, [])
        assert book["byReference"]["b"] == {"count": 1, "total": 200}
        assert set(book["moves"][0]) >= {
            "originator_conversation_id",
            "receipt",
            "shortcode",
            "msisdn",
            "amount",
            "charge",
            "at",
        }

    def test_a_second_reference_for_one_instruction_is_paid_twice(self, caller):
        caller.pay(Occassion="R-1")
        caller.pay(Occassion="R-1")
        caller.pay(Occassion="R-2")
        caller.wait(10)

        (repeat,) = caller.control("book").json()["paidTwice"]
        assert (repeat["by"], repeat["reference"], repeat["times"]) == ("occassion", "R-1", 2)

    def test_remarks_stand_in_where_no_occassion_is_given(self, caller):
        caller.pay(Remarks="Loan 17")
        caller.pay(Remarks="Loan 17")
        caller.pay("254700000002", Remarks="Loan 17")
        caller.wait(10)

        (repeat,) = caller.simulator.book.paid_twice()
        assert (repeat["by"], repeat["msisdn"]) == ("remarks", "254700000001")

    def test_wallets_can_be_read_and_topped_up(self, caller):
        caller.pay(amount=1600)
        caller.wait(10)
        caller.control("top-up", {"shortcode": "600001", "amount": 600})

        (wallet,) = caller.control("wallets").json()["wallets"]
        assert wallet["utility"] == 5_000_000 - 1600 + 600
        assert wallet["charges"] == -9

    def test_a_wrong_top_up_is_explained(self, caller):
        answer = caller.control("top-up", {"shortcode": "600001", "amount": -1})

        assert answer.status == 400
        assert "whole shillings" in answer.json()["error"]

    def test_health_numbers_and_directions(self, caller):
        assert caller.control("health").json()["status"] == "ok"
        assert caller.control("numbers").json()["99040"]["result_code"] == "2040"
        assert "/_simulator/book" in caller.control("nothing").json()["error"]
        assert caller.control("book", {}).status == 405

    def test_callbacks_are_listed_with_their_fate(self, caller):
        caller.pay("254700099202", OriginatorConversationID="ours")
        first, second, *_ = caller.wait(10)
        caller.simulator.delivered(first.number, status=200)
        caller.simulator.delivered(second.number, status=503)

        listed = caller.control("callbacks").json()["callbacks"]

        assert [row["delivered"] for row in listed] == [True, False, None, None, None]
        assert {row["originator_conversation_id"] for row in listed} == {"ours"}

    def test_the_next_moment_leads_to_quiet(self, caller):
        caller.pay("254700099206")
        moments = 0
        while (moment := caller.simulator.next_moment()) is not None:
            caller.now = moment
            caller.simulator.due_callbacks()
            moments += 1

        assert moments >= 2
        assert len(caller.moves) == 1


class TestState:
    def test_the_book_survives_a_restart(self, calling, tmp_path):
        path = tmp_path / "state" / "book.jsonl"
        first = calling(state_path=path)
        first.pay(amount=1600, OriginatorConversationID="ours")
        first.wait(10)
        first.simulator.top_up(shortcode="600001", shillings=50)
        first.simulator.close()

        second = calling(state_path=path)

        assert second.moves == first.moves
        assert second.simulator.world.wallets.of("600001").utility == 5_000_000 - 1600 + 50
        assert second.status_of("ours")[1]["ReceiptNo"] == first.moves[0].receipt
        assert second.pay(OriginatorConversationID="ours").status == 500
        second.simulator.close()

    def test_half_a_line_is_dropped(self, calling, tmp_path):
        path = tmp_path / "book.jsonl"
        first = calling(state_path=path)
        first.pay()
        first.wait(10)
        first.simulator.close()
        with path.open("a") as file:
            file.write('{"kind": "move", "orig')

        second = calling(state_path=path)
        second.pay("254700000002", OriginatorConversationID="another")
        second.wait(10)
        second.simulator.close()

        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert len(lines) == len(second.moves) == 2


class TestCertificate:
    def test_the_pair_is_kept(self, tmp_path):
        path = tmp_path / "simulator" / "certificate.cer"
        first = KeyPair.load_or_create(path)
        written = path.read_bytes()

        second = KeyPair.load_or_create(path)

        assert second.private_key_pem == first.private_key_pem
        assert path.read_bytes() == written
        assert path.with_suffix(".key").stat().st_mode & 0o077 == 0

    def test_a_lost_certificate_is_made_again_for_the_same_key(self, tmp_path, seal_with):
        path = tmp_path / "certificate.cer"
        first = KeyPair.load_or_create(path)
        path.unlink()
        KeyPair.load_or_create(path)

        assert first.open(seal_with(path.read_bytes(), "Some#Password1")) == "Some#Password1"

    def test_it_is_served(self, tmp_path):
        pair = KeyPair.load_or_create(tmp_path / "certificate.cer")
        simulator = Simulator(key_pair=pair)

        answer = simulator.handle("GET", "/_simulator/certificate", {})

        assert answer.body == (tmp_path / "certificate.cer").read_bytes()
