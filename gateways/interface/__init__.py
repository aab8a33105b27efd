"""What we ask of providers and what they tell us, in our own words.

A gateway makes one call with one try and knows no table of ours. Amounts are minor units of
`currency`; moments are UTC; phones are 12 digits starting with 254.
"""

from gateways.interface.collect import (
    ACCOUNT_CHARACTERS_MAX,
    DESCRIPTION_CHARACTERS_MAX,
    PROMPT_SHILLINGS_MAX,
    CollectionAccess,
    CollectionKind,
    Collector,
    PaymentUrls,
    Prompted,
    PromptOrder,
    PromptStanding,
    PromptState,
    PulledPage,
    PulledPayment,
    PullRegistration,
    PullWindow,
    Registered,
    Unanswered,
)
from gateways.interface.loans import (
    LOAN_EXTERNAL_ID_CHARACTERS_MAX,
    LOAN_KEY_CHARACTERS_MAX,
    LOAN_NOTE_CHARACTERS_MAX,
    LOAN_RECEIPT_CHARACTERS_MAX,
    LOANS_PAGE_MAX,
    PAID_OUT_LOAN_STATES,
    AccessRefused,
    AskAgain,
    AwaitsChecker,
    CallKeeper,
    CheckerVerdict,
    DisbursalOrder,
    DisbursalRecorded,
    FoundDisbursal,
    ListedLoan,
    LoanAccess,
    LoanBook,
    LoanChanged,
    LoanClient,
    LoanDesk,
    LoanFacts,
    LoanPage,
    LoanState,
    LoanUser,
    PaymentType,
)
from gateways.interface.notices import (
    Channel,
    Notice,
    NoticeReported,
    NoticeState,
    NoticeTaken,
    Notifier,
)
from gateways.interface.payouts import (
    BalanceAnswer,
    BalanceQuestion,
    BusinessOrder,
    Disburser,
    Order,
    PaymentState,
    PayoutOrder,
    PayoutResult,
    PayoutTimedOut,
    ReceiverKind,
    StatusAnswer,
    StatusQuestion,
    StatusTimedOut,
    WalletBalance,
)
from gateways.interface.received import (
    TAKEN,
    PayerPhone,
    PaymentConfirmed,
    PaymentToValidate,
    PhoneForm,
    PromptAnswered,
    Refusal,
    StraightPayment,
    Verdict,
)
from gateways.interface.shared import (
    Acknowledgement,
    Arrival,
    CallbackUrls,
    CodeDefault,
    Delivery,
    Exchange,
    Rail,
    ShortcodeAccess,
    Unreadable,
)
from gateways.interface.transfers import (
    AccountAnswer,
    AccountChanged,
    AccountLeft,
    AccountStanding,
    BalanceAvailable,
    BankPayoutFailed,
    Capability,
    CapabilityChanged,
    NothingForUs,
    PlatformAccess,
    PlatformBalance,
    ReversalOrder,
    Reversed,
    TakenBack,
    Transfer,
    TransferChange,
    TransferChanged,
    TransferEvent,
    TransferOrder,
    Transferred,
    Transferrer,
    TransfersFound,
    is_transferable,
)

Event = (
    PayoutResult
    | PayoutTimedOut
    | StatusAnswer
    | StatusTimedOut
    | BalanceAnswer
    | NoticeReported
    | PromptAnswered
    | PaymentConfirmed
    | PaymentToValidate
    | TransferEvent
    | LoanChanged
)

__all__ = [
    "ACCOUNT_CHARACTERS_MAX", "DESCRIPTION_CHARACTERS_MAX", "LOANS_PAGE_MAX",
    "LOAN_EXTERNAL_ID_CHARACTERS_MAX", "LOAN_KEY_CHARACTERS_MAX", "LOAN_NOTE_CHARACTERS_MAX",
    "LOAN_RECEIPT_CHARACTERS_MAX", "PAID_OUT_LOAN_STATES", "PROMPT_SHILLINGS_MAX", "TAKEN",
    "AccessRefused", "AccountAnswer", "AccountChanged", "AccountLeft", "AccountStanding",
    "Acknowledgement", "Arrival", "AskAgain", "AwaitsChecker", "BalanceAnswer",
    "BalanceAvailable", "BalanceQuestion", "BankPayoutFailed", "BusinessOrder", "CallKeeper",
    "CallbackUrls", "Capability", "CapabilityChanged", "Channel", "CheckerVerdict",
    "CodeDefault", "CollectionAccess", "CollectionKind", "Collector", "Delivery",
    "DisbursalOrder", "DisbursalRecorded", "Disburser", "Event", "Exchange", "FoundDisbursal",
    "ListedLoan", "LoanAccess", "LoanBook", "LoanChanged", "LoanClient", "LoanDesk", "LoanFacts",
    "LoanPage", "LoanState", "LoanUser", "NothingForUs", "Notice", "NoticeReported",
    "NoticeState", "NoticeTaken", "Notifier", "Order", "PayerPhone", "PaymentConfirmed",
    "PaymentState", "PaymentToValidate", "PaymentType", "PaymentUrls", "PayoutOrder",
    "PayoutResult", "PayoutTimedOut", "PhoneForm", "PlatformAccess", "PlatformBalance",
    "PromptAnswered", "PromptOrder", "PromptStanding", "PromptState", "Prompted",
    "PullRegistration", "PullWindow", "PulledPage", "PulledPayment", "Rail", "ReceiverKind",
    "Refusal", "Registered", "ReversalOrder", "Reversed", "ShortcodeAccess", "StatusAnswer",
    "StatusQuestion", "StatusTimedOut", "StraightPayment", "TakenBack", "Transfer",
    "TransferChange", "TransferChanged", "TransferEvent", "TransferOrder", "Transferred",
    "Transferrer", "TransfersFound", "Unanswered", "Unreadable", "Verdict", "WalletBalance",
    "is_transferable",
]  # fmt: skip
