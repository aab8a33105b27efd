"""Final results of payouts (daraja.md 3.6)."""

from gateways.daraja.codes import advice as do
from gateways.daraja.codes.advice import CodeRow as Row

# Faults on our side that would hit every payout of the shortcode: stop it, try none.
WHOLE_SHORTCODE = {"1", "11", "18", "20", "21", "22", "2001", "2006", "2028", "8006"}

_UNDOCUMENTED = (
    "Not a documented payout code.", "Msimbo huu haujaelezwa kwa malipo ya kutoa.",
    do.ASK, do.WE_ASK_UNCLEAR,
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    Row("0", "Paid.", "Imelipwa.", do.PAID, do.NOTHING),
    Row("1", "Our utility account holds too little: top it up.",
        "Akaunti yetu ya Utility haina pesa za kutosha: iongezewe.", do.PERSON, do.TOP_UP),
    Row("2", "The amount is below the minimum.", "Kiasi kiko chini ya kiwango cha chini.",
        do.NEVER, do.AMOUNT),
    Row("3", "The amount is above the maximum of KES 250,000.",
        "Kiasi kimezidi kiwango cha juu cha KES 250,000.", do.NEVER, do.AMOUNT),
    Row("4", "The recipient reached the daily limit: try another day.",
        "Mpokeaji amefikia kikomo cha siku: jaribu siku nyingine.", do.NEXT_DAY, do.DAY_LIMIT),
    Row("8", "The recipient's wallet is full: try another day.",
        "Akaunti ya mpokeaji imejaa: jaribu siku nyingine.", do.NEXT_DAY, do.WALLET_FULL),
    Row("11", "Our shortcode is not active.", "Shortcode yetu haitumiki kwa sasa.",
        do.PERSON, do.SHORTCODE),
    Row("15", "This reference was used before; how that request ended is not said.",
        "Rejeleo hili lilitumika awali; haijasemwa ombi hilo liliishaje.", do.ASK, do.DUPLICATE),
    Row("17", "Internal failure at M-Pesa.", "Hitilafu ya ndani ya M-Pesa.",
        do.ASK, do.WE_ASK),
    Row("18", "The initiator's credential check failed: wrong password or certificate.",
        "Initiator hakuthibitishwa: nenosiri au cheti si sahihi.", do.PERSON, do.INITIATOR),
    Row("20", "The initiator's user name was not found.",
        "Jina la mtumiaji la initiator halikupatikana.", do.PERSON, do.INITIATOR),
    Row("21", "The initiator lacks the B2C role.", "Initiator hana jukumu la B2C.",
        do.PERSON, do.ROLE),
    Row("22", "The initiator is not active.", "Initiator hatumiki kwa sasa.",
        do.PERSON, do.INITIATOR),
    Row("26", "M-Pesa is too busy.", "M-Pesa ina shughuli nyingi mno.", do.ASK, do.WE_ASK),
    Row("1001", *_UNDOCUMENTED),
    Row("1032", *_UNDOCUMENTED),
    Row("1037", *_UNDOCUMENTED),
    Row("2001", "Our initiator's name, password or certificate is wrong.",
        "Jina, nenosiri au cheti cha initiator wetu si sahihi.", do.PERSON, do.INITIATOR),
    Row("2006", "The state of our account does not allow this.",
        "Hali ya akaunti yetu hairuhusu malipo haya.", do.PERSON, do.SHORTCODE),
    Row("2020", "The format of the amount is invalid.", "Kiasi kimeandikwa kwa muundo usiofaa.",
        do.NEVER, do.AMOUNT),
    Row("2028", "Our shortcode has no permission for payouts.",
        "Shortcode yetu haina ruhusa ya kutoa malipo.", do.PERSON, do.PERMISSION),
    Row("2029", "M-Pesa could not resolve the type of the reason.",
        "M-Pesa haikutambua aina ya sababu ya malipo.", do.ASK, do.WE_ASK_UNCLEAR),
    Row("2040", "The recipient is not a registered customer.",
        "Mpokeaji si mteja aliyesajiliwa wa M-Pesa.", do.NEVER, do.REGISTER),
    Row("2051", "The recipient's number is invalid.", "Nambari ya mpokeaji si sahihi.",
        do.NEVER, do.RIGHT_NUMBER),
    Row("8006", "Our initiator's credential is locked: the administrator unlocks it.",
        "Nenosiri la initiator wetu limefungwa: msimamizi alifungue.", do.PERSON, do.UNLOCK),
    Row("R002", "The recipient has no such type of identity document.",
        "Mpokeaji hana aina hiyo ya kitambulisho.", do.NEVER, do.IDENTITY),
    Row("R003", "The identity number is not the recipient's.",
        "Nambari ya kitambulisho si ya mpokeaji.", do.NEVER, do.IDENTITY),
    Row("SFC_IC0003", "The recipient's number is invalid or not on M-Pesa.",
        "Nambari ya mpokeaji si sahihi au haiko kwenye M-Pesa.", do.NEVER, do.RIGHT_NUMBER),
)  # fmt: skip
