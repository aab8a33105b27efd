"""The in-memory doubles of the border's interfaces, for tests and rehearsals."""

from gateways.memory.collect import MemoryCollections, MemoryCollector
from gateways.memory.notices import MemoryNotifier, NoticeScript
from gateways.memory.payouts import (
    OPENING_FLOAT_MINOR,
    Answer,
    MemoryDisburser,
    MemoryProvider,
    Move,
    Owed,
    Script,
    Told,
)
from gateways.memory.prompts import MoneyReceived, PromptAnswer, PromptScript

__all__ = [
    "OPENING_FLOAT_MINOR", "Answer", "MemoryCollections", "MemoryCollector", "MemoryDisburser",
    "MemoryNotifier", "MemoryProvider", "MoneyReceived", "Move", "NoticeScript", "Owed",
    "PromptAnswer", "PromptScript", "Script", "Told",
]  # fmt: skip
