"""On whose side a code is and what people do about it, in English and Swahili.

Facts: daraja.md 1.2, 1.3, 3.6, 3.7, 5.1, 6. What no source says is not said here either.
"""

from typing import NamedTuple

PAYEE, OURS, PROVIDER, NOBODY, UNKNOWN = "payee", "ours", "provider", "nobody", "unknown"

PAID = ("success", "never")
NEVER = ("failed", "never")
LATER = ("failed", "backoff")
NEXT_DAY = ("failed", "next_day")
PERSON = ("failed", "operator")
ASK = ("unknown", "ask")
ASK_PERSON = ("unknown", "operator")


class Advice(NamedTuple):
    """Whose side it is, and what to do."""

    side: str
    to_do: str
    to_do_sw: str


class CodeRow(NamedTuple):
    """A code of one API: what happened in both languages, outcome and next, advice, text."""

    code: str
    meaning: str
    meaning_sw: str
    verdict: tuple[str, str]
    advice: Advice
    text_pattern: str = ""


NOTHING = Advice(NOBODY, "Nothing: it is done.", "Hakuna la kufanya: imekamilika.")
WAIT = (
    "Wait: we ask M-Pesa what became of it. Do not pay it another way meanwhile.",
    "Subiri: tunauliza M-Pesa matokeo yake. Usilipe kwa njia nyingine kwa sasa.",
)
WE_ASK = Advice(PROVIDER, *WAIT)
WE_ASK_UNCLEAR = Advice(UNKNOWN, *WAIT)
DUPLICATE = Advice(
    UNKNOWN,
    "Wait: we ask M-Pesa what became of the first request. It is not sent again meanwhile.",
    "Subiri: tunauliza M-Pesa matokeo ya ombi la kwanza. Halitumwi tena kwa sasa.",
)
TRIED_AGAIN = Advice(
    PROVIDER,
    "Nothing: it is tried again by itself.",
    "Hakuna la kufanya: itajaribiwa tena yenyewe.",
)
SLOWER = Advice(
    OURS,
    "Nothing: it is tried again by itself. If it happens often, lower the shortcode's calls "
    "per second.",
    "Hakuna la kufanya: itajaribiwa tena yenyewe. Ikitokea mara nyingi, punguza idadi ya maombi "
    "ya shortcode kwa sekunde.",
)
TOKEN = Advice(
    UNKNOWN,
    "Nothing: a new token is fetched and it is tried again by itself. If it goes on, check that "
    "our app on the Daraja portal may use this product.",
    "Hakuna la kufanya: tokeni mpya inachukuliwa na itajaribiwa tena yenyewe. Ikiendelea, "
    "hakikisha app yetu kwenye tovuti ya Daraja imeruhusiwa kutumia huduma hii.",
)
DAY_LIMIT = Advice(
    PAYEE,
    "Nothing: it is tried again after midnight. For a payment today, agree on a smaller amount.",
    "Hakuna la kufanya: itajaribiwa tena baada ya saa sita usiku. Ili kulipa leo, "
    "kubalianeni kiasi kidogo zaidi.",
)
WALLET_FULL = Advice(
    PAYEE,
    "Ask the payee to use some of the money in the wallet. It is tried again after midnight.",
    "Mwombe mpokeaji apunguze pesa kwenye akaunti yake. Itajaribiwa tena baada ya saa sita usiku.",
)
RIGHT_NUMBER = Advice(
    PAYEE,
    "Ask the payee for the right M-Pesa number, then correct and resend.",
    "Mwombe mpokeaji nambari sahihi ya M-Pesa, kisha sahihisha na utume tena.",
)
REGISTER = Advice(
    PAYEE,
    "The payee registers for M-Pesa or names another number: then correct and resend.",
    "Mpokeaji ajisajili na M-Pesa au atoe nambari nyingine: kisha sahihisha na utume tena.",
)
IDENTITY = Advice(
    PAYEE,
    "Check the identity document with the payee, then instruct a new payout.",
    "Thibitisha kitambulisho na mpokeaji, kisha agiza malipo mapya.",
)
AMOUNT = Advice(
    OURS,
    "Correct the amount and resend, in several payouts where it is too large.",
    "Sahihisha kiasi na utume tena; kikiwa kikubwa mno, gawanya kwa malipo kadhaa.",
)
TOP_UP = Advice(
    OURS,
    "Move money to our Utility account on the M-Pesa portal (it may lie in Working), then let "
    "the payouts go on.",
    "Hamishia pesa kwenye akaunti yetu ya Utility katika tovuti ya M-Pesa (huenda ziko Working), "
    "kisha ruhusu malipo yaendelee.",
)
BALANCE = Advice(
    OURS,
    "Check our accounts on the M-Pesa portal and top up, then let the payouts go on.",
    "Kagua akaunti zetu kwenye tovuti ya M-Pesa na uongeze pesa, kisha ruhusu malipo yaendelee.",
)
SHORTCODE = Advice(
    OURS,
    "Check with Safaricom what is wrong with our shortcode, then let the payouts go on.",
    "Uliza Safaricom shortcode yetu ina tatizo gani, kisha ruhusu malipo yaendelee.",
)
INITIATOR = Advice(
    OURS,
    "Check the initiator's name, password (it expires after 90 days) and certificate under "
    "Shortcodes, then let the payouts go on. Repeated tries lock the credential.",
    "Kagua jina la initiator, nenosiri (huisha baada ya siku 90) na cheti kwenye Shortcodes, "
    "kisha ruhusu malipo yaendelee. Kujaribu mara nyingi hufunga nenosiri.",
)
ROLE = Advice(
    OURS,
    "Have our business administrator give the initiator the role on the M-Pesa portal, then let "
    "the payouts go on.",
    "Msimamizi wetu ampe initiator jukumu hilo kwenye tovuti ya M-Pesa, kisha ruhusu malipo "
    "yaendelee.",
)
UNLOCK = Advice(
    OURS,
    "Have our business administrator unlock the credential on the M-Pesa portal, then let the "
    "payouts go on.",
    "Msimamizi wetu afungue nenosiri la initiator kwenye tovuti ya M-Pesa, kisha ruhusu malipo "
    "yaendelee.",
)
PERMISSION = Advice(
    OURS,
    "Ask Safaricom to allow this product for us, then let the payouts go on.",
    "Omba Safaricom ituruhusu kutumia huduma hii, kisha ruhusu malipo yaendelee.",
)
REQUEST = Advice(
    OURS,
    "Tell whoever runs this system: our request must be put right before it is sent again.",
    "Mjulishe anayeendesha mfumo huu: ombi letu lirekebishwe kabla ya kutumwa tena.",
)
ADDRESS = Advice(
    OURS,
    "Tell whoever runs this system: the address or method of the API must be put right.",
    "Mjulishe anayeendesha mfumo huu: anwani au njia ya API irekebishwe.",
)
CREDENTIALS = Advice(
    OURS,
    "Check our credentials under Shortcodes, then let the payouts go on.",
    "Kagua vitambulisho vyetu vya kuingia kwenye Shortcodes, kisha ruhusu malipo yaendelee.",
)
CONSUMER_KEY = Advice(
    OURS,
    "Check the consumer key and secret under Shortcodes, then let the payouts go on.",
    "Kagua consumer key na secret kwenye Shortcodes, kisha ruhusu malipo yaendelee.",
)
QUERY = Advice(
    OURS,
    "Put the query's fault right, then ask M-Pesa again. The payment's outcome is still open.",
    "Rekebisha kosa la swali, kisha uliza M-Pesa tena. Matokeo ya malipo bado hayajulikani.",
)
FIREWALL = Advice(
    PROVIDER,
    "Wait: we ask M-Pesa what became of it. If it goes on, ask Safaricom whether our server's "
    "address is blocked.",
    "Subiri: tunauliza M-Pesa matokeo yake. Ikiendelea, uliza Safaricom kama anwani ya seva yetu "
    "imezuiwa.",
)
