"""Which loans of a product are paid without a person, and how many a day."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from loans.models import LoanProductAutoDisbursalConfig
from loans.operations.stop_payouts import look_anew
from loans.rules.product_values import ProductValues, problems_of
from vault.models import Partner
from vault.operations.edits import demand_none, edit

ADD = "loans.add_loanproductautodisbursalconfig"
CHANGE = "loans.change_loanproductautodisbursalconfig"


def save_product(
    *, partner_id: UUID, product_id: int, values: ProductValues, reason: str, caller: Caller,
    at: datetime,
) -> LoanProductAutoDisbursalConfig:  # fmt: skip
    """Add the product's settings, or change what differs; the same again changes nothing.

    It holds for what is fetched and paid from now on. Raises NotAllowed, Refused.
    """
    rows = LoanProductAutoDisbursalConfig.objects.filter(
        partner_id=partner_id, product_id=product_id
    )
    demand_none(
        [problem for problem in problems_of(product_id, values) if problem[0] == "product_id"]
    )
    caller.demand(CHANGE if rows.exists() else ADD)
    said = checked_reason(reason, example="agreed with the partner on 3 March")
    if not caller.may_touch(partner_id) or not Partner.objects.filter(pk=partner_id).exists():
        raise Refused(f"there is no partner {partner_id}: add_partner prints the id",
                      field="partner")  # fmt: skip
    demand_none(problems_of(product_id, values))
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=partner_id)  # two who add at once
        row = rows.select_for_update().first()
        if row is not None:
            edit(row, asdict(values), because=said, actor=caller.actor, at=at)
            if not row.enabled:
                look_anew(partner_id=partner_id, product_id=product_id, at=at)
            return row
        row = LoanProductAutoDisbursalConfig.objects.create(
            partner_id=partner_id, product_id=product_id, created_at=at, **asdict(values)
        )
        states.note(row, at=at, because=f"added: {said}", actor=caller.actor)
    return row
