"""What M-Pesa's codes mean and what we do next, as documented (daraja.md 1.3, 3.6, 5.1).

These are the defaults of the table that staff edit. A code that stands in no row is unknown.
The rows of each API stand in gateways/daraja/codes/.
"""

from collections.abc import Collection

from gateways.daraja.codes import any_result, b2b, b2c, http, status, stk
from gateways.daraja.codes.advice import CodeRow
from gateways.interface import CodeDefault


def _default(api: str, row: CodeRow, whole_shortcode: Collection[str]) -> CodeDefault:
    return CodeDefault(
        api=api,
        code=row.code,
        meaning=row.meaning,
        meaning_sw=row.meaning_sw,
        outcome=row.verdict[0],
        next=row.verdict[1],
        scope="shortcode" if row.code in whole_shortcode else "payment",
        text_pattern=row.text_pattern,
        whose_side=row.advice.side,
        what_to_do=row.advice.to_do,
        what_to_do_sw=row.advice.to_do_sw,
    )


DEFAULTS: tuple[CodeDefault, ...] = (
    *(_default("any", row, ()) for row in any_result.ROWS),
    *(_default("b2c", row, b2c.WHOLE_SHORTCODE) for row in b2c.ROWS),
    *(_default("b2b", row, b2b.WHOLE_SHORTCODE) for row in b2b.ROWS),
    *(_default("status", row, ()) for row in status.ROWS),
    *(_default("stk", row, stk.WHOLE_SHORTCODE) for row in stk.ROWS),
    *(_default("http", row, http.WHOLE_SHORTCODE) for row in http.ROWS),
)
