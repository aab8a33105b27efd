"""Final results of payouts to businesses (daraja.md 4)."""

from gateways.daraja.codes import advice as do
from gateways.daraja.codes.advice import Advice
from gateways.daraja.codes.advice import CodeRow as Row

# Our credentials: every call of the shortcode would meet them, B2C too. A short Working account or
# a missing B2B role leaves B2C alone, so those concern the payment.
WHOLE_SHORTCODE = {"18", "20", "22", "2001", "8006"}

_WORKING = Advice(
    do.OURS,
    "Move money to our Working account on the M-Pesa portal (B2B pays from there, not from "
    "Utility), then let the payouts go on.",
    "Hamishia pesa kwenye akaunti yetu ya Working katika tovuti ya M-Pesa (B2B hulipa kutoka "
    "hapo, si Utility), kisha ruhusu malipo yaendelee.",
)
_RECEIVER = Advice(
    do.PAYEE,
    "Check the paybill or till with the payee, and which of the two it is: then correct and "
    "resend.",
    "Thibitisha paybill au till na mpokeaji, na ni ipi kati ya hizo mbili: kisha sahihisha na "
    "utume tena.",
)
_RECEIVER_AS_SENT = Advice(do.OURS, _RECEIVER.to_do, _RECEIVER.to_do_sw)
_ACCOUNT = Advice(
    do.PAYEE,
    "Ask the payee for the right account number, then correct and resend.",
    "Mwombe mpokeaji nambari sahihi ya akaunti, kisha sahihisha na utume tena.",
)

ROWS: tuple[Row, ...] = (
    Row("0", "Paid: the receiver was credited.", "Imelipwa: mpokeaji amepokea.",
        do.PAID, do.NOTHING),
    Row("1", "Our Working account holds too little: top it up.",
        "Akaunti yetu ya Working haina pesa za kutosha: iongezewe.", do.PERSON, _WORKING),
    Row("7", "The receiving business was not found.", "Biashara inayopokea haikupatikana.",
        do.NEVER, _RECEIVER),
    Row("14", "The receiving account was not found.", "Akaunti inayopokea haikupatikana.",
        do.NEVER, _ACCOUNT),
    Row("18", "The initiator's credential check failed: wrong password or certificate.",
        "Initiator hakuthibitishwa: nenosiri au cheti si sahihi.", do.PERSON, do.INITIATOR),
    Row("20", "The initiator's user name was not found.",
        "Jina la mtumiaji la initiator halikupatikana.", do.PERSON, do.INITIATOR),
    Row("21", "The initiator lacks the B2B role for this command.",
        "Initiator hana jukumu la B2B kwa amri hii.", do.PERSON, do.ROLE),
    Row("22", "The initiator is not active.", "Initiator hatumiki kwa sasa.",
        do.PERSON, do.INITIATOR),
    Row("1005", "The account reference is invalid.", "Nambari ya akaunti si sahihi.",
        do.NEVER, _ACCOUNT),
    Row("2001", "Our initiator's name, password or certificate is wrong.",
        "Jina, nenosiri au cheti cha initiator wetu si sahihi.", do.PERSON, do.INITIATOR),
    Row("2007", "The receiving biller refused the payment.",
        "Biashara inayopokea imekataa malipo.", do.NEVER, _ACCOUNT),
    Row("2020", "The format of the amount is invalid.", "Kiasi kimeandikwa kwa muundo usiofaa.",
        do.NEVER, do.AMOUNT),
    Row("2028", "Our shortcode has no permission to pay businesses.",
        "Shortcode yetu haina ruhusa ya kulipa biashara.", do.PERSON, do.PERMISSION),
    Row("2029", "M-Pesa could not resolve the type of the reason.",
        "M-Pesa haikutambua aina ya sababu ya malipo.", do.ASK, do.WE_ASK_UNCLEAR),
    Row("2043", "The receiver does not belong to the initiator's organisation.",
        "Mpokeaji si sehemu ya shirika la initiator.", do.PERSON, do.PERMISSION),
    Row("2202", "The account number is invalid.", "Nambari ya akaunti si sahihi.",
        do.NEVER, _ACCOUNT),
    Row("8006", "Our initiator's credential is locked: the administrator unlocks it.",
        "Nenosiri la initiator wetu limefungwa: msimamizi alifungue.", do.PERSON, do.UNLOCK),
    Row("SFC_IC0003", "The receiver is not a paybill or till as it was given.",
        "Mpokeaji si paybill au till kama ilivyoandikwa.", do.PERSON, _RECEIVER_AS_SENT),
)  # fmt: skip
