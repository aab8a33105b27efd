"""Whether two names are of one person or one firm, as far as names can tell.

Registers turn names round, leave out the middle ones, cut them to initials and mask them. What
agrees in all that the shorter name says is the same; spelling is not guessed at.
"""

import re
import unicodedata
from collections.abc import Sequence

TITLES = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "eng", "rev", "hon", "fr", "sr", "jr", "jnr", "snr", "bw",
    "capt", "col", "adv",
})  # fmt: skip
# Somebody may be called so: they are titles in front of a name only.
TITLES_IN_FRONT = frozenset({
    "miss", "master", "sir", "madam", "professor", "engineer", "reverend", "pastor", "bishop",
    "father", "sister", "brother", "captain", "bwana", "bi", "bibi", "mzee", "mheshimiwa",
})  # fmt: skip
LEGAL_FORMS = frozenset({
    "ltd", "limited", "plc", "inc", "incorporated", "llp", "llc", "corp", "corporation", "co",
    "company",
})  # fmt: skip
OF_NO_WEIGHT = frozenset({"and", "the"})
MASK = "*"
NUMBER_DIGITS_MIN = 9
_KENYA = re.compile(r"\(\s*k\s*\)", re.IGNORECASE)
# Apostrophes of all kinds, as in Ng'ang'a.
_MARKS = re.compile("['`\u00b4\u02bc\u2018\u2019]")
_NO_PART = re.compile(rf"[^\w{re.escape(MASK)}]+|_")


def same_person(meant: str, registered: str) -> bool:
    """Whether the name that we meant can be the registered one.

    A name without a letter says nothing, so that nothing differs from it. Of firms (one of them
    has Ltd, Limited, …) all other words must agree; of persons all that the shorter name says.
    """
    firms = bool(_has_legal_form(meant) or _has_legal_form(registered))
    return any(
        _agree(left, right, firms=firms)
        for left in _readings(meant)
        for right in _readings(registered)
    )


def _agree(left: Sequence[str], right: Sequence[str], *, firms: bool) -> bool:
    if not left or not right:
        return True
    if "".join(left) == "".join(right):
        return True
    if firms:
        return sorted(left) == sorted(right)
    shorter, longer = sorted((left, right), key=len)
    return _is_said_by(shorter, longer)


def _is_said_by(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    """Whether each part of the one is a part of its own in the other, and one of them in full."""
    rest, partial, in_full = list(longer), [], False
    for part in shorter:
        if part in rest:
            rest.remove(part)
            in_full = in_full or len(part) > 1
        else:
            partial.append(part)
    masked = any(MASK in part for part in (*shorter, *longer))
    return (in_full or masked) and _all_fit(partial, rest)


def _all_fit(partial: Sequence[str], rest: list[str]) -> bool:
    """Initials and masked parts, the longest first: each needs one that is left."""
    for part in sorted(partial, key=len, reverse=True):
        found = next((each for each in rest if _fits(part, each) or _fits(each, part)), None)
        if found is None:
            return False
        rest.remove(found)
    return True


def _fits(short: str, full: str) -> bool:
    """An initial, or a masked part such as `am***`."""
    if MASK in short:
        start, _, rest = short.partition(MASK)
        end = rest.rpartition(MASK)[2]
        return full.startswith(start) and full.endswith(end)
    return len(short) == 1 and full.startswith(short)


def _readings(name: str) -> tuple[Sequence[str], Sequence[str]]:
    """The parts of the name, with a hyphen as a space and as nothing: Anne-Marie is both."""
    return _parts(name.replace("-", " ")), _parts(name.replace("-", ""))


def _parts(name: str) -> Sequence[str]:
    parts = [part for part in _words(name) if part.strip(MASK) and not _is_number(part)]
    told = list(parts)
    while told and told[0] in TITLES_IN_FRONT:
        del told[0]
    told = [part for part in told if part not in TITLES | LEGAL_FORMS | OF_NO_WEIGHT]
    return told or parts


def _has_legal_form(name: str) -> bool:
    words = _words(name.replace("-", ""))
    return len(words) > 1 and not LEGAL_FORMS.isdisjoint(words[1:])


def _words(name: str) -> Sequence[str]:
    written = _KENYA.sub(" kenya ", _MARKS.sub("", name))
    plain = unicodedata.normalize("NFKD", written).casefold()
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return [word for word in _NO_PART.split(letters) if word]


def _is_number(part: str) -> bool:
    """A phone before the name, as M-Pesa writes it; `24` of Shop 24 is a part like others."""
    digits = part.replace(MASK, "")
    return len(part) >= NUMBER_DIGITS_MIN and digits.isdigit()
