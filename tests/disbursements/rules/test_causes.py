"""What a pause waits for decides whether we may still ask, and whether a top-up ends it."""

import pytest

from disbursements.rules.causes import blocks_asking, waits_for_float


class TestCauses:
    @pytest.mark.parametrize(
        ("cause", "asking_is_blocked", "float_ends_it"),
        [
            ("b2c:1:600111", False, True),
            ("b2c:2001:600111", True, False),
            ("status:8006:600111", True, False),
            ("b2c:21", True, False),
            ("b2c:11:600111", False, False),
            ("b2c:100000010", False, False),
            ("stripe:401:STRIPE", True, False),
            ("stripe:api_key_expired:STRIPE", True, False),
            ("stripe:balance_insufficient:STRIPE", False, True),
            ("stripe:testmode_charges_only:STRIPE", False, False),
            ("stripe:1:STRIPE", False, False),
            ("http:401:600111", False, False),
            ("", False, False),
            ("nonsense", False, False),
        ],
    )
    def test_it_is_read_from_its_code(
        self, cause: str, asking_is_blocked: bool, float_ends_it: bool
    ) -> None:
        assert blocks_asking(cause) is asking_is_blocked
        assert waits_for_float(cause) is float_ends_it
