"""What messages about alerts say to staff, in English: the one place.

An SMS stays within one message where the address of the page lets it, and holds no whole phone
and no amount; no text holds a whole phone.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import masking, money
from core.clock import NAIROBI

SMS_CHARACTERS_MAX = 160
HEAD_CHARACTERS_MIN = 40
SUBJECT_CHARACTERS_MAX = 140
# Of alerts about differences: before their kind, and instead of a partner's id.
PREFIX = "reconciliation_"
NOBODY = "nobody"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One alert. `severity` is high, medium or low; `about` what people know it by.

    `step` 0: it is told for the first time or got worse (`is_worse`); otherwise nobody
    acknowledged it.
    """

    kind: str
    about: str
    severity: str
    text: str
    count: int
    first_at: datetime
    last_at: datetime
    url: str
    step: int = 0
    is_worse: bool = False


@dataclass(frozen=True, kw_only=True)
class Digest:
    """How things stand, in the morning. Counts by severity are {high: 2}; `stakes` are minor
    units by currency; `findings` are (kind in words, open)."""

    day: datetime
    open_by_severity: Mapping[str, int]
    not_acknowledged: int
    oldest_text: str
    oldest_at: datetime | None
    opened: int
    closed: int
    findings: Sequence[tuple[str, int]]
    stakes: Mapping[str, int]
    alerts_url: str
    findings_url: str


def sms(facts: Facts) -> str:
    """One alert, with the address of its page."""
    about = f" {facts.about}" if facts.about and not _ID.fullmatch(facts.about) else ""
    since = f"{facts.first_at.astimezone(NAIROBI):%H:%M}"
    head = f"{_why(facts)}{facts.severity.upper()}: {_name(facts.kind)}{about}, since {since}."
    return _short(head, facts.url)


def email(facts: Facts) -> tuple[str, str]:
    """Subject and text about one alert."""
    name = _name(facts.kind)
    subject = f"{_why(facts)}{facts.severity.upper()} alert: {name}"
    met = "once" if facts.count == 1 else f"{facts.count:,} times"
    lines = [
        f"{_why(facts)}{facts.severity.upper()} alert: {name}", "", facts.text, "",
        f"About: {facts.about or 'everything'}",
        f"Met: {met}, first {_moment(facts.first_at)}, last {_moment(facts.last_at)}",
        f"Open it: {facts.url}",
    ]  # fmt: skip
    if facts.step:
        lines += ["", "Nobody has acknowledged it: open it and acknowledge it, or close it."]
    return _subject(subject), _clean("\n".join(lines) + "\n")


def many_sms(counts: Mapping[str, int], *, url: str) -> str:
    """So many more than were told one by one."""
    return _short(f"And {_counted(counts)}.", url)


def many_email(counts: Mapping[str, int], *, url: str) -> tuple[str, str]:
    """The same, with a subject."""
    head = f"And {_counted(counts)}"
    return _subject(head), (
        f"{head}.\n\nThey are told in one message so that none is lost among many.\n"
        f"All open alerts: {url}\n"
    )


def digest(told: Digest) -> tuple[str, str]:
    """The daily mail: subject and text."""
    total = sum(told.open_by_severity.values())
    by_severity = _listed(told.open_by_severity)
    subject = f"Daily digest: {total:,} alerts open" if total else "Daily digest: all clear"
    lines = [f"How things stand on {_moment(told.day)}", ""]
    lines.append(f"Alerts open: {total:,}{f' ({by_severity})' if total else ''}")
    if total:
        lines.append(f"Not acknowledged: {told.not_acknowledged:,}")
    if told.oldest_at is not None:
        lines.append(f"Oldest, since {_moment(told.oldest_at)}: {told.oldest_text}")
    lines.append(f"Since yesterday: {told.opened:,} opened, {told.closed:,} closed")
    lines += ["", f"Differences open: {sum(count for _, count in told.findings):,}"]
    lines += [f"  {name}: {count:,}" for name, count in told.findings]
    stakes = [money.shown(minor, currency) for currency, minor in sorted(told.stakes.items())]
    if stakes:
        lines.append(f"Money that they are about: {', '.join(stakes)}")
    lines += ["", f"Alerts: {told.alerts_url}", f"Differences: {told.findings_url}"]
    return _subject(subject), _clean("\n".join(lines) + "\n")


def _why(facts: Facts) -> str:
    if facts.step:
        return "Not acknowledged: "
    return "Worse: " if facts.is_worse else ""


def _name(kind: str) -> str:
    """`Reconciliation: amount mismatch`, `Float low`."""
    words = kind.removeprefix(PREFIX).replace("_", " ")
    return f"Reconciliation: {words}" if kind.startswith(PREFIX) else words.capitalize()


def _counted(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    return f"{total:,} more alert{'' if total == 1 else 's'} ({_listed(counts)})"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {severity}" for severity, count in counts.items() if count)


def _short(head: str, url: str) -> str:
    """One GSM message where the address is not too long: the head is cut, never the address."""
    plain = masking.without_phones(" ".join(head.split())).replace("•", ".")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    room = max(HEAD_CHARACTERS_MIN, SMS_CHARACTERS_MAX - len(url) - 1)
    if len(plain) > room:
        plain = f"{plain[: room - 2].rstrip()}.."
    return f"{plain} {url}"


def _subject(text: str) -> str:
    return _clean(" ".join(text.split()))[:SUBJECT_CHARACTERS_MAX]


def _clean(text: str) -> str:
    return masking.without_phones(masking.without_secrets(text))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(NAIROBI):%-d %b %Y, %H:%M} EAT"
