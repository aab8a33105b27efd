"""Answers of the gateway in front of M-Pesa (daraja.md 1.3): code and text together."""

from gateways.daraja.codes import advice as do
from gateways.daraja.codes.advice import CodeRow as Row

# Faults on our side that would hit every payout of the shortcode: stop it, try none.
WHOLE_SHORTCODE = {
    "400", "401", "400.008.01", "400.008.02", "404.001.01", "404.001.04", "404.002.01",
    "404.003.01", "405.001",
}  # fmt: skip

_KEY = (
    "The consumer key or secret is wrong.", "Consumer key au secret si sahihi.",
    do.PERSON, do.CONSUMER_KEY,
)  # fmt: skip
_TOKEN = (
    "The access token was refused.", "Tokeni ya kuingia ilikataliwa.", do.LATER, do.TOKEN,
)  # fmt: skip
_ADDRESS = (
    "The address of the API is wrong.", "Anwani ya API si sahihi.", do.PERSON, do.ADDRESS,
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    Row("400", *_KEY),
    Row("401", *_KEY),
    Row("400.001", "The shortcode is invalid.", "Shortcode si sahihi.", do.PERSON, do.SHORTCODE),
    Row("400.002.02", "A field of our request is invalid.", "Sehemu ya ombi letu si sahihi.",
        do.PERSON, do.REQUEST),
    Row("400.002.05", "Our request is malformed.", "Ombi letu limeandikwa vibaya.",
        do.PERSON, do.REQUEST),
    Row("400.003.01", *_TOKEN),
    Row("400.003.02", "Our request is bad.", "Ombi letu si sahihi.", do.PERSON, do.REQUEST),
    Row("400.008.01", "The token request has the wrong type of authentication.",
        "Ombi la tokeni lina aina isiyo sahihi ya uthibitishaji.", do.PERSON, do.REQUEST),
    Row("400.008.02", "The token request has the wrong grant type.",
        "Ombi la tokeni lina grant type isiyo sahihi.", do.PERSON, do.REQUEST),
    Row("401.001", *_TOKEN),
    Row("401.002.01", *_TOKEN),
    Row("401.003.01", *_TOKEN),
    Row("404.001.01", *_ADDRESS),
    Row("404.001.03", *_TOKEN),
    Row("404.001.04", "The authentication header or the method is wrong.",
        "Kichwa cha uthibitishaji au njia ya ombi si sahihi.", do.PERSON, do.ADDRESS),
    Row("404.002.01", *_ADDRESS),
    Row("404.003.01", *_ADDRESS),
    Row("405.001", "The method is not allowed.", "Njia ya ombi hairuhusiwi.",
        do.PERSON, do.ADDRESS),
    Row("429", "Too many requests.", "Maombi ni mengi mno.", do.LATER, do.SLOWER),
    Row("500.001.1001", "The merchant does not exist.", "Mfanyabiashara hayupo.",
        do.PERSON, do.SHORTCODE, "merchant does not exist"),
    Row("500.001.1001", "The credentials are wrong.", "Vitambulisho vya kuingia si sahihi.",
        do.PERSON, do.CREDENTIALS, "wrong credentials"),
    Row("500.001.1001", "Another transaction of this line is open.",
        "Kuna muamala mwingine wa laini hii unaoendelea.", do.LATER,
        do.Advice(do.PAYEE, do.TRIED_AGAIN.to_do, do.TRIED_AGAIN.to_do_sw),
        "unable to lock subscriber"),
    Row("500.001.1001", "The transaction is still being processed.",
        "Muamala bado unashughulikiwa.", do.ASK, do.WE_ASK, "being processed"),
    Row("500.001.1001", "Internal error at M-Pesa.", "Hitilafu ya ndani ya M-Pesa.",
        do.ASK, do.WE_ASK),
    Row("500.002.1001", "This reference was sent before: ask what became of it.",
        "Rejeleo hili lilitumwa awali: uliza matokeo yake.", do.ASK, do.DUPLICATE,
        "Duplicate OriginatorConversationID"),
    Row("500.002.1001", "Internal error or maintenance at M-Pesa.",
        "Hitilafu ya ndani au matengenezo ya M-Pesa.", do.ASK, do.WE_ASK),
    Row("500.003.02", "Too many requests in a second.", "Maombi mengi mno kwa sekunde moja.",
        do.LATER, do.SLOWER, "spike arrest"),
    Row("500.003.02", "M-Pesa is busy.", "M-Pesa ina shughuli nyingi.",
        do.ASK, do.WE_ASK, "system is busy"),
    Row("500.003.02", "M-Pesa is busy or throttles.",
        "M-Pesa ina shughuli nyingi au inazuia maombi.", do.ASK, do.WE_ASK),
    Row("500.003.03", "The quota of requests is used up.",
        "Idadi ya maombi inayoruhusiwa imeisha.",
        do.LATER, do.SLOWER),
    Row("500.003.1001", "Internal error at M-Pesa.", "Hitilafu ya ndani ya M-Pesa.",
        do.ASK, do.WE_ASK),
    Row("503", "The firewall in front of M-Pesa answered.",
        "Ukuta wa ulinzi ulio mbele ya M-Pesa ndio uliojibu.", do.ASK, do.FIREWALL, "Incapsula"),
)  # fmt: skip
