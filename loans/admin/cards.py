"""Cards above the list of loans: how many of each status, and how much, by the other filters."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core import money
from core.admin import shown
from disbursements.admin.filters import filters_of
from loans.admin import words
from loans.models import LoanTracking
from loans.queries import figures, search, selection
from loans.states import MEANINGS

NOT_BOOKED_MEANS = "The client has the money, and Mifos X does not show it: a person is needed."
INSTEAD = ("status", "held", "booking")


@dataclass(frozen=True, kw_only=True)
class Card:
    """One figure: how many, how much per currency, and the list of them."""

    name: str
    count: int
    amounts: list[Any]
    url: str
    tone: str
    meaning: str
    chosen: bool


def cards(request: HttpRequest, changelist: Any) -> list[Card]:
    """One for each status, one for what is paid and not booked; each leads to its list."""
    try:
        rows = _rows(request, changelist)
    except selection.BadSelection:
        return []
    return [
        *(
            _card(changelist, each, name=each.status.replace("_", " ").capitalize(),
                  query={"status": each.status}, meaning=MEANINGS[each.status],
                  tone=words.LOAN_TONES[each.status])
            for each in figures.per_status(rows)
        ),
        _card(changelist, figures.not_booked(rows), name="Paid, not booked",
              query={"booking": figures.NOT_BOOKED_NAME}, meaning=NOT_BOOKED_MEANS,
              tone=shown.BAD),
    ]  # fmt: skip


def _rows(request: HttpRequest, changelist: Any) -> QuerySet[LoanTracking]:
    """What all filters but those that a card takes the place of leave."""
    rows: QuerySet[LoanTracking] = changelist.root_queryset.order_by()
    for name, text in filters_of(changelist).items():
        if name not in (*INSTEAD, "search"):
            rows = rows.filter(selection.condition(name, text))
    if changelist.query:
        may_see = shown.may_see_phones(request)
        rows = search.found(rows, text=changelist.query, may_see_phones=may_see)
    return rows


def _card(
    changelist: Any, figure: figures.StatusFigure, *, name: str, query: dict[str, str],
    meaning: str, tone: str,
) -> Card:  # fmt: skip
    given = changelist.filter_params
    now = {key: ",".join(given[key]) for key in INSTEAD if given.get(key)}
    return Card(
        name=name,
        count=figure.count,
        amounts=[shown.short_amount(*each) for each in _sums(figure)],
        url=changelist.get_query_string(query, remove=[*INSTEAD, "p"]),
        tone=tone if figure.count else "",
        meaning=meaning,
        chosen=now == query,
    )


def _sums(figure: figures.StatusFigure) -> list[tuple[int, str]]:
    known = sorted(each for each in figure.net if each in money.DECIMALS)
    return [(figure.net[currency], currency) for currency in known]
