"""A tenant's receipt by its link: public, for whoever was given the link and nobody else.

It shows the rent and hides the payer's number; fee, owner and owner's account are not on it.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock, masking, money
from gateways.interface import PhoneForm
from rents.rules.period import shown_moment
from rents.rules.receipt_words import ENGLISH, ReceiptWords, receipt_words
from vault.models import Method, Payment
from vault.queries.receipts import payment_of_receipt

HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


@require_safe
def receipt_page(request: HttpRequest, token: str) -> HttpResponse:
    """`/r/<token>`, in the tenant's language or that of `?lang=sw`; 404 for any other link."""
    payment = payment_of_receipt(token=token, at=clock.now())
    tenant = payment.tenant if payment else None
    said = receipt_words(
        asked=request.GET.get("lang", ""), usual=tenant.language if tenant else ENGLISH
    )
    answer = render(
        request,
        "rents/receipt.html",
        {"said": said, "facts": _facts(payment, said), "amount": _amount(payment)},
        status=HTTPStatus.OK if payment else HTTPStatus.NOT_FOUND,
    )
    for name, value in HEADERS.items():
        answer[name] = value
    return answer


def _amount(payment: Payment | None) -> str:
    return money.shown(payment.amount_minor, payment.currency) if payment else ""


def _facts(payment: Payment | None, said: ReceiptWords) -> list[tuple[str, str]]:
    """Label and value; what is not known is left out."""
    if payment is None or payment.property is None:
        return []
    facts = [
        (said.number, payment.receipt),
        (said.date, shown_moment(payment.paid_at)),
        (said.place, payment.property.name),
        (said.unit, payment.tenant.unit if payment.tenant else ""),
        (said.payer, _payer(payment, said)),
        (said.received_by, payment.partner.name),
    ]
    return [(label, value) for label, value in facts if value]


def _payer(payment: Payment, said: ReceiptWords) -> str:
    """The number with its middle hidden, as far as M-Pesa told it."""
    if payment.method == Method.CASH:
        return said.cash
    if payment.payer_form == PhoneForm.FULL:
        return masking.masked_phone(payment.payer_phone)
    return payment.payer_phone if payment.payer_form == PhoneForm.MASKED else ""
