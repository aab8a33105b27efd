"""The in-memory double beyond the contract: its scripts."""

import pytest

from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import PaymentState, PayoutTimedOut, StatusQuestion
from gateways.memory import Answer, MemoryProvider, Script, Told


@pytest.fixture
def memory():
    return MemoryProvider()


class TestScripts:
    @pytest.mark.parametrize(
        ("answer", "error"),
        [(Answer.DECLINED, Declined), (Answer.UNREACHABLE, Unreachable)],
    )
    def test_a_refusal_leaves_the_reference_free(self, memory, access, order, answer, error):
        memory.script(order.msisdn, Script(answer=answer, answer_code="X", answer_text="no"))

        with pytest.raises(error) as caught:
            memory.disburser(access).send(order)
        memory.disburser(access).send(order)

        assert (caught.value.code, caught.value.text) == ("X", "no")
        assert memory.moved_minor(order.reference) == order.amount_minor

    @pytest.mark.parametrize("carried_out", [True, False])
    def test_an_unclear_answer_may_hide_a_payment(self, memory, access, order, carried_out):
        memory.script(order.msisdn, Script(answer=Answer.UNCLEAR, carried_out=carried_out))

        with pytest.raises(Unclear):
            memory.disburser(access).send(order)

        assert (memory.moved_minor(order.reference) > 0) is carried_out

    def test_a_queue_timeout_goes_to_its_own_address(self, memory, access, order):
        memory.script(order.msisdn, Script(told=Told.TIMEOUT))

        memory.disburser(access).send(order)

        [owed] = memory.events()
        assert (owed.url, owed.event) == (
            order.urls.timeout, PayoutTimedOut(reference=order.reference),
        )  # fmt: skip

    def test_events_are_handed_over_once_and_may_be_told_twice(self, memory, access, order):
        memory.script(order.msisdn, Script(told=Told.TWICE))
        memory.disburser(access).send(order)

        first, second = memory.events()

        assert first == second
        assert list(memory.events()) == []

    def test_one_in_flight_has_moved_nothing_yet(self, memory, access, order, urls):
        memory.script(order.msisdn, Script(in_flight=True, told=Told.NEVER))
        gateway = memory.disburser(access)
        gateway.send(order)

        gateway.ask(StatusQuestion(reference=order.reference, remarks="", urls=urls))

        [owed] = memory.events()
        assert owed.event.state is PaymentState.IN_FLIGHT
        assert memory.moved_minor(order.reference) == 0
