"""What leaves in a file: each column as an expression that PostgreSQL writes out by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat

from disbursements.models import DisbursementRequest
from disbursements.states import DisbursementStatus

S = DisbursementStatus

PHONE_IN_TEXT = (  # as core.masking.without_phones has it; a test holds the two together
    r"(?:(?<![0-9A-Za-z])|(?<=\u00252B))(\+?254|0)([ .\u00a0-]?)([17][0-9]{2})"
    r"[ .\u00a0-]?[0-9]{3}[ .\u00a0-]?([0-9]{3})(?![0-9])"
)
PHONE_BEGINS = r"(0|254)[ .\u00a0-]?[17][0-9]{2}"
PHONE_LENGTH_MIN = 10
ZONE = "Africa/Nairobi"
FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"  # the last four are their full-width forms
BLANKS = " \u00a0\u3000\u200b\ufeff"


AS_IT_IS = "{0}"
AS_MOMENT = "overlay(left({0}::text, 19) placing 'T' from 11) || '+03:00'"  # in ZONE, as ISO
AS_AMOUNT = "({0} / 100)::text || '.' || lpad(mod({0}, 100::bigint)::text, 2, '0')"
AS_MASKED_PHONE = "substr({0}, 1, 3) || ' ' || substr({0}, 4, 3) || ' ••• ' || right({0}, 3)"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: what it holds, where it stands, and how PostgreSQL writes it.

    `is_free`: somebody wrote it, so that it may begin like a formula. `has_phones`: payees or
    providers may have written a phone into it.
    """

    text: str
    value: Combinable
    written: str = AS_IT_IS
    is_free: bool = False
    has_phones: bool = False
    is_phone: bool = False
    in_default: bool = True


def _coded() -> Case:
    """`text (code)`, as the pages have it."""
    return Case(
        When(
            ~Q(failure_text="") & ~Q(failure_code=""),
            then=Concat("failure_text", Value(" ("), "failure_code", Value(")")),
        ),
        When(failure_text="", then=F("failure_code")),
        default=F("failure_text"),
        output_field=TextField(),
    )


def _reason() -> Case:
    return Case(
        When(person_needed_at__isnull=False, then=F("person_needed_because")),
        When(status__in=[S.RETRYING, S.PARKED, S.FAILED], retry_reason__gt="",
             then=F("retry_reason")),
        When(status__in=[S.PARKED, S.FAILED, S.UNKNOWN], then=_coded()),
        default=Value(""),
        output_field=TextField(),
    )  # fmt: skip


COLUMNS: dict[str, Column] = {
    "reference": Column(
        text="The partner's reference", value=F("client_reference"), is_free=True, has_phones=True
    ),
    "partner": Column(text="The partner", value=F("partner__name"), is_free=True),
    "payee": Column(text="The payee's name", value=F("payee_name"), is_free=True, has_phones=True),
    "phone": Column(text="The payee's phone", value=F("msisdn"), is_phone=True),
    "amount": Column(text="How much", value=F("amount_minor"), written=AS_AMOUNT),
    "currency": Column(text="Its currency", value=F("currency")),
    "status": Column(text="Where it stands", value=F("status")),
    "reason": Column(text="Why it stands there", value=_reason(), is_free=True, has_phones=True),
    "code": Column(text="The provider's code", value=F("failure_code")),
    "retries": Column(text="Retries used", value=F("retry_count")),
    "max_retries": Column(text="Retries allowed", value=F("max_retries")),
    "attempts": Column(text="How often it was sent", value=F("attempts_made")),
    "next_retry_at": Column(
        text="When it is sent again", value=F("next_retry_at"), written=AS_MOMENT
    ),
    "receipt": Column(text="M-Pesa's receipt", value=F("receipt")),
    "instructed_at": Column(
        text="When it was instructed", value=F("created_at"), written=AS_MOMENT
    ),
    "paid_at": Column(text="When it was paid", value=F("completed_at"), written=AS_MOMENT),
    "shortcode": Column(text="The paying shortcode", value=F("shortcode__number")),
    "id": Column(text="Our id", value=F("id"), in_default=False),
    "status_since": Column(
        text="Since when it stands there",
        value=F("status_at"),
        written=AS_MOMENT,
        in_default=False,
    ),
    "remarks": Column(
        text="Remarks", value=F("remarks"), is_free=True, has_phones=True, in_default=False
    ),
    "kind": Column(text="The kind of payment", value=F("command_id"), in_default=False),
    "rail": Column(text="The rail", value=F("rail"), in_default=False),
    "cause": Column(
        text="What it waits for when parked", value=F("parked_cause"), in_default=False
    ),
    "origin": Column(text="How it came", value=F("origin"), in_default=False),
    "instructed_by": Column(
        text="Who instructed it", value=F("created_by"), is_free=True, in_default=False
    ),
    "corrects": Column(
        text="The payout that it replaces", value=F("corrects_id"), in_default=False
    ),
}
DEFAULT_COLUMNS = tuple(name for name, column in COLUMNS.items() if column.in_default)


def statement(
    rows: QuerySet[DisbursementRequest],
    *,
    columns: Sequence[str],
    phones_masked: bool,
    as_json: bool,
) -> tuple[str, tuple[Any, ...]]:
    """The SELECT of these rows, newest first: a value per column, or one JSON text per row."""
    cells = {f"cell_{name}": COLUMNS[name].value for name in columns}
    inner = rows.annotate(**cells).order_by().values_list("created_at", "id", *cells)
    inner_sql, parameters = inner.query.sql_with_params()
    written = {
        name: _written(name, phones_masked=phones_masked, as_json=as_json) for name in columns
    }
    if as_json:
        pairs = ", ".join(f"'{name}', {sql}" for name, sql in written.items())
        chosen = f"json_build_object({pairs})"
    else:
        chosen = ", ".join(written.values())
    # everything but the parameters comes from COLUMNS and from Django's own compiler; COLUMNS
    # hold no percent sign, which the driver would take for a parameter
    sql = (
        f"SELECT {chosen} FROM ({inner_sql}) AS exported "  # noqa: S608
        "ORDER BY exported.created_at DESC, exported.id DESC"
    )
    return sql, parameters


def _written(name: str, *, phones_masked: bool, as_json: bool) -> str:
    column, cell = COLUMNS[name], f"exported.cell_{name}"
    if column.is_phone and phones_masked:
        return AS_MASKED_PHONE.format(cell)
    sql = column.written.format(cell)
    if column.has_phones and phones_masked:
        sql = _without_phones(sql)
    return _without_formula(cell, sql) if column.is_free and not as_json else sql


def _without_phones(cell: str) -> str:
    """The long pattern only where a shorter one fits: few texts hold a phone."""
    might = f"length({cell}) >= {PHONE_LENGTH_MIN} AND {cell} ~ '{PHONE_BEGINS}'"
    masked = rf"regexp_replace({cell}, '{PHONE_IN_TEXT}', '\1\2\3•••\4', 'gi')"
    return f"CASE WHEN {might} THEN {masked} ELSE {cell} END"


def _without_formula(cell: str, sql: str) -> str:
    """What a spreadsheet would calculate begins with an apostrophe instead."""
    start = f"left(ltrim({cell}, '{BLANKS}') || ' ', 1)"
    return f"CASE WHEN strpos('{FORMULA_STARTS}', {start}) > 0 THEN '''' || {sql} ELSE {sql} END"
