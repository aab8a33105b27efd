"""What the buttons about owners, properties, tenants and fees share."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core import money, refusals
from core.admin.confirm import ConfirmedAction, Refused
from core.callers import Caller
from vault.queries import caller_of

ORIGIN = "admin"
CURRENCY = "KES"


class RentalAction(ConfirmedAction):
    """Its form may depend on who asks and about which row.

    `model_permission`, such as `vault.add_tenant`, where a button stands on another model's page.
    """

    model_permission = ""

    def allowed(self, request: HttpRequest) -> bool:
        """Whether this person may do it."""
        if not self.model_permission:
            return super().allowed(request)
        return self.admin.is_open_to(request) and request.user.has_perm(self.model_permission)

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """The form of this page."""
        return self.form_class

    def _answer(
        self, request: HttpRequest, rows: Sequence[Any], *, ids: Sequence[str]
    ) -> HttpResponse:
        # One action object serves every request: each page works on a copy with its own form.
        tailored = copy(self)
        tailored.form_class = self.form_for(request, rows)  # type: ignore[assignment]
        return super(RentalAction, tailored)._answer(request, rows, ids=ids)


def caller(request: HttpRequest) -> Caller:
    """Who asks."""
    return caller_of(request.user, origin=ORIGIN)


@contextmanager
def told(labels: dict[str, str] | None = None) -> Iterator[None]:
    """A refusal of an operation becomes a sentence for the person."""
    try:
        yield
    except refusals.Refused as error:
        label = (labels or {}).get(error.field, error.field.replace("_", " "))
        text = f"{label[:1].upper()}{label[1:]}: {error.message}" if label else error.message
        raise Refused(f"{text}. Nothing was changed.") from None


def shillings(text: str, *, field: str) -> int:
    """Cents of `10,000`. Raises core.refusals.Refused."""
    try:
        return money.parse_amount(text, currency=CURRENCY, thousands=True)
    except money.BadAmount as error:
        raise refusals.Refused(str(error), field=field) from None


def maybe_shillings(text: str, *, field: str) -> int | None:
    """None for blank."""
    return shillings(text, field=field) if text.strip() else None


def written(amount_minor: int | None) -> str:
    """`10000`, as a person writes it into a form; blank for None."""
    if amount_minor is None:
        return ""
    return money.plain(amount_minor, CURRENCY).removesuffix(".00")


def page_of(row: Any) -> str:
    """The address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
