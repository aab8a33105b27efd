"""What leaves in a file of payments: each column as an expression that PostgreSQL writes out."""

from django.db.models import Case, CharField, F, OuterRef, Subquery, Value, When

from disbursements.queries.exported import AS_AMOUNT, AS_MOMENT, Column, Listing
from rents.models import ForwardPart
from rents.queries.selection import leg, rows
from rents.states import LegacyStatus


def _transfer(path: str) -> Subquery:
    """A fact of the transfer that took the payment on."""
    parts = ForwardPart.objects.filter(payment=OuterRef("pk"), released_at=None)
    return Subquery(parts.values(path)[:1])


def _money_out() -> Case:
    """The legacy view's word, as rents/queries/legs.py says."""
    return Case(
        *(When(leg(status), then=Value(str(status))) for status in LegacyStatus),
        output_field=CharField(),
    )


COLUMNS: dict[str, Column] = {
    "receipt": Column(text="The receipt of what came in", value=F("receipt"), is_free=True),
    "partner": Column(text="The partner", value=F("partner__name"), is_free=True),
    "owner": Column(text="The owner", value=F("owner__name"), is_free=True),
    "property": Column(text="The property", value=F("property__name"), is_free=True),
    "tenant": Column(text="The tenant", value=F("tenant__name"), is_free=True),
    "unit": Column(text="What the tenant rents", value=F("tenant__unit"), is_free=True),
    "received": Column(text="How much came in", value=F("amount_minor"), written=AS_AMOUNT),
    "fee": Column(text="What is kept of it", value=F("fee_minor"), written=AS_AMOUNT),
    "owed": Column(text="What the owner gets", value=F("owed_minor"), written=AS_AMOUNT),
    "currency": Column(text="The currency", value=F("currency")),
    "money_in": Column(text="Whether it is known whose it is", value=F("status")),
    "money_out": Column(text="How the way to the owner stands", value=_money_out()),
    "method": Column(text="M-Pesa or cash", value=F("method")),
    "account": Column(
        text="What the payer typed", value=F("account_typed"), is_free=True, has_phones=True
    ),
    "payer": Column(
        text="The payer's name", value=F("payer_name"), is_free=True, has_phones=True
    ),
    "phone": Column(
        text="The payer's number as it was told", value=F("payer_phone"), is_phone=True
    ),
    "paid_at": Column(text="When it was paid", value=F("paid_at"), written=AS_MOMENT),
    "received_at": Column(text="When we heard of it", value=F("received_at"), written=AS_MOMENT),
    "forward_due_at": Column(
        text="When it is due to be forwarded", value=F("forward_due_at"), written=AS_MOMENT
    ),
    "forward_receipt": Column(
        text="The receipt of what went out",
        value=_transfer("forward__disbursement__receipt"),
    ),
    "forwarded_at": Column(
        text="When the owner had it", value=_transfer("forward__completed_at"), written=AS_MOMENT
    ),
    "payout": Column(
        text="The payout's reference",
        value=_transfer("forward__disbursement__client_reference"),
        in_default=False,
    ),
    "shortcode": Column(
        text="Where it was paid", value=F("shortcode__number"), in_default=False
    ),
    "because": Column(
        text="Why it is theirs", value=F("allocated_because"), is_free=True, has_phones=True,
        in_default=False,
    ),
    "allocated_by": Column(
        text="Who said so", value=F("allocated_by"), is_free=True, in_default=False
    ),
    "id": Column(text="Our id", value=F("id"), in_default=False),
}  # fmt: skip
PAYMENTS = Listing(name="payments", rows=rows, columns=COLUMNS, newest_by="received_at")
