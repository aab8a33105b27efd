"""Edit the result-code table: each edit with a reason, on record."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core import alerts, states
from core.refusals import Refused
from disbursements.models import ResultCodeRule
from disbursements.operations.install_rules import TEXTS
from disbursements.operations.judge import UNCLASSIFIED_ALERT
from disbursements.rules.classify import ANY_API

EDITABLE = (*TEXTS, "outcome", "next", "scope", "text_pattern")
REASON_LENGTH_MIN = 8
WHERE_MET = ("b2c", "b2b", "http", "status", "stk", "stripe", ANY_API)


class BadRule(Refused):
    """The row would not make sense; the message says what is wrong."""


def edit_rule(
    *, rule_id: int, changes: dict[str, Any], reason: str, actor: str, at: datetime
) -> ResultCodeRule:
    """Change fields of a row. Raises BadRule."""
    _check_reason(reason)
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise BadRule(f"{', '.join(sorted(unknown))} cannot be edited: add a row instead")
    with transaction.atomic():
        rule = ResultCodeRule.objects.select_for_update().get(pk=rule_id)
        old = {name: getattr(rule, name) for name in changes}
        for name, value in changes.items():
            setattr(rule, name, value)
        rule.is_default = False
        _save(rule, at)
        states.note(rule, at=at, because=reason, actor=actor, details={"old": old, "new": changes})
        return rule


def add_rule(
    *, api: str, code: str, values: dict[str, Any], reason: str, actor: str, at: datetime
) -> ResultCodeRule:
    """Classify a code that no row names, and close its alert. Raises BadRule."""
    _check_reason(reason)
    with transaction.atomic():
        rule = ResultCodeRule(api=api, code=code, **values)
        _save(rule, at)
        states.note(rule, at=at, because=reason, actor=actor, details={"new": values})
        _close_alerts(rule, at=at, actor=actor)
        return rule


def _close_alerts(rule: ResultCodeRule, *, at: datetime, actor: str) -> None:
    """A row for any API classifies the code wherever it was met."""
    apis = WHERE_MET if rule.api == ANY_API else [rule.api]
    for api in apis:
        key = f"{api}:{rule.code}"
        alerts.close_alerts(kind=UNCLASSIFIED_ALERT, key=key, at=at, actor=actor)


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < REASON_LENGTH_MIN:
        raise BadRule(f"Give a reason of at least {REASON_LENGTH_MIN} characters")


def _save(rule: ResultCodeRule, at: datetime) -> None:
    rule.updated_at = at
    try:
        rule.full_clean()
        with transaction.atomic():
            rule.save()
    except ValidationError as error:
        raise BadRule("; ".join(error.messages)) from None
    except IntegrityError:
        raise BadRule(f"There is a row for {rule.api} {rule.code} already: edit that") from None
