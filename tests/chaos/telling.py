"""`python -m tests.chaos.telling COUNT`: tells events in transactions that overlap.

They commit out of order, some are rolled back, and the database may restart meanwhile.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import django

django.setup()

from django.db import InterfaceError, OperationalError, connection, transaction  # noqa: E402

from reconciliation.operations.tell_live import tell_many  # noqa: E402

THREADS = 3
EVENTS = 3
KIND = "reconciliation_result"
TRIES_MAX = 200


def tell_some(count: int) -> None:
    """So many transactions that commit; every fifth is tried once before, and taken back."""
    for number in range(count):
        wait_s = number * 7 % 11 / 500
        if number % 5 == 4:
            told(wait_s, takes_back=True)
        for _ in range(TRIES_MAX):
            if told(wait_s):
                break
            connection.close()
            time.sleep(0.1)
    connection.close()


def told(wait_s: float, *, takes_back: bool = False) -> bool:
    """Whether the database took part in it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO on")  # the tests' own settings lose
            tell_many([(KIND, {"sessionId": str(uuid4())}, None) for _ in range(EVENTS)])
            time.sleep(wait_s)
            transaction.set_rollback(takes_back)
    except (OperationalError, InterfaceError):
        return False
    return True


if __name__ == "__main__":
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(tell_some, [int(sys.argv[1])] * THREADS))
