"""Reads: which fee holds for a property at a moment, and the rules there were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q

from vault.models import FeeRule, Owner, Property
from vault.rules import fees
from vault.rules.fees import Terms


@dataclass(frozen=True, kw_only=True)
class Valid:
    """The terms, the rule that they are from (None: the setting), and both in words."""

    terms: Terms
    rule: FeeRule | None
    words: str


def terms_for(*, property: Property, at: datetime) -> Valid:  # noqa: A002 - the field's word
    """What holds at that moment: the property's rule, else the owner's, else the partner's.

    Of each the latest that is valid by then. Without any, PLATFORM_FEE_PERCENTAGE.
    """
    rule = (
        FeeRule.objects.filter(
            Q(property=property)
            | Q(owner_id=property.owner_id)
            | Q(partner_id=property.partner_id, owner=None, property=None),
            valid_from__lte=at,
        )
        .order_by(
            F("property").asc(nulls_last=True), F("owner").asc(nulls_last=True), "-valid_from"
        )
        .first()
    )
    if rule is None:
        return Valid(terms=platform_terms(), rule=None, words=f"{_platform_words()}, for all")
    return Valid(terms=terms_of(rule), rule=rule, words=rule_in_words(rule))


def terms_of(rule: FeeRule) -> Terms:
    """The rule's own terms."""
    return Terms(
        rate_bps=rule.rate_bps,
        flat_minor=rule.flat_minor,
        minimum_minor=rule.minimum_minor,
        maximum_minor=rule.maximum_minor,
    )


def platform_terms() -> Terms:
    """PLATFORM_FEE_PERCENTAGE: what holds without any rule."""
    return Terms(rate_bps=settings.VAULT_PLATFORM_FEE_BPS)


def rule_in_words(rule: FeeRule) -> str:
    """`5 %, of this property`."""
    return f"{fees.in_words(terms_of(rule))}, {kind_of(rule)}"


def kind_of(rule: FeeRule) -> str:
    """Whose rule it is, in words."""
    if rule.property_id:
        return "of this property"
    return "of this owner" if rule.owner_id else "of this partner"


def rules_of_owner(owner: Owner) -> Sequence[FeeRule]:
    """The owner's own rules and the partner's, newest first."""
    return _newest(Q(owner=owner) | Q(partner_id=owner.partner_id, owner=None, property=None))


def rules_of_property(row: Property) -> Sequence[FeeRule]:
    """Every rule that ever could hold for the property, newest first."""
    return _newest(
        Q(property=row)
        | Q(owner_id=row.owner_id)
        | Q(partner_id=row.partner_id, owner=None, property=None)
    )


def followed_at(rules: Sequence[FeeRule]) -> Mapping[int, datetime]:
    """By id of the rule: when a newer one of the same thing holds; nothing for the last."""
    partners = {rule.partner_id for rule in rules}
    found: dict[int, datetime] = {}
    latest: dict[tuple[UUID | None, ...], int] = {}
    for rule in FeeRule.objects.filter(partner_id__in=partners).order_by("valid_from"):
        whose = (rule.partner_id, rule.owner_id, rule.property_id)
        if whose in latest:
            found[latest[whose]] = rule.valid_from
        latest[whose] = rule.pk
    return found


def _newest(condition: Q) -> Sequence[FeeRule]:
    rows = FeeRule.objects.filter(condition).select_related("partner", "owner", "property")
    return list(rows.order_by("-valid_from", "-pk"))


def _platform_words() -> str:
    return fees.in_words(platform_terms())
