"""A simulated M-Pesa provider. How to use it: docs/simulator.md."""

from gateways.simulator.agenda import CallbackRecord, PendingCallback
from gateways.simulator.book import Book, Move
from gateways.simulator.credential import KeyPair
from gateways.simulator.faults import FaultPlan, read_plan
from gateways.simulator.simulator import Simulator
from gateways.simulator.wire import NoAnswer, Reply, Response

__all__ = [
    "Book",
    "CallbackRecord",
    "FaultPlan",
    "KeyPair",
    "Move",
    "NoAnswer",
    "PendingCallback",
    "Reply",
    "Response",
    "Simulator",
    "read_plan",
]
