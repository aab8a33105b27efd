"""Which answer of Stripe proves that nothing was paid, and which may hide a payment."""

import json
from typing import Any

import pytest

from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.stripe.answers import body_of, error_of
from gateways.stripe.result_codes import DEFAULTS
from tests.gateways.stripe_answers import answer


def refused(
    status: int, code: str = "", kind: str = "invalid_request_error", *,
    earlier_open: bool = False, **headers: str,
) -> GatewayError:  # fmt: skip
    said: dict[str, Any] = {"type": kind, "message": "Because"}
    if code:
        said["code"] = code
    body = json.dumps({"error": said}).encode()
    return error_of(
        answer(status, body, **({"request_id": "req_1"} | headers)), earlier_open=earlier_open
    )


class TestARefusal:
    @pytest.mark.parametrize(
        ("status", "code"),
        [(400, "balance_insufficient"), (400, "insufficient_capabilities_for_transfer"),
         (400, "a_code_of_tomorrow"), (403, "account_invalid"), (404, "resource_missing")],
    )  # fmt: skip
    def test_in_stripes_own_words_proves_that_nothing_moved(self, status: int, code: str) -> None:
        error = refused(status, code)

        assert (type(error), error.code, error.text) == (Declined, code, "Because")
        assert error.exchange is not None
        assert error.exchange.request_id == "req_1"

    @pytest.mark.parametrize("status", [401, 402, 403])
    def test_without_a_code_is_named_by_its_status(self, status: int) -> None:
        error = refused(status)

        assert (type(error), error.code) == (Declined, str(status))

    def test_without_a_request_number_is_a_doubt(self) -> None:
        error = refused(400, "balance_insufficient", request_id="")

        assert type(error) is Unclear

    @pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"error": "no"}', b"[]", b""])
    def test_by_something_else_than_stripe_is_a_doubt(self, body: bytes) -> None:
        error = error_of(answer(403, body, request_id="req_1"))

        assert type(error) is Unclear


class TestADoubt:
    @pytest.mark.parametrize("status", [408, 409, 424, 500, 502, 503, 504])
    def test_is_every_status_behind_which_money_may_have_moved(self, status: int) -> None:
        error = refused(status, kind="api_error")

        assert (type(error), error.code) == (Unclear, str(status))

    def test_is_a_key_that_is_in_use(self) -> None:
        assert type(refused(409, "idempotency_key_in_use")) is Unclear

    def test_is_a_key_that_was_used_for_something_else(self) -> None:
        error = refused(400, kind="idempotency_error")

        assert (type(error), error.code) == (Unclear, "idempotency_error")

    @pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"id": 1, "id": 2}'])
    def test_is_a_success_that_cannot_be_read(self, body: bytes) -> None:
        with pytest.raises(Unclear):
            body_of(answer(200, body))


class TestAnEarlierTryWithoutAnOutcome:
    @pytest.mark.parametrize(
        ("status", "code"), [(400, "balance_insufficient"), (401, ""), (429, "rate_limit")]
    )
    def test_is_not_settled_by_a_fresh_refusal(self, status: int, code: str) -> None:
        assert type(refused(status, code, earlier_open=True)) is Unclear

    def test_is_settled_by_a_replayed_one(self) -> None:
        error = refused(400, "balance_insufficient", earlier_open=True, idempotent_replayed="true")

        assert type(error) is Declined

    def test_is_not_settled_by_a_replayed_500(self) -> None:
        error = refused(500, earlier_open=True, idempotent_replayed="true")

        assert type(error) is Unclear


class TestTooMany:
    @pytest.mark.parametrize(
        ("status", "code"), [(429, "rate_limit"), (429, "lock_timeout"), (400, "rate_limit")]
    )
    def test_was_not_carried_out(self, status: int, code: str) -> None:
        assert type(refused(status, code)) is Unreachable

    def test_so_was_not_what_stripe_says_to_try_again(self) -> None:
        error = refused(400, "something", stripe_should_retry="true")

        assert type(error) is Unreachable


class TestTheTable:
    def test_no_code_stands_in_it_twice(self) -> None:
        codes = [row.code for row in DEFAULTS]

        assert len(codes) == len(set(codes))

    def test_its_codes_are_whole(self) -> None:
        assert "insufficient_capabilities_for_transfer" in {row.code for row in DEFAULTS}

    def test_what_concerns_us_all_pauses_all(self) -> None:
        whole = {row.code for row in DEFAULTS if row.scope == "shortcode"}

        assert {"balance_insufficient", "401", "403", "testmode_charges_only"} <= whole

    @pytest.mark.parametrize("code", [
        "200", "409", "424", "500", "502", "503", "504", "other_transfer", "idempotency_error",
        "idempotency_key_in_use",
    ])  # fmt: skip
    def test_what_may_be_paid_is_never_called_failed(self, code: str) -> None:
        [row] = [row for row in DEFAULTS if row.code == code]

        assert (row.outcome, row.next) == ("unknown", "ask")
