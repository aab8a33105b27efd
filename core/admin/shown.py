"""How amounts, moments, phones, statuses and ids look on every page of the admin."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core import clock, masking, money, phones

NOTHING = "—"
SEE_PHONES = "disbursements.see_phones"
RAW_CHARACTERS_MAX = 20_000
SHORT_WORDS = ((9, "bn"), (6, "m"))

GOOD, BAD, WAIT, ASK, WARN, MUTE = "good", "bad", "wait", "ask", "warn", "mute"


def amount(amount_minor: int, currency: str) -> SafeString:
    """`KES 12,345.00` in figures of equal width."""
    return figures(money.shown(amount_minor, currency))


def figures(text: str) -> SafeString:
    """An amount that is a text already: in one line, in figures of equal width."""
    return format_html('<span class="pv-amount">{}</span>', text)


def totals(sums: Mapping[str, int]) -> str:
    """`KES 74,959.00 + USD 10.00`: a total per currency, never mixed."""
    return " + ".join(money.shown(total, currency) for currency, total in sorted(sums.items()))


def short_amount(amount_minor: int, currency: str) -> SafeString:
    """`KES 6.17 bn`, rounded down, with the full figure in the title; small ones in full."""
    full = money.shown(amount_minor, currency)
    units = money.major(amount_minor, currency)
    for exponent, word in SHORT_WORDS:
        if abs(units) >= 10**exponent:
            text = f"{(units.scaleb(-exponent)).quantize(Decimal('0.01'), ROUND_DOWN):,} {word}"
            return format_html(
                '<span class="pv-amount" title="{}">{} {}</span>', full, currency, text
            )
    return figures(full)


def short_totals(sums: Mapping[str, int]) -> SafeString:
    """A shortened total per currency, never mixed."""
    parts = ((short_amount(total, currency),) for currency, total in sorted(sums.items()))
    return format_html_join(" + ", "{}", parts)


def absolute(at: datetime) -> str:
    """`21 Nov 2026, 14:32 EAT`."""
    return f"{at.astimezone(clock.NAIROBI):%-d %b %Y, %H:%M} EAT"


def relative(at: datetime) -> str:
    """`3 min ago`, `in 12 min`."""
    gap = at - clock.now()
    length = _length(abs(gap))
    if length == "now":
        return "just now" if gap <= timedelta() else "in a moment"
    return f"in {length}" if gap > timedelta() else f"{length} ago"


def moment(at: datetime | None) -> SafeString | str:
    """The moment in Nairobi with the distance from now beside it."""
    if at is None:
        return NOTHING
    return format_html(
        '<time class="pv-moment" datetime="{}">{} <span class="pv-subtle">{}</span></time>',
        at.isoformat(),
        absolute(at),
        relative(at),
    )


def may_see_phones(request: HttpRequest) -> bool:
    """Whether this page shows whole numbers: by permission, and on a row's page once asked for."""
    return not getattr(request, "phones_hidden", False) and request.user.has_perm(SEE_PHONES)


def phone(msisdn: str, *, may_see: bool) -> SafeString:
    """The number, its middle hidden from those who may not see it."""
    text = phones.shown(msisdn) if may_see else masking.masked_phone(msisdn)
    return format_html('<span class="pv-number">{}</span>', text)


def free_text(text: str, *, may_see_phones: bool = False) -> str:
    """What people or providers wrote, phones in it hidden from those who may not see them."""
    return text if may_see_phones else masking.without_phones(text)


def status(word: str, *, meaning: str, tone: str) -> SafeString:
    """A dot, the word and, on hover, one sentence of meaning."""
    text = word.replace("_", " ")
    return format_html(
        '<span class="pv-status pv-status--{}" title="{}">'
        '<span class="pv-dot" aria-hidden="true"></span>{}</span>',
        tone,
        free_text(meaning),
        text[:1].upper() + text[1:],
    )


def copied(value: str, *, label: str) -> SafeString | str:
    """An id with a button that copies it."""
    if not value:
        return NOTHING
    return format_html(
        '<span class="pv-copy"><code>{}</code><button type="button" class="pv-copy__button" '
        'data-copy="{}" aria-label="Copy {}">Copy</button></span>',
        value,
        value,
        label,
    )


def link(url: str, text: object) -> SafeString:
    """A link inside a table or a fact."""
    return format_html('<a class="pv-link" href="{}">{}</a>', url, text)


def button(url: str, text: str, name: str) -> SafeString:
    """A way on inside a table; `name` says in full what it is about to those who hear it."""
    return format_html('<a class="pv-button" href="{}" aria-label="{}">{}</a>', url, name, text)


def two_lines(first: object, second: object) -> SafeString:
    """A value with a quieter one below it."""
    return format_html(
        '<span class="pv-two"><span>{}</span><span class="pv-subtle">{}</span></span>',
        first,
        second,
    )


def raw(text: str, *, may_see_phones: bool) -> str:
    """A raw body for reading: JSON laid out, secrets removed, phones masked if need be."""
    cleaned = masking.without_secrets(text[:RAW_CHARACTERS_MAX])
    with suppress(ValueError, RecursionError):
        cleaned = json.dumps(json.loads(cleaned), indent=2, ensure_ascii=False)
    if not may_see_phones:
        cleaned = "\n".join(masking.for_log(line) for line in cleaned.split("\n"))
    writable = cleaned.encode("utf-8", "backslashreplace").decode()
    return masking.without_secrets(writable).replace("\x00", "\\x00")


def _length(gap: timedelta) -> str:
    minutes = int(gap.total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
