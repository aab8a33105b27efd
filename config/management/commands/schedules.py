"""manage.py schedules"""

from typing import Any

from config import run_now
from config.schedule_rows import ScheduleRow, every_row
from config.schedule_words import as_values, last_success, result, wish
from core import clock
from core.admin import shown
from core.command import VaultCommand


class Command(VaultCommand):
    help = (
        "Every schedule of the product, trouble first: state, last run, result, next run. Exit "
        "code 0 also when one is late; manage.py health ends with 1 then."
    )
    permission = run_now.VIEW

    def handle(self, *args: Any, **options: Any) -> None:
        rows = every_row(at=clock.now())
        self.answer(
            {"schedules": [as_values(row) for row in rows]}, "\n".join(_line(row) for row in rows)
        )


def _line(row: ScheduleRow) -> str:
    ran = shown.relative(row.started_at) if row.started_at else "never"
    following = shown.relative(row.next_at) if row.next_at else "on no worker's list"
    parts = [f"{row.state_text:<10} {row.name}: {row.every_text}, last run {ran}", result(row)]
    if row.error:
        parts.append(last_success(row))
    parts.append(f"next {following}")
    if row.waits_for_run:
        parts.append(wish(row))
    return "; ".join(part for part in parts if part != shown.NOTHING)
