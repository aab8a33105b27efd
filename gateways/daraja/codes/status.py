"""Answers to status queries (daraja.md 5.1): what is said of the query, not of the payment."""

from gateways.daraja.codes import advice as do
from gateways.daraja.codes.advice import Advice
from gateways.daraja.codes.advice import CodeRow as Row

_QUERY_WORKED = Advice(
    do.NOBODY,
    "Nothing: the payment's own status decides.",
    "Hakuna la kufanya: hali ya malipo yenyewe ndiyo inayoamua.",
)
_NOT_FOUND = Advice(
    do.UNKNOWN,
    "Wait: we ask again. Where the payout is old, look at the M-Pesa statement.",
    "Subiri: tunauliza tena. Malipo yakiwa ya zamani, angalia taarifa ya akaunti ya M-Pesa.",
)
_REVERSED = Advice(
    do.NOBODY,
    "Nothing: it cannot be reversed twice.",
    "Hakuna la kufanya: hayawezi kurudishwa mara mbili.",
)
_RECEIPT = Advice(
    do.OURS,
    "Check the receipt number of the transaction that was to be reversed.",
    "Kagua nambari ya risiti ya muamala uliotakiwa kurudishwa.",
)

ROWS: tuple[Row, ...] = (
    Row("0", "The query worked; the payment's own status is in the answer.",
        "Swali limejibiwa; hali ya malipo yenyewe iko kwenye jibu.", do.ASK, _QUERY_WORKED),
    Row("21", "The initiator lacks the status-query role; nothing is said of the payment.",
        "Initiator hana jukumu la kuuliza hali; hakuna kilichosemwa kuhusu malipo.",
        do.ASK_PERSON, do.ROLE),
    Row("25", "The query was malformed; nothing is said of the payment.",
        "Swali liliandikwa vibaya; hakuna kilichosemwa kuhusu malipo.", do.ASK_PERSON, do.QUERY),
    Row("2001", "The query's initiator was refused; nothing is said of the payment.",
        "Initiator wa swali alikataliwa; hakuna kilichosemwa kuhusu malipo.",
        do.ASK_PERSON, do.INITIATOR),
    Row("2033", "No such transaction. Once is not yet proof.",
        "Hakuna muamala kama huo. Jibu moja bado si uthibitisho.", do.ASK_PERSON, _NOT_FOUND),
    Row("SFC_IC0003", "The query's initiator or party is wrong; nothing is said of the payment.",
        "Initiator au mhusika wa swali si sahihi; hakuna kilichosemwa kuhusu malipo.",
        do.ASK_PERSON, do.QUERY),
    Row("R000001", "The transaction was reversed before.", "Muamala ulisharudishwa awali.",
        do.NEVER, _REVERSED),
    Row("R000002", "The transaction to reverse was not found.",
        "Muamala wa kurudishwa haukupatikana.", do.NEVER, _RECEIPT),
)  # fmt: skip
