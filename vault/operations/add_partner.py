"""Add a partner: an organisation that pays through us."""

from datetime import datetime

from django.db import IntegrityError, transaction

from core import states
from core.refusals import Refused
from vault.models import Partner
from vault.rules import names

NAME_LENGTH_MAX = 120


def add_partner(*, name: str, actor: str, at: datetime) -> Partner:
    """The new partner. Raises Refused for a bad name or one that is taken."""
    cleaned = name.strip()
    problem = names.problem_of(cleaned, length_max=NAME_LENGTH_MAX, example="'Umoja Example Ltd'")
    if problem:
        raise Refused(problem, field="name")
    partner = Partner(name=cleaned, created_at=at)
    try:
        with transaction.atomic():
            states.begin([partner], at=at, because="added", actor=actor)
    except IntegrityError:
        raise Refused(
            f"there is a partner called {cleaned!r} already: choose another name", field="name"
        ) from None
    return partner
