"""Names that a person gives to the simulator, and payments that it is told to forget."""

from gateways.simulator import Simulator

NAMES = {"254700000001": "Amina Example", "600222": "Example Towers"}


class TestNames:
    def test_the_result_names_who_is_registered(self, caller, read_parameters):
        caller.control("names", {"names": NAMES})
        caller.pay("254700000001")

        (result,) = caller.results()

        assert read_parameters(result)["ReceiverPartyPublicName"] == "254700000001 - Amina Example"

    def test_others_have_a_made_up_name_each(self, caller, read_parameters):
        caller.control("names", {"names": NAMES})
        caller.pay("254700000002")

        (result,) = caller.results()

        assert read_parameters(result)["ReceiverPartyPublicName"].startswith("254700000002 - ")

    def test_they_are_kept_over_a_restart(self, tmp_path):
        path = tmp_path / "book.jsonl"
        first = Simulator(state_path=path)
        first.world.book.record_names(NAMES)
        first.world.book.close()

        assert Simulator(state_path=path).world.book.names == NAMES

    def test_what_is_no_name_is_refused(self, caller):
        answer = caller.control("names", {"names": {"254700000001": 7}})

        assert (answer.status, "Amina Example" in answer.json()["error"]) == (400, True)


class TestForgetting:
    def test_a_status_query_finds_it_again_when_it_is_remembered(self, caller):
        caller.pay(OriginatorConversationID="ours")
        caller.wait(10)
        receipt = caller.moves[0].receipt

        caller.control("forget", {"receipt": receipt})
        forgotten = caller.status_of("ours")[0]
        caller.control("forget", {"receipt": receipt, "forgotten": False})

        assert (forgotten, caller.status_of("ours")[0]) == ("2033", "0")
