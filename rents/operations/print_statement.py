"""An owner's statement as PDF: A4 across, the sum on top, the table's head on every page."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from core import clock, money
from rents.operations.typeset import BOLD, REGULAR, broken, load_fonts
from rents.queries.statement import Statement
from rents.rules.pages import paginate
from rents.rules.period import shown_day, shown_moment
from rents.rules.statement_lines import LineKind, StatementLine
from rents.rules.statement_words import Words, parts_in_words, subject, words

WIDTH, HEIGHT = (int(side) for side in landscape(A4))
MARGIN = 40
RIGHT = WIDTH - MARGIN
SIZE, LEADING, GAP = 8, 11, 7
SMALL = 7
MINUS = "\u2212"
HEAD_ROOM = 20
FOOT_ROOM = 14
RECEIPTS_NAMED_MAX = 24
TITLE_SIZE, NAME_SIZE = 18, 11
INK, QUIET, RULE, SHADE = (0.1, 0.1, 0.12), (0.36, 0.39, 0.45), (0.78, 0.8, 0.84), (0.96,) * 3
# Where columns begin (texts) or end (amounts), in points from the left.
DATE, RECEIPT, RECEIPT_ROOM = MARGIN, MARGIN + 58, 66
WHAT, WHAT_ROOM = MARGIN + 132, 264
RECEIVED, FEE, OWED, PAID_OUT, BALANCE = RIGHT - 292, RIGHT - 222, RIGHT - 148, RIGHT - 74, RIGHT
SUMS, SUMS_TOP = RIGHT - 250, HEIGHT - MARGIN - 34


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A line of the statement, broken to its column; amounts by where they end."""

    day: str
    receipt: Sequence[str]
    what: Sequence[str]
    more: Sequence[str]
    amounts: Sequence[tuple[int, str]]

    @property
    def height(self) -> int:
        lines = max(len(self.receipt), len(self.what) + len(self.more))
        return LEADING * lines + GAP


def pdf(statement: Statement, *, at: datetime) -> bytes:
    """The statement in the owner's language; `at` is printed on it. Fonts are embedded."""
    load_fonts()
    said = words(statement.owner.language)
    rows = [_row(line, said, statement.currency) for line in statement.lines]
    rows.append(_total_row(statement, said))
    sums = _sums(statement, said)
    top = SUMS_TOP - LEADING * (len(sums) + 2)
    pages = paginate(
        [row.height for row in rows], first_room=top - HEAD_ROOM - MARGIN - FOOT_ROOM,
        room=HEIGHT - 2 * MARGIN - HEAD_ROOM - FOOT_ROOM,
    )  # fmt: skip
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=landscape(A4), pageCompression=1, lang=statement.owner.language)
    canvas.setTitle(f"{said.title}, {statement.owner.name}, {statement.period}")
    canvas.setAuthor(statement.owner.partner.name)
    for number, page in enumerate(pages, start=1):
        y = HEIGHT - MARGIN
        if number == 1:
            _heading(canvas, statement, said, sums)
            y = top
        y = _head(canvas, said, statement.currency, y)
        for index in page:
            y = _draw(canvas, rows[index], y, is_total=index == len(rows) - 1)
        _foot(canvas, said, statement, at=at, number=number, count=len(pages))
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _row(line: StatementLine, said: Words, currency: str) -> _Row:
    more = [parts_in_words(line, said, named_max=RECEIPTS_NAMED_MAX)]
    day = _day(line.at)
    if line.paid_at and _day(line.paid_at) != day and line.kind is not LineKind.HANDED_OVER:
        more.insert(0, said.paid_on.format(day=_day(line.paid_at)))
    shown = [
        (RECEIVED, line.received_minor), (FEE, line.fee_minor), (OWED, line.owed_minor),
        (PAID_OUT, line.paid_out_minor),
    ]  # fmt: skip
    amounts = [(end, _amount(minor, currency)) for end, minor in shown if minor]
    return _Row(
        day=day,
        receipt=broken(line.receipt, room=RECEIPT_ROOM, font=REGULAR, size=SIZE),
        what=broken(subject(line, said), room=WHAT_ROOM, font=REGULAR, size=SIZE),
        more=[
            piece for text in more if text
            for piece in broken(text, room=WHAT_ROOM, font=REGULAR, size=SMALL)
        ],
        amounts=[*amounts, (BALANCE, _amount(line.balance_minor, currency))],
    )  # fmt: skip


def _total_row(statement: Statement, said: Words) -> _Row:
    """Every column's sum, corrections included, and the closing balance."""
    lines, currency = statement.lines, statement.currency
    sums = [
        (RECEIVED, sum(line.received_minor for line in lines)),
        (FEE, sum(line.fee_minor for line in lines)),
        (OWED, sum(line.owed_minor for line in lines)),
        (PAID_OUT, sum(line.paid_out_minor for line in lines)),
        (BALANCE, statement.closing.total_minor),
    ]  # fmt: skip
    amounts = [(end, _amount(minor, currency)) for end, minor in sums]
    what = broken(said.total if lines else said.nothing, room=WHAT_ROOM, font=BOLD, size=SIZE)
    return _Row(day="", receipt=[], what=what, more=[], amounts=amounts)


def _sums(statement: Statement, said: Words) -> list[tuple[str, int, str]]:
    """The statement as arithmetic that adds up: label, amount, sign."""
    of = statement.totals
    optional = [(said.corrections, of.corrected_minor), (said.handed_over, -of.handed_over_minor)]
    return [
        (said.opening, statement.opening.total_minor, ""),
        (said.received, of.received_minor, "+"),
        (said.fee, -of.fee_minor, "+"),
        *((label, minor, "+") for label, minor in optional if minor),
        (said.paid_out, -of.forwarded_minor, "+"),
        (said.closing, statement.closing.total_minor, "="),
    ]


