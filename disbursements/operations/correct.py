"""Correct and resend: a new payout in the place of one that is proven not paid."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from core import jobs, money, states
from core.callers import Caller
from core.refusals import Refused
from disbursements import queries
from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import (
    BadInstruction,
    Instructed,
    new_row,
)
from disbursements.operations.propose_settlement import locked_payout
from disbursements.operations.which_shortcode import shortcode_for
from disbursements.queries.settlements import OPEN_SETTLEMENT
from disbursements.rules import intake
from disbursements.rules.intake import Checked, Instruction
from disbursements.states import DisbursementStatus

PERMISSION = "disbursements.correct_disbursementrequest"
ORIGIN = "correction"
# What another app has paid, and why the amount must stay: it follows the payout by these.
FOLLOWED = {"rent": "it is the sum of what is owed to one owner", "loan": "the loan says so"}
# Whose payee is kept elsewhere, too: a phone is put right there, and not by one person here.
PHONE_STAYS = {"loan": "it is the client's in Mifos X: put it right there, release the loan then"}
CORRECTABLE = (DisbursementStatus.FAILED, DisbursementStatus.CANCELLED)
DOUBT = Q(queries.SAID_TO_BE_PAID) | Q(queries.OPEN_ATTEMPT)
CHANGEABLE = ("msisdn", "amount_minor", "payee_name")
_NUMBERED = re.compile(r"-C[0-9]+$", re.ASCII)


class CannotCorrect(Refused):
    """It may have been paid, goes on by itself, or was corrected before; nothing was changed."""


class ReferenceTaken(Refused):
    """Another payout of this partner has the reference; nothing was changed."""


def correct(
    *,
    disbursement_id: UUID,
    reason: str,
    caller: Caller,
    at: datetime,
    msisdn: str | None = None,
    amount: str | None = None,
    payee_name: str | None = None,
    client_reference: str | None = None,
) -> Instructed:
    """Queue a payout that replaces a failed or cancelled one; what is None stays as it was.

    The one that is replaced is never sent again. The same correction again is the same payout.
    `amount` is shillings as text. Raises NotAllowed, NoSuchPayout, CannotCorrect,
    BadInstruction, ReferenceTaken, NoShortcode.
    """
    caller.demand(PERMISSION)
    with transaction.atomic():
        row = locked_payout(disbursement_id, caller)
        earlier = DisbursementRequest.objects.filter(corrects=row).first()
        if row.beneficiary or row.payee_user:
            raise CannotCorrect(f"This payout cannot be corrected: {why_not_corrected(row)}")
        instruction = instruction_of(row)
        named = {"msisdn": msisdn, "amount": amount, "payee_name": payee_name}
        changes: dict[str, Any] = {name: text for name, text in named.items() if text is not None}
        reference = client_reference or (
            earlier.client_reference if earlier else free_reference(row)
        )
        instruction = replace(instruction, client_reference=reference, **changes)
        checked = _checked(instruction)
        digest = checked.digest(shortcode_number=row.shortcode.number)
        if earlier is not None:
            return _same_or_refuse(earlier, digest)
        if why_not := why_not_corrected(row):
            raise CannotCorrect(f"This payout ({row.status}) cannot be corrected: {why_not}")
        _demand_difference(row, checked)
        is_followed = row.origin in FOLLOWED
        shortcode = shortcode_for(partner_id=row.partner_id, number=row.shortcode.number)
        child = new_row(
            checked, shortcode, origin=row.origin if is_followed else ORIGIN,
            origin_id=row.origin_id if is_followed else str(row.pk), actor=caller.actor, at=at,
            digest=digest,
        )  # fmt: skip
        child.corrects = row
        child.cleared_until = not_cleared(row, at=at)
        _begin(child, row, reason.strip(), caller, at)
        jobs.after_commit("send")
    return Instructed(disbursement=child, replayed=False)


def not_cleared(row: DisbursementRequest, *, at: datetime) -> datetime | None:
    """`cleared_until` of what takes its place: where its origin looks, it has not looked yet."""
    return None if row.cleared_until is None else at


def why_not_corrected(row: DisbursementRequest) -> str:
    """Why it cannot be corrected, in plain words; empty when it can."""
    if row.beneficiary:
        return "it pays a business: instruct a new one"
    if row.payee_user:
        return "it pays a winner's account: put the account right, then retry it"
    return why_not_replaced(row)


def why_not_replaced(row: DisbursementRequest) -> str:
    """Why nothing may take its place, whoever is paid; empty when something may."""
    if row.status == DisbursementStatus.CANCELLED and row.origin in FOLLOWED:
        return "it was withdrawn: what it was made of is paid anew"
    if row.status not in CORRECTABLE:
        return "only what failed or was cancelled is proven not paid"
    same = DisbursementRequest.objects.filter(pk=row.pk)
    if same.filter(queries.CORRECTED).exists():
        return "it was corrected: another payout replaces it"
    if row.person_needed_at or same.filter(DOUBT).exists():
        return "it is said to be paid after all: that must be settled first"
    if same.filter(queries.ORIGINAL_IN_DOUBT).exists():
        return "it replaces a payout that may have been paid after all"
    if same.filter(OPEN_SETTLEMENT).exists():
        return "a proposal to settle it waits for a second person"
    return ""


def instruction_of(row: DisbursementRequest) -> Instruction:
    """What was asked for, to begin a correction with."""
    return Instruction(
        client_reference=row.client_reference,
        msisdn=row.msisdn,
        amount=money.plain(row.amount_minor, row.currency),
        currency=row.currency,
        command_id=row.command_id,
        remarks=row.remarks,
        payee_name=row.payee_name,
        max_retries=min(row.max_retries, settings.VAULT_MAX_RETRIES_LIMIT),
    )


def free_reference(row: DisbursementRequest) -> str:
    """`SAL-1-C1` for `SAL-1`, then `SAL-1-C2`: the first that the partner has not used."""
    base = _NUMBERED.sub("", row.client_reference)[: intake.REFERENCE_LENGTH_MAX - 6]
    used = set(
        DisbursementRequest.objects.filter(
            partner_id=row.partner_id, client_reference__startswith=f"{base}-C"
        ).values_list("client_reference", flat=True)
    )
    number = 1
    while f"{base}-C{number}" in used:
        number += 1
    return f"{base}-C{number}"


def _checked(instruction: Instruction) -> Checked:
    checked, problems = intake.check(instruction, retries_limit=settings.VAULT_MAX_RETRIES_LIMIT)
    if checked is None:
        raise BadInstruction(problems)
    return checked


def _same_or_refuse(earlier: DisbursementRequest, digest: bytes) -> Instructed:
    if bytes(earlier.request_digest) == digest:
        return Instructed(disbursement=earlier, replayed=True)
    raise CannotCorrect(
        f"This payout was corrected already, by {earlier.client_reference} ({earlier.pk}): "
        "correct that one if it fails too"
    )


def _demand_difference(row: DisbursementRequest, checked: Checked) -> None:
    """Failed for something that is sent the same again fails again; a retry is for that."""
    if row.origin in FOLLOWED and checked.amount_minor != row.amount_minor:
        stays = money.plain(row.amount_minor, row.currency)
        raise CannotCorrect(f"must stay {stays}: {FOLLOWED[row.origin]}", field="amount")
    if row.origin in PHONE_STAYS and checked.msisdn != row.msisdn:
        raise CannotCorrect(f"must stay the same: {PHONE_STAYS[row.origin]}", field="msisdn")
    if row.status == DisbursementStatus.FAILED and all(
        getattr(row, name) == getattr(checked, name) for name in CHANGEABLE
    ):
        raise CannotCorrect(
            "Nothing is corrected: change the phone, the amount or the name, or have it retried"
        )


def _begin(
    child: DisbursementRequest,
    row: DisbursementRequest,
    reason: str,
    caller: Caller,
    at: datetime,
) -> None:
    try:
        with transaction.atomic():
            states.begin(
                [child], at=at, actor=caller.actor,
                because=f"corrects {row.client_reference} ({row.pk}): {reason}",
            )  # fmt: skip
    except IntegrityError as error:
        if "one_request_per_client_reference" not in str(error):
            raise
        raise ReferenceTaken(
            f"was used before for another payout: use a new one, such as {free_reference(row)}",
            field="client_reference",
        ) from None
    states.note(
        row, at=at, actor=caller.actor, details={"corrected_by": str(child.pk)},
        because=f"corrected by {child.client_reference} ({child.pk}): {reason}",
    )  # fmt: skip
