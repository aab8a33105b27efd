"""Strict JSON (attacks 1-6)."""

from decimal import Decimal

import pytest

from gateways.http import NotJson, read_json


class TestWhatIsRead:
    def test_a_byte_order_mark_is_tolerated(self):
        assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}

    def test_fractions_are_exact(self):
        value = read_json(b"[10.10, 5.00, 7]")

        assert value == [Decimal("10.10"), Decimal("5.00"), 7]
        assert not any(isinstance(number, float) for number in value)

    def test_nul_and_lone_surrogates_are_replaced_in_texts(self):
        value = read_json(rb'{"name": "A\u0000B\ud800"}')

        value["name"].encode()
        assert "\0" not in value["name"]

    def test_a_key_with_nul_does_not_become_another_key(self):
        value = read_json(rb'{"ResultCode": 2001, "ResultCode\u0000": 0}')

        assert value["ResultCode"] == 2001


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>busy</html>",
            b'{"a": 1',
            b'{"a": "\xff"}',
            '{"a": 1}'.encode("utf-16"),
            b'{"ResultCode": 2001, "ResultCode": 0}',
            b'{"a": NaN}',
            b'{"a": -Infinity}',
            b'{"a": 1e400}',
            b'{"a": 1e99999999999999999999}',
            b'{"a": ' + b"9" * 5_000 + b"}",
            b"[" * 33 + b"]" * 33,
            b"[" * 5_000 + b"]" * 5_000,
            b"[" * 100_000,
            b'{"a":' * 100_000,
        ],
    )
    def test_it_says_why(self, body):
        with pytest.raises(NotJson) as caught:
            read_json(body)

        assert str(caught.value)

    def test_thirty_two_levels_are_allowed(self):
        assert read_json(b"[" * 32 + b"]" * 32)
