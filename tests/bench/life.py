"""A rich life for one payout of the seeded database, so that its page is measured honestly."""

from pathlib import Path

from django.db import connection

from tests.bench.seed import statements_of

MOMENTS = 12
STATEMENTS = Path(__file__).with_name("life.sql")


def lived(payout: str) -> None:
    """Give it MOMENTS steps, calls, callbacks and questions, once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM core_step WHERE subject_id = %s)", [payout])
        if cursor.fetchone()[0]:
            return
        for statement in statements_of(STATEMENTS):
            cursor.execute(statement, {"id": payout, "many": MOMENTS})
