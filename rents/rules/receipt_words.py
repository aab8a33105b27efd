"""What a tenant's receipt says, in English and in Swahili."""

from dataclasses import dataclass

ENGLISH, SWAHILI = "en", "sw"


@dataclass(frozen=True, kw_only=True)
class ReceiptWords:
    """Labels of one language; `other` is how the other one calls itself."""

    language: str
    other_language: str
    other: str
    title: str
    number: str
    date: str
    place: str
    unit: str
    payer: str
    received_by: str
    cash: str
    keep: str
    missing_title: str
    missing: str


IN = {
    ENGLISH: ReceiptWords(
        language=ENGLISH, other_language=SWAHILI, other="Kiswahili", title="Rent receipt",
        number="Receipt number", date="Date", place="Property", unit="Unit", payer="Paid from",
        received_by="Received by", cash="Cash",
        keep="M-Pesa's own message is the proof of the transfer. This page confirms what it "
        "was received for.",
        missing_title="There is no receipt here",
        missing="The link is wrong or too old, or the payment was moved to another tenant or "
        "property. Open it exactly as you got it, or ask your landlord for a new one.",
    ),
    SWAHILI: ReceiptWords(
        language=SWAHILI, other_language=ENGLISH, other="English", title="Risiti ya kodi",
        number="Nambari ya risiti", date="Tarehe", place="Nyumba", unit="Chumba",
        payer="Imelipwa kutoka", received_by="Imepokelewa na", cash="Taslimu",
        keep="Ujumbe wa M-Pesa ndio uthibitisho wa malipo. Ukurasa huu unathibitisha malipo "
        "yalikuwa ya nini.",
        missing_title="Hakuna risiti hapa",
        missing="Kiungo si sahihi au ni cha zamani, au malipo yamehamishiwa mpangaji au nyumba "
        "nyingine. Kifungue jinsi ulivyokipokea, au mwombe anayekusanya kodi akutumie kipya.",
    ),
}  # fmt: skip


def receipt_words(*, asked: str, usual: str) -> ReceiptWords:
    """In the language that is asked for, else the usual one, else English."""
    return IN.get(asked) or IN.get(usual) or IN[ENGLISH]
