"""Add a fee rule. Rules are followed by newer ones, never changed: the past keeps its fee."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core import money, states
from core.callers import Caller
from core.refusals import Refused
from vault.models import FeeRule, Owner, Partner, Property
from vault.rules.fees import BPS_OF_ALL, Terms

ADD = "vault.add_feerule"
CURRENCY = "KES"


def add_fee_rule(
    *,
    terms: Terms,
    caller: Caller,
    at: datetime,
    partner_id: UUID | None = None,
    owner_id: UUID | None = None,
    property_id: UUID | None = None,
    valid_from: datetime | None = None,
    reason: str = "",
) -> FeeRule:
    """The rule of exactly one partner, owner or property, from `at` or a later moment on.

    Payments before that moment keep the fee that held then. Raises NotAllowed and Refused.
    """
    caller.demand(ADD)
    begins_at = valid_from or at
    if begins_at < at:
        raise Refused(
            "a rule does not change what was paid before: leave it out, or write a moment to "
            "come, such as 2027-01-01",
            field="valid_from",
        )
    _check(terms)
    row = FeeRule(
        rate_bps=terms.rate_bps,
        flat_minor=terms.flat_minor,
        minimum_minor=terms.minimum_minor,
        maximum_minor=terms.maximum_minor,
        valid_from=begins_at,
        created_by=caller.actor,
        created_at=at,
        **_of_whom(partner_id, owner_id, property_id, caller),
    )
    try:
        with transaction.atomic():
            row.save()
            because = f"added: {reason}" if reason else "added"
            states.note(row, at=at, because=because, actor=caller.actor)
    except IntegrityError:
        raise Refused(
            "there is a rule from that moment on already: choose a later one", field="valid_from"
        ) from None
    return row


def _of_whom(
    partner_id: UUID | None, owner_id: UUID | None, property_id: UUID | None, caller: Caller
) -> dict[str, UUID]:
    """The columns that say whose rule it is. Raises Refused unless one thing is named."""
    named = {"partner": partner_id, "owner": owner_id, "property": property_id}
    given = [(name, each) for name, each in named.items() if each is not None]
    if len(given) != 1:
        raise Refused("name one of partner, owner and property", field="of")
    name, id_ = given[0]
    if name == "partner":
        found = Partner.objects.filter(pk=id_).values_list("pk", flat=True).first()
    else:
        model = Owner if name == "owner" else Property
        found = model._default_manager.filter(pk=id_).values_list("partner_id", flat=True).first()
    if found is None or not caller.may_touch(found):
        raise Refused(f"there is no {name} {id_}: add_{name} prints the id", field=name)
    return {"partner_id": found, f"{name}_id": id_}


def _check(terms: Terms) -> None:
    """Raises Refused naming the part that is wrong."""
    if not 0 <= terms.rate_bps <= BPS_OF_ALL:
        raise Refused("write 0 to 100 per cent, such as 5 or 7.5", field="percent")
    amounts = {"flat": terms.flat_minor, "minimum": terms.minimum_minor}
    if terms.maximum_minor is not None:
        amounts["maximum"] = terms.maximum_minor
    for field, amount_minor in amounts.items():
        try:
            units = money.whole_units(amount_minor, CURRENCY)
        except money.BadAmount as error:
            raise Refused(str(error), field=field) from None
        if units < 0:
            raise Refused("write 0 or more shillings, such as 50", field=field)
    if terms.maximum_minor is not None and terms.maximum_minor < terms.minimum_minor:
        raise Refused("is less than the minimum: write more, such as 500", field="maximum")
