"""What a kept call answered, read again in the words of the interface, long after the call.

Bodies are kept without secrets, and cut: an answer that is cut, is no answer, or says nothing
clear, is None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateways.daraja.collect_answers import fields_of, sort_standing, standing_of
from gateways.fineract.fields import number_or_none, part
from gateways.fineract.objects import read_disbursals
from gateways.http import NotJson, read_json
from gateways.interface import Exchange, FoundDisbursal, PromptStanding, Transfer, Unreadable
from gateways.models import Call
from gateways.stripe.objects import read_transfer

TRANSACTIONS = "associations=transactions"
DISBURSE = "command=disburse"
LOAN = "/loans/"


@dataclass(frozen=True, kw_only=True)
class LoanSaid:
    """What one answer says of a loan; None: nothing about that.

    `state` is the loan's status id (interface.LoanState has those that we act on).
    """

    state: int | None
    disbursals: Sequence[FoundDisbursal] | None = None


def prompt_standing(call: Call) -> PromptStanding | None:
    """How a prompt stood, of a call that asked for it."""
    body = call.response_body.encode()
    if call.http_status is None or not body:
        return None
    found = sort_standing(status=call.http_status, body=body)
    standing = standing_of(found, fields_of(body))
    if standing is None:
        return None
    state, code, text = standing
    return PromptStanding(
        checkout_id="", state=state, code=code, text=text, exchange=_exchange(call)
    )


def loan_said(call: Call, *, loan_id: int) -> LoanSaid | None:
    """What Mifos X said of the loan of this number, of a call that read or booked it."""
    fields = _object(call)
    if call.http_status != 200 or fields is None or LOAN not in call.url:
        return None
    try:
        if DISBURSE in call.url:
            return _booked(fields, loan_id)
        if number_or_none(fields, "id") != loan_id:
            return None
        listed = read_disbursals(fields) if TRANSACTIONS in call.url else None
        state = number_or_none(part(fields, "status"), "id")
    except Unreadable:
        return None
    return LoanSaid(state=state, disbursals=listed)


def transfers(call: Call) -> tuple[Transfer, ...] | None:
    """What Stripe showed of transfers: one that was made or read, or a page of a look-up."""
    fields = _object(call)
    if call.http_status != 200 or fields is None:
        return None
    rows = fields.get("data") if fields.get("object") == "list" else [fields]
    if not isinstance(rows, list):
        return None
    try:
        return tuple(read_transfer(row) for row in rows)
    except Unreadable:
        return None


def _booked(fields: Mapping[str, Any], loan_id: int) -> LoanSaid | None:
    """What an answer to a disbursal says the loan's status is by now."""
    told = number_or_none(dict(fields), "loanId")
    told = number_or_none(dict(fields), "resourceId") if told is None else told
    state = number_or_none(part(part(dict(fields), "changes"), "status"), "id")
    return LoanSaid(state=state) if told == loan_id and state is not None else None


def _object(call: Call) -> dict[str, Any] | None:
    try:
        value = read_json(call.response_body.encode())
    except NotJson:
        return None
    return value if isinstance(value, dict) else None


def _exchange(call: Call) -> Exchange:
    return Exchange(
        method=call.method, url=call.url, started_at=call.started_at,
        duration_ms=call.duration_ms, request_body=call.request_body,
        http_status=call.http_status, response_body=call.response_body,
        request_id=call.request_id, error=call.error,
    )  # fmt: skip
