"""What leaves in a file: each column as an expression that PostgreSQL writes out by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat, LPad, Mod

from core import money
from disbursements.queries import selection
from disbursements.states import DisbursementStatus
from gateways.interface import Rail

S = DisbursementStatus
DECIMALS = 2  # of most currencies, and of all that M-Pesa moves

PHONE_IN_TEXT = (  # as core.masking.without_phones has it; a test holds the two together
    r"(?:(?<![0-9A-Za-z])|(?<=\u00252B))(\+?254|0)([ .\u00a0-]?)([17][0-9]{2})"
    r"[ .\u00a0-]?[0-9]{3}[ .\u00a0-]?([0-9]{3})(?![0-9])"
)
PHONE_IN_PART = r"[17][0-9]{2}[ .\u00a0-]?[0-9]{3}[ .\u00a0-]?[0-9]{3}"  # of every one of them
PHONE_STARTS = {"0": 9, "254": 11}  # how one begins, and how much follows that character at least
ZONE = "Africa/Nairobi"
FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"  # the last four are their full-width forms
BLANKS = " \u00a0\u3000\u200b\ufeff"


AS_IT_IS = "{0}"
AS_MOMENT = "replace(left({0}::text, 19), ' ', 'T') || '+03:00'"  # in ZONE, as ISO
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


def _amount(column: str) -> Case:
    """The same; all that are no transfers have two decimals."""
    return Case(
        When(~Q(rail=Rail.STRIPE_TRANSFER), then=_written_out(column, DECIMALS)),
        default=amount_of(column),
        output_field=TextField(),
    )


def amount_of(column: str) -> Case:
    """Minor units as `1250.00`, with as many decimals as the row's `currency` has."""
    others = {
        decimals: [name for name, places in money.DECIMALS.items() if places == decimals]
        for decimals in set(money.DECIMALS.values()) - {DECIMALS}
    }
    return Case(
        *(
            When(currency__in=names, then=_written_out(column, decimals))
            for decimals, names in others.items()
        ),
        default=_written_out(column, DECIMALS),
        output_field=TextField(),
    )


def _written_out(column: str, decimals: int) -> Combinable:
    if not decimals:
        return Cast(column, TextField())
    one = 10**decimals
    fraction = LPad(Cast(Mod(F(column), Value(one)), TextField()), decimals, Value("0"))
    return Concat(Cast(F(column) / Value(one), TextField()), Value("."), fraction)


COLUMNS: dict[str, Column] = {
    "reference": Column(
        text="The partner's reference", value=F("client_reference"), is_free=True, has_phones=True
    ),
    "partner": Column(text="The partner", value=F("partner__name"), is_free=True),
    "payee": Column(text="The payee's name", value=F("payee_name"), is_free=True, has_phones=True),
    "phone": Column(text="The payee's phone", value=F("msisdn"), is_phone=True),
    "amount": Column(text="How much", value=_amount("amount_minor")),
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
    "receipt": Column(text="The provider's receipt", value=F("receipt")),
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
    "user": Column(
        text="The winner's user id", value=F("payee_user"), is_free=True, in_default=False
    ),
    "returned": Column(
        text="What of it came back", value=_amount("returned_minor"), in_default=False
    ),
    "receiver": Column(
        text="The business that is paid", value=F("receiver_number"), in_default=False
    ),
    "account": Column(
        text="Its account", value=F("account_reference"), is_free=True, in_default=False
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


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What can be taken away: rows by filters, its columns, newest first by `newest_by`.

    `name` begins the file's name; `permission` is what taking it away takes.
    """

    name: str
    rows: Callable[..., QuerySet[Any]]
    columns: Mapping[str, Column]
    newest_by: str
    permission: str = "disbursements.export_disbursementrequest"

    @property
    def default_columns(self) -> tuple[str, ...]:
        """Those of a file of which nobody chose any."""
        return tuple(name for name, column in self.columns.items() if column.in_default)


PAYOUTS = Listing(
    name="disbursements", rows=selection.rows, columns=COLUMNS, newest_by="created_at"
)


def statement(
    rows: QuerySet[Any],
    *,
    columns: Sequence[str],
    phones_masked: bool,
    as_json: bool,
    of: Listing = PAYOUTS,
) -> tuple[str, tuple[Any, ...]]:
    """The SELECT of these rows, newest first: a value per column, or one JSON text per row."""
    cells = {f"cell_{name}": of.columns[name].value for name in columns}
    newest = rows.annotate(**cells).order_by(f"-{of.newest_by}", "-id")
    inner = newest.values_list(of.newest_by, "id", *cells)
    inner_sql, parameters = inner.query.sql_with_params()
    written = {
        name: _written(
            of.columns[name], f"exported.cell_{name}", phones_masked=phones_masked, as_json=as_json
        )
        for name in columns
    }
    if as_json:
        pairs = ", ".join(f"'{name}', {sql}" for name, sql in written.items())
        chosen = f"json_build_object({pairs})"
    else:
        chosen = ", ".join(written.values())
    # everything but the parameters comes from the listing and from Django's own compiler; columns
    # hold no percent sign, which the driver would take for a parameter. OFFSET 0: each cell is
    # made once, however often `written` names it
    sql = (
        f"SELECT {chosen} FROM ({inner_sql} OFFSET 0) AS exported "  # noqa: S608
        f"ORDER BY exported.{of.newest_by} DESC, exported.id DESC"
    )
    return sql, parameters


def _written(column: Column, cell: str, *, phones_masked: bool, as_json: bool) -> str:
    if column.is_phone and phones_masked:
        # A business has none.
        sql = f"CASE WHEN {cell} = '' THEN '' ELSE {AS_MASKED_PHONE.format(cell)} END"
    elif column.has_phones and phones_masked:
        sql = _without_phones(column.written.format(cell))
    else:
        sql = column.written.format(cell)
    return _without_formula(cell, sql) if column.is_free and not as_json else sql


def _without_phones(cell: str) -> str:
    """The long pattern only where cheaper tests pass: few texts hold a phone."""
    room = " OR ".join(
        f"strpos({cell}, '{start}') > 0 AND length({cell}) - strpos({cell}, '{start}') >= {after}"
        for start, after in PHONE_STARTS.items()
    )
    might = f"({room}) AND {cell} ~ '{PHONE_IN_PART}'"
    masked = rf"regexp_replace({cell}, '{PHONE_IN_TEXT}', '\1\2\3•••\4', 'gi')"
    return f"CASE WHEN {might} THEN {masked} ELSE {cell} END"


def _without_formula(cell: str, sql: str) -> str:
    """What a spreadsheet would calculate begins with an apostrophe instead.

    That a text begins with a letter or a digit is seen at once; most do.
    """
    code = f"ascii({cell})"
    is_plain = f"{code} BETWEEN 65 AND 122 OR {code} BETWEEN 48 AND 57 OR {code} = 0"
    start = f"left(ltrim({cell}, '{BLANKS}') || ' ', 1)"
    is_formula = f"strpos('{FORMULA_STARTS}', {start}) > 0"
    return f"CASE WHEN NOT ({is_plain}) AND {is_formula} THEN '''' || {sql} ELSE {sql} END"
