"""Another payout in the place of one that is proven not paid, which is never sent again.

For payouts that are made of parts whose owner is another app: it decides whom the same amount
goes to now, or that it goes to nobody. Who may do so is that app's to demand.
"""

from dataclasses import replace
from datetime import datetime

from core import jobs, states
from core.refusals import Refused
from disbursements.models import DisbursementRequest
from disbursements.operations.correct import free_reference, not_cleared, why_not_replaced
from disbursements.operations.instruct import in_normal_form, new_row
from disbursements.operations.which_shortcode import shortcode_for
from disbursements.rules.business_intake import BusinessInstruction, CheckedBusiness
from disbursements.rules.intake import Checked, Instruction
from disbursements.states import DisbursementStatus


class CannotReplace(Refused):
    """It may have been paid, goes on by itself, or was replaced before; nothing was changed."""


def send_elsewhere(
    row: DisbursementRequest,
    *,
    instruction: Instruction | BusinessInstruction,
    reason: str,
    actor: str,
    at: datetime,
) -> DisbursementRequest:
    """Queue the same amount to another payee. Inside a transaction, on a locked row.

    Raises CannotReplace, BadInstruction, NoShortcode.
    """
    checked = _checked(row, instruction)
    if (checked.amount_minor, checked.currency) != (row.amount_minor, row.currency):
        raise CannotReplace("the amount must stay the same: it is the sum of parts")
    child = _child(row, checked, reason=reason, actor=actor, at=at)
    jobs.after_commit("send")
    return child


def withdraw(
    row: DisbursementRequest,
    *,
    instruction: Instruction | BusinessInstruction,
    reason: str,
    actor: str,
    at: datetime,
) -> DisbursementRequest:
    """See to it that it is never sent again: what replaces it is cancelled before it is sent.

    Inside a transaction, on a locked row. Raises CannotReplace, BadInstruction, NoShortcode.
    """
    child = _child(row, _checked(row, instruction), reason=reason, actor=actor, at=at)
    states.advance(
        child, to=DisbursementStatus.CANCELLED, at=at, actor=actor, because=f"withdrawn: {reason}"
    )
    return child


def _child(
    row: DisbursementRequest,
    checked: Checked | CheckedBusiness,
    *,
    reason: str,
    actor: str,
    at: datetime,
) -> DisbursementRequest:
    if why_not := why_not_replaced(row):
        raise CannotReplace(f"{row.client_reference} ({row.status}) stays as it is: {why_not}")
    number = row.shortcode.number
    child = new_row(
        checked, shortcode_for(partner_id=row.partner_id, number=number), origin=row.origin,
        origin_id=row.origin_id, actor=actor, at=at,
        digest=checked.digest(shortcode_number=number),
    )  # fmt: skip
    child.corrects = row
    child.cleared_until = not_cleared(row, at=at)
    states.begin(
        [child], at=at, actor=actor,
        because=f"replaces {row.client_reference} ({row.pk}): {reason}",
    )  # fmt: skip
    states.note(
        row, at=at, actor=actor, details={"corrected_by": str(child.pk)},
        because=f"replaced by {child.client_reference} ({child.pk}): {reason}",
    )  # fmt: skip
    return child


def _checked(
    row: DisbursementRequest, instruction: Instruction | BusinessInstruction
) -> Checked | CheckedBusiness:
    """In normal form, under a reference of its own."""
    return in_normal_form(replace(instruction, client_reference=free_reference(row)))
