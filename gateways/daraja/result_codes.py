"""What M-Pesa's codes mean and what we do next, as documented (daraja.md 1.3, 3.6, 5.1).

These are the defaults of the table that staff edit. A code that stands in no row is unknown.
"""

from gateways.interface import CodeDefault

_PAID = ("success", "never")
_NEVER = ("failed", "never")
_LATER = ("failed", "backoff")
_NEXT_DAY = ("failed", "next_day")
_PERSON = ("failed", "operator")
_ASK = ("unknown", "ask")
_ASK_PERSON = ("unknown", "operator")

_Row = tuple[str, str, tuple[str, str]]

_ANY: tuple[_Row, ...] = (
    ("0", "Done.", _PAID),
    ("5", "An account would fall below its minimum balance.", _PERSON),
    ("6", "The paying side was not found.", _PERSON),
    ("7", "The receiving side was not found.", _NEVER),
    ("9", "The meaning of this code is not known.", _ASK),
    ("10", "The meaning of this code is disputed.", _ASK),
    ("11", "Our shortcode is not active.", _PERSON),
    ("12", "The receiving account is invalid.", _NEVER),
    ("13", "Our account was not found.", _PERSON),
    ("14", "The receiving account was not found.", _NEVER),
    ("15", "This reference was used before; how that request ended is not said.", _ASK),
    ("17", "Internal failure at M-Pesa.", _ASK),
    ("18", "The initiator's credential check failed: wrong password or certificate.", _PERSON),
    ("19", "Messages arrived out of sequence.", _ASK),
    ("20", "The initiator's user name was not found.", _PERSON),
    ("21", "The initiator lacks the role for this request.", _PERSON),
    ("22", "The initiator is not active.", _PERSON),
    ("24", "Our request lacks a field.", _PERSON),
    ("25", "Our request has a malformed field.", _PERSON),
    ("26", "M-Pesa is too busy.", _ASK),
    ("29", "The command is unknown or not allowed.", _PERSON),
    ("100000000", "M-Pesa kept the request and may still carry it out.", _ASK),
    ("100000001", "M-Pesa is overloaded.", _ASK),
    ("100000002", "M-Pesa throttled the request.", _LATER),
    ("100000004", "Internal error at M-Pesa.", _ASK),
    ("100000005", "A field has an invalid value.", _PERSON),
    ("100000007", "The service is in an abnormal state.", _ASK),
    ("100000009", "The API is in an abnormal state.", _ASK),
    ("100000010", "We lack the permission for this request.", _PERSON),
    ("100000011", "Too many requests.", _LATER),
)
_B2C: tuple[_Row, ...] = (
    ("0", "Paid.", _PAID),
    ("1", "Our utility account holds too little: top it up.", _PERSON),
    ("2", "The amount is below the minimum.", _NEVER),
    ("3", "The amount is above the maximum of KES 250,000.", _NEVER),
    ("4", "The recipient reached the daily limit: try another day.", _NEXT_DAY),
    ("8", "The recipient's wallet is full: try another day.", _NEXT_DAY),
    ("11", "Our shortcode is not active.", _PERSON),
    ("15", "This reference was used before; how that request ended is not said.", _ASK),
    ("17", "Internal failure at M-Pesa.", _ASK),
    ("18", "The initiator's credential check failed: wrong password or certificate.", _PERSON),
    ("20", "The initiator's user name was not found.", _PERSON),
    ("21", "The initiator lacks the B2C role.", _PERSON),
    ("22", "The initiator is not active.", _PERSON),
    ("26", "M-Pesa is too busy.", _ASK),
    ("1001", "Not a documented payout code.", _ASK),
    ("1032", "Not a documented payout code.", _ASK),
    ("1037", "Not a documented payout code.", _ASK),
    ("2001", "Our initiator's name, password or certificate is wrong.", _PERSON),
    ("2006", "The state of our account does not allow this.", _PERSON),
    ("2020", "The format of the amount is invalid.", _NEVER),
    ("2028", "Our shortcode has no permission for payouts.", _PERSON),
    ("2029", "M-Pesa could not resolve the type of the reason.", _ASK),
    ("2040", "The recipient is not a registered customer.", _NEVER),
    ("2051", "The recipient's number is invalid.", _NEVER),
    ("8006", "Our initiator's credential is locked: the administrator unlocks it.", _PERSON),
    ("R002", "The recipient has no such type of identity document.", _NEVER),
    ("R003", "The identity number is not the recipient's.", _NEVER),
    ("SFC_IC0003", "The recipient's number is invalid or not on M-Pesa.", _NEVER),
)
_STATUS: tuple[_Row, ...] = (
    ("0", "The query worked; the payment's own status is in the answer.", _ASK),
    ("21", "The initiator lacks the status-query role; nothing is said of the payment.",
     _ASK_PERSON),
    ("25", "The query was malformed; nothing is said of the payment.", _ASK_PERSON),
    ("2001", "The query's initiator was refused; nothing is said of the payment.", _ASK_PERSON),
    ("2033", "No such transaction. Once is not yet proof.", _ASK_PERSON),
    ("SFC_IC0003", "The query's initiator or party is wrong; nothing is said of the payment.",
     _ASK_PERSON),
    ("R000001", "The transaction was reversed before.", _NEVER),
    ("R000002", "The transaction to reverse was not found.", _NEVER),
)  # fmt: skip
_HTTP: tuple[_Row | tuple[str, str, tuple[str, str], str], ...] = (
    ("400", "The consumer key or secret is wrong.", _PERSON),
    ("401", "The consumer key or secret is wrong.", _PERSON),
    ("400.001", "The shortcode is invalid.", _PERSON),
    ("400.002.02", "A field of our request is invalid.", _PERSON),
    ("400.002.05", "Our request is malformed.", _PERSON),
    ("400.003.01", "The access token was refused.", _LATER),
    ("400.003.02", "Our request is bad.", _PERSON),
    ("400.008.01", "The token request has the wrong type of authentication.", _PERSON),
    ("400.008.02", "The token request has the wrong grant type.", _PERSON),
    ("401.001", "The access token was refused.", _LATER),
    ("401.002.01", "The access token was refused.", _LATER),
    ("401.003.01", "The access token was refused.", _LATER),
    ("404.001.01", "The address of the API is wrong.", _PERSON),
    ("404.001.03", "The access token was refused.", _LATER),
    ("404.001.04", "The authentication header or the method is wrong.", _PERSON),
    ("404.002.01", "The address of the API is wrong.", _PERSON),
    ("404.003.01", "The address of the API is wrong.", _PERSON),
    ("405.001", "The method is not allowed.", _PERSON),
    ("429", "Too many requests.", _LATER),
    ("500.001.1001", "The merchant does not exist.", _PERSON, "merchant does not exist"),
    ("500.001.1001", "The credentials are wrong.", _PERSON, "wrong credentials"),
    ("500.001.1001", "Another transaction of this line is open.", _LATER,
     "unable to lock subscriber"),
    ("500.001.1001", "The transaction is still being processed.", _ASK, "being processed"),
    ("500.001.1001", "Internal error at M-Pesa.", _ASK),
    ("500.002.1001", "This reference was sent before: ask what became of it.", _ASK,
     "Duplicate OriginatorConversationID"),
    ("500.002.1001", "Internal error or maintenance at M-Pesa.", _ASK),
    ("500.003.02", "Too many requests in a second.", _LATER, "spike arrest"),
    ("500.003.02", "M-Pesa is busy.", _ASK, "system is busy"),
    ("500.003.02", "M-Pesa is busy or throttles.", _ASK),
    ("500.003.03", "The quota of requests is used up.", _LATER),
    ("500.003.1001", "Internal error at M-Pesa.", _ASK),
    ("503", "The firewall in front of M-Pesa answered.", _ASK, "Incapsula"),
)  # fmt: skip

# Faults on our side that would hit every payout of the shortcode: stop it, try none.
_WHOLE_SHORTCODE = {
    "b2c": {"1", "11", "18", "20", "21", "22", "2001", "2006", "2028", "8006"},
    "http": {
        "400", "401", "400.008.01", "400.008.02", "404.001.01", "404.001.04", "404.002.01",
        "404.003.01", "405.001",
    },
}  # fmt: skip


def _default(
    api: str, code: str, meaning: str, verdict: tuple[str, str], text: str = ""
) -> CodeDefault:
    return CodeDefault(
        api=api,
        code=code,
        meaning=meaning,
        outcome=verdict[0],
        next=verdict[1],
        scope="shortcode" if code in _WHOLE_SHORTCODE.get(api, ()) else "payment",
        text_pattern=text,
    )


DEFAULTS: tuple[CodeDefault, ...] = (
    *(_default("any", *row) for row in _ANY),
    *(_default("b2c", *row) for row in _B2C),
    *(_default("status", *row) for row in _STATUS),
    *(_default("http", *row) for row in _HTTP),
)
