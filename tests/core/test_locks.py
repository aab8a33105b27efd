"""Advisory locks: one holder, no waiting where none is wanted, freed when the holder dies."""

from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, transaction

from config.processes import wait_until
from core.locks import (
    NotHad,
    free_session_locks,
    lock_key,
    session_lock,
    try_session_locks,
    try_transaction_lock,
    wait_for_transaction_lock,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elsewhere(together):
    """Call on another database session, which ends with the call."""
    return lambda call: together(call)[0]


class TestSessionLocks:
    def test_another_session_gets_only_what_is_free(self, elsewhere):
        mine = try_session_locks(["attempt:1", "attempt:2"])

        theirs = elsewhere(lambda: try_session_locks(["attempt:2", "attempt:3"]))

        assert mine == {"attempt:1", "attempt:2"}
        assert theirs == {"attempt:3"}
        free_session_locks(mine)

    def test_freed_ones_can_be_had(self, elsewhere):
        free_session_locks(try_session_locks(["attempt:4"]))

        assert elsewhere(lambda: try_session_locks(["attempt:4"])) == {"attempt:4"}

    def test_a_holder_that_dies_frees_them(self, elsewhere):
        assert elsewhere(lambda: try_session_locks(["attempt:1"])) == {"attempt:1"}

        # PostgreSQL ends a session a moment after its caller has left it.
        assert wait_until(lambda: bool(try_session_locks(["attempt:1"])), limit_s=60)
        free_session_locks(["attempt:1"])

    def test_they_outlive_the_transaction(self, elsewhere):
        with transaction.atomic():
            try_session_locks(["attempt:1"])

        assert elsewhere(lambda: try_session_locks(["attempt:1"])) == set()
        free_session_locks(["attempt:1"])

    def test_of_many_callers_one_gets_it(self, together):
        everyone_tried = Event()
        tried = []

        def call():
            got = try_session_locks(["attempt:1"])
            tried.append(got)
            if len(tried) == 5:
                everyone_tried.set()
            everyone_tried.wait(timeout=60)
            return got

        answers = together(*[call] * 5)

        assert sorted(map(len, answers)) == [0, 0, 0, 0, 1]

    def test_none_is_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert try_session_locks([]) == set()
            free_session_locks([])


class TestTransactionLock:
    def test_it_is_held_until_the_transaction_ends(self, elsewhere):
        def attempt():
            with transaction.atomic():
                return try_transaction_lock("seal")

        with transaction.atomic():
            assert try_transaction_lock("seal")
            assert elsewhere(attempt) is False

        assert elsewhere(attempt) is True


class TestWaitingTransactionLock:
    @pytest.mark.parametrize("wait_s", [0, 0.05])
    def test_it_is_not_waited_for_longer_than_said(self, elsewhere, wait_s):
        def attempt():
            with transaction.atomic():
                wait_for_transaction_lock("import", wait_s=wait_s)

        with transaction.atomic():
            wait_for_transaction_lock("import", wait_s=1)
            answer = elsewhere(attempt)

        assert isinstance(answer, NotHad)
        assert elsewhere(attempt) is None

    def test_it_leaves_no_limit_on_other_locks(self):
        with transaction.atomic(), connection.cursor() as cursor:
            wait_for_transaction_lock("import", wait_s=1)
            cursor.execute("SHOW lock_timeout")

            assert cursor.fetchone() == ("0",)


class TestSessionLock:
    @pytest.mark.parametrize("wait_s", [0, 0.0001, 0.05])
    def test_it_is_not_waited_for_longer_than_said(self, elsewhere, wait_s):
        def attempt():
            with session_lock("token", wait_s=wait_s):
                return "had it"

        with session_lock("token", wait_s=1):
            answer = elsewhere(attempt)

        assert isinstance(answer, OperationalError)
        assert elsewhere(attempt) == "had it"

    def test_a_waiter_gets_it_when_it_is_freed(self):
        order, held = [], Event()

        def first():
            with session_lock("token", wait_s=60):
                held.set()
                order.append("first")
            connection.close()

        holder = Thread(target=first)
        holder.start()
        held.wait(timeout=60)
        with session_lock("token", wait_s=60):
            order.append("second")
        holder.join()

        assert order == ["first", "second"]

    def test_it_is_freed_after_an_error_and_leaves_no_timeout_behind(self, elsewhere):
        with pytest.raises(ZeroDivisionError), session_lock("token", wait_s=1):
            raise ZeroDivisionError

        assert elsewhere(lambda: try_session_locks(["token"])) == {"token"}
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone()[0] == "0"


class TestKey:
    def test_it_is_a_signed_64_bit_number_and_stable(self):
        assert lock_key("attempt:1") == lock_key("attempt:1") != lock_key("attempt:2")
        assert -(2**63) <= lock_key("attempt:1") < 2**63
