"""Whose rows a person sees: of all partners, or, a partner's own staff, of that one alone."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

NOBODYS: frozenset[UUID] = frozenset()


def partners_of(request: HttpRequest) -> frozenset[UUID] | None:
    """The partners whose rows the person may see; None: of all.

    config/middleware.py tells it. Where nobody told, it is nobody's rows.
    """
    told = getattr(request, "partners_told", None)
    return told() if told else NOBODYS


def sees_every_partner(request: HttpRequest) -> bool:
    """Whether the person is not bound to one partner."""
    return partners_of(request) is None


def colleagues_of(request: HttpRequest) -> frozenset[int] | None:
    """The users whose words a partner's own staff may read: their own; None: everybody's."""
    if partners_of(request) is None:
        return None
    told = getattr(request, "colleagues_told", None)
    return told() if told else frozenset()


def of_partners(
    rows: QuerySet[Any], partners: frozenset[UUID] | None, *, path: str | None
) -> QuerySet[Any]:
    """The rows whose partner, found along `path`, is among them; no row without a path."""
    if partners is None:
        return rows
    return rows.none() if path is None else rows.filter(**{f"{path}__in": partners})
