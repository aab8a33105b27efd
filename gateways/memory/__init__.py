"""The in-memory doubles of the border's interfaces, for tests and rehearsals."""

from gateways.memory.collect import MemoryCollections, MemoryCollector
from gateways.memory.loan_book import (
    MemoryLoanBook,
    MemoryLoanDesk,
    memory_loan_book,
    memory_loan_desk,
)
from gateways.memory.loan_faults import LoanFault
from gateways.memory.loans import MemoryLoans
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
from gateways.memory.platform import MemoryPlatform
from gateways.memory.prompts import MoneyReceived, PromptAnswer, PromptScript
from gateways.memory.transfer_faults import TransferFault
from gateways.memory.transfers import MemoryTransferrer, memory_transferrer

__all__ = [
    "OPENING_FLOAT_MINOR", "Answer", "LoanFault", "MemoryCollections", "MemoryCollector",
    "MemoryDisburser", "MemoryLoanBook", "MemoryLoanDesk", "MemoryLoans", "MemoryNotifier",
    "MemoryPlatform", "MemoryProvider", "MemoryTransferrer", "MoneyReceived", "Move",
    "NoticeScript", "Owed", "PromptAnswer", "PromptScript", "Script", "Told", "TransferFault",
    "memory_loan_book", "memory_loan_desk", "memory_transferrer",
]  # fmt: skip
