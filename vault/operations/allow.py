"""Allow: so many of something in a window of time, counted in the database for every process."""

from datetime import datetime

from django.db import connection

_TAKE = """
    INSERT INTO vault_signincount AS counted (key, window_at, count) VALUES (%s, %s, 1)
    ON CONFLICT (key, window_at) DO UPDATE SET count = counted.count + 1
     WHERE counted.count < %s
    RETURNING count
"""


def allow(*, key: str, window_at: datetime, count_max: int) -> bool:
    """Count one more of this key in the window that began then; False: there were as many."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [key, window_at, count_max])
        return cursor.fetchone() is not None