def _heading(
    canvas: Canvas, statement: Statement, said: Words, sums: Sequence[tuple[str, int, str]]
) -> None:
    """Whose statement, of which days, and its sum."""
    y = HEIGHT - MARGIN - 14
    _text(canvas, MARGIN, y, said.title, font=BOLD, size=TITLE_SIZE)
    partner = broken(statement.owner.partner.name, room=220, font=REGULAR, size=SIZE)[0]
    _text_to(canvas, RIGHT, y, partner, colour=QUIET)
    name = broken(statement.owner.name, room=SUMS - MARGIN - 40, font=BOLD, size=NAME_SIZE)[:2]
    y -= 26
    for line in name:
        _text(canvas, MARGIN, y, line, font=BOLD, size=NAME_SIZE)
        y -= 15
    _text(canvas, MARGIN, y, _days(statement), colour=QUIET)
    y = SUMS_TOP
    for label, minor, sign in sums:
        is_end = sign == "="
        font = BOLD if is_end else REGULAR
        if is_end:
            _rule(canvas, SUMS, RIGHT, y + LEADING - 3)
        _text(canvas, SUMS, y, label, font=font)
        _text_to(canvas, RIGHT, y, _signed(money.shown(minor, statement.currency)), font=font)
        y -= LEADING
    way = money.shown(statement.closing.forwarding_minor, statement.currency)
    _text_to(canvas, RIGHT, y, f"{said.on_its_way}: {way}", size=SMALL, colour=QUIET)


def _head(canvas: Canvas, said: Words, currency: str, y: int) -> int:
    """The head of the table; answers where rows begin."""
    canvas.setFillColorRGB(*SHADE)
    canvas.rect(MARGIN - 4, y - HEAD_ROOM, RIGHT - MARGIN + 8, HEAD_ROOM, stroke=0, fill=1)
    line = y - HEAD_ROOM + 7
    for start, label in ((DATE, said.date), (RECEIPT, said.receipt), (WHAT, said.what)):
        _text(canvas, start, line, label, size=SMALL, font=BOLD)
    ends = (
        (RECEIVED, said.received), (FEE, said.fee), (OWED, said.owed), (PAID_OUT, said.paid_out),
        (BALANCE, f"{said.balance} {currency}"),
    )  # fmt: skip
    for end, label in ends:
        _text_to(canvas, end, line, label, size=SMALL, font=BOLD)
    return y - HEAD_ROOM


def _draw(canvas: Canvas, row: _Row, y: int, *, is_total: bool) -> int:
    """One row below `y`; answers where the next begins."""
    font = BOLD if is_total else REGULAR
    _rule(canvas, MARGIN - 4, RIGHT + 4, y, colour=INK if is_total else RULE)
    line = y - SIZE - 3
    _text(canvas, DATE, line, row.day, font=font)
    for number, piece in enumerate(row.receipt):
        _text(canvas, RECEIPT, line - number * LEADING, piece, font=font)
    for end, text in row.amounts:
        _text_to(canvas, end, line, text, font=font)
    for piece in row.what:
        _text(canvas, WHAT, line, piece, font=font)
        line -= LEADING
    for piece in row.more:
        _text(canvas, WHAT, line, piece, size=SMALL, colour=QUIET)
        line -= LEADING
    return y - row.height


def _foot(
    canvas: Canvas, said: Words, statement: Statement, *, at: datetime, number: int, count: int
) -> None:
    printed = said.printed.format(moment=shown_moment(at))
    left = f"{statement.owner.name} · {_days(statement)} · {printed}"
    shown = broken(left, room=RIGHT - MARGIN - 100, font=REGULAR, size=SMALL)[0]
    _text(canvas, MARGIN, MARGIN - 8, shown, size=SMALL, colour=QUIET)
    page = said.page.format(number=number, count=count)
    _text_to(canvas, RIGHT, MARGIN - 8, page, size=SMALL, colour=QUIET)


def _text(
    canvas: Canvas, x: int, y: int, text: str, *, font: str = REGULAR, size: int = SIZE,
    colour: tuple[float, ...] = INK,
) -> None:  # fmt: skip
    canvas.setFillColorRGB(*colour)
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def _text_to(
    canvas: Canvas, x: int, y: int, text: str, *, font: str = REGULAR, size: int = SIZE,
    colour: tuple[float, ...] = INK,
) -> None:  # fmt: skip
    """The text, ending at `x`."""
    canvas.setFillColorRGB(*colour)
    canvas.setFont(font, size)
    canvas.drawRightString(x, y, text)


def _rule(
    canvas: Canvas, start: int, end: int, y: int, *, colour: tuple[float, ...] = INK
) -> None:
    canvas.setStrokeColorRGB(*colour)
    canvas.setLineWidth(0.5)
    canvas.line(start, y, end, y)


def _amount(amount_minor: int, currency: str) -> str:
    """`1,250.00`, without the currency: the head of the table has it."""
    return _signed(f"{money.major(amount_minor, currency):,.{money.exponent(currency)}f}")


def _signed(text: str) -> str:
    """With a real minus, as wide as a figure."""
    return text.replace("-", MINUS)


def _days(statement: Statement) -> str:
    days = (statement.period.first_day, statement.period.last_day)
    return " \u2013 ".join(shown_day(day) for day in days)


def _day(at: datetime) -> str:
    return shown_day(at.astimezone(clock.NAIROBI).date())
