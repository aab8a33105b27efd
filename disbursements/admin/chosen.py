"""Which payouts a confirmation page is about: some named by id, or all that match a filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from core.callers import Caller
from core.ids import as_uuid
from disbursements.models import BulkRun, DisbursementRequest
from vault.models import Partner, Shortcode

IDS_MAX = 500
UNCHANGED_SINCE = "unchanged_since"


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """`selection` None: those with these ids. Otherwise everything that matches it."""

    ids: tuple[UUID, ...] = ()
    selection: Mapping[str, str] | None = None

    @property
    def is_nothing(self) -> bool:
        """Neither ids nor a filter."""
        return self.selection is None and not self.ids

    @property
    def query_string(self) -> str:
        """What makes an address of it, to be read again by `chosen_in`."""
        if self.selection is None:
            return urlencode([("ids", str(id_)) for id_ in self.ids])
        return urlencode({"all": "yes", **self.selection})

    def unchanged_since(self, at: datetime | None) -> dict[str, Any]:
        """For preview and start: only what has not changed its status after `at`."""
        if self.selection is not None:
            since = {UNCHANGED_SINCE: at.isoformat()} if at else {}
            return {"selection": {**self.selection, **since}}
        if at is None:
            return {"ids": self.ids}
        moved = DisbursementRequest.objects.filter(pk__in=self.ids, status_at__gt=at)
        gone = set(moved.values_list("pk", flat=True))
        return {"ids": tuple(id_ for id_ in self.ids if id_ not in gone)}


def chosen_in(query: QueryDict) -> Chosen:
    """What the address names: ids that are none are left out, a filter that is none is kept.

    It is refused where it is read: left out, it would mean more payouts than the person chose.
    """
    if query.get("all") == "yes":
        filters = {name: ",".join(query.getlist(name)) for name in query if name != "all"}
        return Chosen(selection={name: text for name, text in filters.items() if text})
    ids = (as_uuid(text) for text in query.getlist("ids")[: IDS_MAX + 1])
    return Chosen(ids=tuple(dict.fromkeys(id_ for id_ in ids if id_)))


def in_words(selection: Mapping[str, str], *, caller: Caller) -> str:
    """`status failed; partner Umoja Example Ltd; at least 50,000`."""
    return "; ".join(
        _part(name, text, caller)
        for name, text in selection.items()
        if name != UNCHANGED_SINCE
    ) or "every payout there is"  # fmt: skip


PHRASES = {
    "status": "status {}",
    "partner": "partner {}",
    "shortcode": "shortcode {}",
    "reason": "reason class {}",
    "code": "result code {}",
    "cause": "parked for {}",
    "amount_from": "at least {}",
    "amount_to": "at most {}",
    "retries": "retries used: {}",
    "attempts": "attempts made: {}",
    "from": "instructed from {}",
    "to": "instructed until {}",
    "paid_from": "paid from {}",
    "paid_to": "paid until {}",
    "unknown_for": "unknown for {} minutes or longer",
    "file": "of the file {:.12}…",
    "job": "of the payout job {}",
    "run": "of the bulk run {}",
    "search": "found by “{}”",
}
YES_OR_NO = {
    "person": ("needs a person", "needs no person"),
    "retryable": ("can be retried", "cannot be retried"),
    "corrected": ("replaced by a correction", "not replaced by a correction"),
}


def _part(name: str, text: str, caller: Caller) -> str:
    if name in YES_OR_NO:
        return YES_OR_NO[name][text.casefold() not in ("yes", "true")]
    if name in ("partner", "shortcode"):
        text = _named(name, text, caller)
    if name in ("status", "reason", "code"):
        text = " or ".join(part.strip() for part in text.split(","))
    return PHRASES.get(name, f"{name.replace('_', ' ')} {{}}").format(text)


def _named(name: str, text: str, caller: Caller) -> str:
    """The name behind an id, as far as the person may know it."""
    id_ = as_uuid(text)
    if id_ is None:
        return text
    if name == "partner":
        known = caller.partners is None or id_ in caller.partners
        partner = Partner.objects.filter(pk=id_).first() if known else None
        return partner.name if partner else text
    shortcodes = Shortcode.objects.filter(pk=id_)
    if caller.partners is not None:
        shortcodes = shortcodes.filter(partner_id__in=caller.partners)
    found = shortcodes.first()
    return found.number if found else text


def listed(run: BulkRun, part: str = "") -> str:
    """The query string of the list with the payouts of a run, or of one part of it."""
    return urlencode({"run": f"{run.pk}:{part}" if part else str(run.pk)})
