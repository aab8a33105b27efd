"""Take in instructions to pay: each once, however often it is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from core import jobs, states
from core.refusals import Refused
from disbursements.models import DisbursementRequest
from disbursements.operations.which_shortcode import shortcode_for
from disbursements.rules import business_intake, intake
from disbursements.rules.business_intake import BusinessInstruction, CheckedBusiness
from disbursements.rules.intake import Checked, Instruction, Problem
from disbursements.states import DisbursementStatus
from vault.models import Shortcode

RACES_MAX = 3


class BadInstruction(Exception):
    """Fields are wrong; `problems` names each one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{each.field}: {each.message}" for each in problems))
        self.problems = list(problems)


class ConflictingReplay(Refused):
    """The reference or key was used before for something else; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Instructed:
    """The disbursement; `replayed` when it was there already."""

    disbursement: DisbursementRequest
    replayed: bool


@dataclass(frozen=True, kw_only=True)
class LineProblem:
    """A wrong field in a line of a file."""

    line: int
    field: str
    value: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ManyInstructed:
    """How many were added, how many were there already, and what is wrong."""

    added: int
    replayed: int
    problems: list[LineProblem]


@dataclass(frozen=True, kw_only=True)
class _Same:
    """What makes an instruction the same as one before, whatever else has changed since."""

    partner_id: UUID
    client_reference: str
    idempotency_key: str | None
    digest: bytes

    def find(self) -> DisbursementRequest | None:
        """The payout that this repeats; raises ConflictingReplay when it is another one."""
        same = Q(client_reference=self.client_reference)
        if self.idempotency_key is not None:
            same |= Q(idempotency_key=self.idempotency_key)
        found = list(DisbursementRequest.objects.filter(same, partner_id=self.partner_id))
        for earlier in found:
            if bytes(earlier.request_digest) != self.digest:
                by_reference = earlier.client_reference == self.client_reference
                name = "clientReference" if by_reference else "Idempotency-Key"
                raise ConflictingReplay(
                    f"This {name} was used before for another payout ({earlier.pk}): "
                    "nothing was changed; use a new one for a new payout"
                )
        return found[0] if found else None


def instruct(
    *,
    partner_id: UUID,
    instruction: Instruction | BusinessInstruction,
    origin: str,
    actor: str,
    at: datetime,
    origin_id: str = "",
    idempotency_key: str | None = None,
    shortcode_number: str | None = None,
    cleared_until: datetime | None = None,
) -> Instructed:
    """Queue one payout, to a person or a business.

    The same reference and body again is the same payout. `cleared_until`: it leaves before then,
    or after its origin has looked once more (operations/clear.py).

    Raises BadInstruction, NoShortcode, ConflictingReplay.
    """
    checked = in_normal_form(instruction)
    digest = checked.digest(shortcode_number=shortcode_number)
    same = _Same(
        partner_id=partner_id,
        client_reference=checked.client_reference,
        idempotency_key=idempotency_key,
        digest=digest,
    )
    with transaction.atomic():
        earlier = same.find()
        if earlier is not None:
            return Instructed(disbursement=earlier, replayed=True)
        shortcode = shortcode_for(partner_id=partner_id, number=shortcode_number)
        row = new_row(
            checked, shortcode, origin=origin, origin_id=origin_id, actor=actor, at=at,
            digest=digest,
        )  # fmt: skip
        row.idempotency_key = idempotency_key
        row.cleared_until = cleared_until
        try:
            with transaction.atomic():
                states.begin([row], at=at, because=f"instructed by {origin}", actor=actor)
        except IntegrityError:
            earlier = same.find()
            if earlier is None:
                raise
            return Instructed(disbursement=earlier, replayed=True)
        jobs.after_commit("send")
    return Instructed(disbursement=row, replayed=False)


def instruct_many(
    *,
    partner_id: UUID,
    instructions: Sequence[tuple[int, Instruction]],
    origin: str,
    origin_id: str,
    actor: str,
    at: datetime,
    shortcode_number: str | None = None,
) -> ManyInstructed:
    """Queue a chunk of a file, inside the caller's transaction. Wrong lines are left out.

    References must differ within the chunk. Raises NoShortcode.
    """
    shortcode = shortcode_for(partner_id=partner_id, number=shortcode_number)
    rows: dict[str, tuple[int, DisbursementRequest]] = {}
    problems: list[LineProblem] = []
    for line, instruction in instructions:
        checked, wrong = intake.check(instruction, retries_limit=settings.VAULT_MAX_RETRIES_LIMIT)
        problems += [
            LineProblem(line=line, field=each.field, value=each.value, message=each.message)
            for each in wrong
        ]
        if checked is not None:
            row = new_row(
                checked, shortcode, origin=origin, origin_id=origin_id, actor=actor, at=at,
                digest=checked.digest(shortcode_number=shortcode_number),
            )  # fmt: skip
            rows[row.client_reference] = (line, row)
    return _add(rows, problems, origin=origin, actor=actor, at=at)


def in_normal_form(
    instruction: Instruction | BusinessInstruction,
) -> Checked | CheckedBusiness:
    """The instruction if it may be carried out. Raises BadInstruction."""
    limit = settings.VAULT_MAX_RETRIES_LIMIT
    checked: Checked | CheckedBusiness | None
    if isinstance(instruction, BusinessInstruction):
        checked, problems = business_intake.check_business(instruction, retries_limit=limit)
    else:
        checked, problems = intake.check(instruction, retries_limit=limit)
    if checked is None:
        raise BadInstruction(problems)
    return checked


def _add(
    rows: dict[str, tuple[int, DisbursementRequest]],
    problems: list[LineProblem],
    *,
    origin: str,
    actor: str,
    at: datetime,
) -> ManyInstructed:
    for race in range(RACES_MAX):
        earlier = _earlier_digests([row for _, row in rows.values()])
        fresh = [row for _, row in rows.values() if row.client_reference not in earlier]
        try:
            with transaction.atomic():
                states.begin(fresh, at=at, because=f"instructed by {origin}", actor=actor)
            break
        except IntegrityError:
            if race == RACES_MAX - 1:
                raise
    if fresh:
        jobs.after_commit("send")
    replayed = 0
    for reference, digest in earlier.items():
        line, row = rows[reference]
        if digest == row.request_digest:
            replayed += 1
        else:
            problems.append(
                LineProblem(
                    line=line, field="client_reference", value=reference,
                    message="was used before for another payout: give this one a new reference",
                )
            )  # fmt: skip
    return ManyInstructed(added=len(fresh), replayed=replayed, problems=problems)


def new_row(
    checked: Checked | CheckedBusiness,
    shortcode: Shortcode,
    *,
    origin: str,
    origin_id: str,
    actor: str,
    at: datetime,
    digest: bytes,
) -> DisbursementRequest:
    """A queued payout of what was checked; not stored yet."""
    retries = intake.MAX_RETRIES_DEFAULT if checked.max_retries is None else checked.max_retries
    return DisbursementRequest(
        partner_id=shortcode.partner_id,
        shortcode=shortcode,
        rail=checked.rail,
        status=DisbursementStatus.QUEUED,
        status_at=at,
        client_reference=checked.client_reference,
        request_digest=digest,
        origin=origin,
        origin_id=origin_id,
        created_by=actor,
        created_at=at,
        **checked.payee,
        amount_minor=checked.amount_minor,
        currency=checked.currency,
        command_id=checked.command_id,
        remarks=checked.remarks,
        max_retries=min(retries, settings.VAULT_MAX_RETRIES_LIMIT),
        due_at=at,
    )


def _earlier_digests(rows: list[DisbursementRequest]) -> dict[str, bytes]:
    if not rows:
        return {}
    found = DisbursementRequest.objects.filter(
        partner_id=rows[0].partner_id,
        client_reference__in=[row.client_reference for row in rows],
    ).values_list("client_reference", "request_digest")
    return {reference: bytes(digest) for reference, digest in found}
