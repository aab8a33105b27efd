"""What notices say, in English and Swahili: the one place. SMS stay within one message.

No text holds a whole phone or a secret; amounts are shown without cents where there are none.
"""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from core import money
from core.clock import NAIROBI

SMS_CHARACTERS_MAX = 160
SUBJECT_CHARACTERS_MAX = 150
NAME_CHARACTERS_MIN = 8
# The letters of one GSM message; ^{}[]~|\ count twice there and are left out.
_GSM = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 @$_!\"#%&'()*+,-./:;<=>?\n"
)
ENGLISH, SWAHILI = "en", "sw"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a notice tells. `receipt` is M-Pesa's; `where` is the receiver in words."""

    partner: str
    amount_minor: int
    currency: str
    at: datetime
    of: str = ""
    receipt: str = ""
    fee_minor: int = 0
    owed_minor: int = 0
    count: int = 1
    where: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One kind in one language; the texts are templates of the words of `_words`."""

    subject: str
    sms: str
    email: str


RECEIVED, FOR_OWNER = "rent_received", "rent_for_owner"
FORWARDED, FAILED = "rent_forwarded", "forward_failed"
WORDINGS: dict[tuple[str, str], Wording] = {
    (RECEIVED, ENGLISH): Wording(
        subject="Rent received: {amount} for {of}",
        sms="{partner}: {amount} received for {of}. Receipt {receipt}. {url}",
        email="{partner} received {amount} for {of} on {day}.\n\n"
        "M-Pesa receipt: {receipt}\nYour receipt to print: {url}\n",
    ),
    (RECEIVED, SWAHILI): Wording(
        subject="Kodi imepokelewa: {amount} kwa {of}",
        sms="{partner}: Tumepokea {amount} kwa {of}. Risiti {receipt}. {url}",
        email="{partner} imepokea {amount} kwa {of} tarehe {day}.\n\n"
        "Risiti ya M-Pesa: {receipt}\nRisiti yako ya kuchapisha: {url}\n",
    ),
    (FOR_OWNER, ENGLISH): Wording(
        subject="Rent received: {amount} for {of}",
        sms="{partner}: {amount} rent received for {of}, receipt {receipt}. "
        "Fee {fee}, yours {owed}.",
        email="{partner} received {amount} of rent for {of} on {day}.\n\n"
        "M-Pesa receipt: {receipt}\nFee: {fee}\nYours: {owed}\n",
    ),
    (FOR_OWNER, SWAHILI): Wording(
        subject="Kodi imepokelewa: {amount} ya {of}",
        sms="{partner}: Kodi {amount} ya {of} imepokelewa, risiti {receipt}. "
        "Ada {fee}, yako {owed}.",
        email="{partner} imepokea kodi {amount} ya {of} tarehe {day}.\n\n"
        "Risiti ya M-Pesa: {receipt}\nAda: {fee}\nYako: {owed}\n",
    ),
    (FORWARDED, ENGLISH): Wording(
        subject="Rent paid to you: {amount}",
        sms="{partner}: {amount} of rent ({count} payments) paid to {where}. "
        "M-Pesa receipt {receipt}.",
        email="{partner} paid {amount} of rent to {where} on {day}.\n\n"
        "Payments in it: {count}\nM-Pesa receipt: {receipt}\n",
    ),
    (FORWARDED, SWAHILI): Wording(
        subject="Kodi imelipwa kwako: {amount}",
        sms="{partner}: Kodi {amount} (malipo {count}) imelipwa kwa {where}. "
        "Risiti ya M-Pesa {receipt}.",
        email="{partner} imelipa kodi {amount} kwa {where} tarehe {day}.\n\n"
        "Idadi ya malipo: {count}\nRisiti ya M-Pesa: {receipt}\n",
    ),
    (FAILED, ENGLISH): Wording(
        subject="Rent could not be paid to you: {amount}",
        sms="{partner}: {amount} of rent could not be paid to {where}. The money is kept for "
        "you; we are looking into it.",
        email="{partner} could not pay {amount} of rent to {where} on {day}.\n\n"
        "The money is kept for you, and we are looking into it. If the number or account is not "
        "yours any more, please tell us.\n",
    ),
    (FAILED, SWAHILI): Wording(
        subject="Kodi haikuweza kulipwa kwako: {amount}",
        sms="{partner}: Kodi {amount} haikuweza kulipwa kwa {where}. Pesa zako zimehifadhiwa; "
        "tunashughulikia.",
        email="{partner} haikuweza kulipa kodi {amount} kwa {where} tarehe {day}.\n\n"
        "Pesa zako zimehifadhiwa, na tunashughulikia. Ikiwa namba au akaunti si yako tena, "
        "tafadhali tuambie.\n",
    ),
}


def where_in_words(
    *, language: str, number: str = "", account: str = "", is_till: bool = False, msisdn: str = ""
) -> str:
    """`paybill 600222, account PROP001`; of a phone only its last three digits."""
    swahili = language == SWAHILI
    if msisdn:
        return f"{'simu inayoishia' if swahili else 'the phone ending in'} {msisdn[-3:]}"
    if is_till:
        return f"till {number}"
    return f"paybill {number}, {'akaunti' if swahili else 'account'} {account}"


def sms(kind: str, language: str, facts: Facts) -> str:
    """At most SMS_CHARACTERS_MAX letters of a plain message: names are shortened, then left."""
    template = WORDINGS[kind, language].sms
    shortened = replace(facts, partner=plain(facts.partner), of=plain(facts.of))
    while True:
        text = plain(template.format(**_words(shortened)))
        excess = len(text) - SMS_CHARACTERS_MAX
        if excess <= 0:
            return text
        name = "of" if len(shortened.of) >= len(shortened.partner) else "partner"
        value = getattr(shortened, name)
        if len(value) <= NAME_CHARACTERS_MIN:
            break
        fewer = max(NAME_CHARACTERS_MIN, len(value) - excess)
        shortened = replace(shortened, **{name: value[:fewer].rstrip()})
    if shortened.url:
        return sms(kind, language, replace(facts, url=""))
    return text[:SMS_CHARACTERS_MAX]


def email(kind: str, language: str, facts: Facts) -> tuple[str, str]:
    """Subject and text."""
    wording, words = WORDINGS[kind, language], _words(facts)
    subject = " ".join(wording.subject.format(**words).split())
    return subject[:SUBJECT_CHARACTERS_MAX], wording.email.format(**words)


def plain(text: str) -> str:
    """The text in letters that count once in an SMS; what has no such form becomes `?`."""
    bare = "".join(
        each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)
    )
    told = "".join(each if each in _GSM else "?" for each in bare.translate(_ALIKE))
    return " ".join(told.split())


# Typographic quotation marks and dashes.
_ALIKE = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
)


def _words(facts: Facts) -> dict[str, object]:
    return {
        "partner": facts.partner,
        "amount": _amount(facts.amount_minor, facts.currency),
        "of": facts.of,
        "receipt": facts.receipt,
        "fee": _amount(facts.fee_minor, facts.currency),
        "owed": _amount(facts.owed_minor, facts.currency),
        "count": facts.count,
        "where": facts.where,
        "url": facts.url,
        "day": f"{facts.at.astimezone(NAIROBI):%d/%m/%Y}",
    }


def _amount(amount_minor: int, currency: str) -> str:
    return money.shown(amount_minor, currency).removesuffix(".00")
