"""3. No network call inside a database transaction."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from disbursements.operations.ask import ask_due
from disbursements.operations.send import send_due
from gateways.memory import MemoryProvider
from tests.wire import MovedClock
from vault.operations.balances import ask_balances

# Another thread may claim or record for a moment meanwhile; what waits for a call does so in
# every look.
LOOKS = 40


def open_transactions() -> int:
    """Sessions of this database that stand in a transaction, seen from one of its own."""

    def look() -> int:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
                )
                return int(cursor.fetchone()[0])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(look).result(timeout=120)


class TestEveryCall:
    def test_no_session_stands_in_a_transaction_all_the_while(
        self, pay: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        seen: dict[str, int] = {}

        def watched(name: str) -> None:
            plain = getattr(memory, name)

            def look_then_call(*args: Any) -> Any:
                waiting = min(open_transactions() for _ in range(LOOKS))
                seen[name] = max(waiting, seen.get(name, 0))
                return plain(*args)

            setattr(memory, name, look_then_call)

        for name in ("pay", "answer", "tell_balance"):
            watched(name)
        pay("00001")
        pay("00002")

        send_due()
        moved.forward(minutes=2)
        ask_due()
        ask_balances(at=moved())

        assert seen == {"pay": 0, "answer": 0, "tell_balance": 0}
