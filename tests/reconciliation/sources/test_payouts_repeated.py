"""What is told often, or cannot be read any more, hides nothing that was told."""

from typing import Any

import pytest

from config.deliveries import deliver_due
from gateways.interface import Unreadable
from reconciliation.sources.told import EACH_MAX
from tests.reconciliation.bending import (
    SOURCE,
    a_paid_one,
    behind_our_back,
    found,
    kinds,
    post,
    receipt,
    record_of,
)
from tests.wire import Wire


class TestRepeated:
    def test_a_sender_who_repeats_itself_hides_no_second_payment(
        self, pay: Any, wire: Wire
    ) -> None:
        row, callback = a_paid_one(pay, wire)
        post(wire, callback, receipt("UKL9999999"))
        before = found(wire, row, "duplicate")

        for _ in range(2 * EACH_MAX + 1):
            wire.post(callback)
        deliver_due()

        assert before.about == "UKL9999999"
        assert found(wire, row, "duplicate").about == "UKL9999999"

    def test_nor_the_last_word(self, pay: Any, wire: Wire) -> None:
        row, callback = a_paid_one(pay, wire)
        for _ in range(2 * EACH_MAX + 1):
            wire.post(callback)
        deliver_due()

        post(wire, callback, receipt("UKL9999999"))

        assert kinds(wire, row) == {"duplicate"}


class TestUnreadable:
    def test_what_was_read_once_is_no_silence(self, pay: Any, wire: Wire) -> None:
        row, _ = a_paid_one(pay, wire)

        with behind_our_back() as cursor:
            cursor.execute("UPDATE gateways_callback SET body = 'no longer JSON'")

        with pytest.raises(Unreadable, match="was read before"):
            SOURCE.read([str(row.pk)])

    def test_what_never_could_be_is_left_out(self, pay: Any, wire: Wire) -> None:
        row, callback = a_paid_one(pay, wire)
        wire.post_body(url=callback.url, body=b"no JSON")

        deliver_due()

        assert len(record_of(row).others) == 1
