"""Hostile settlements: a sentence that names the field and the line, 4xx, nothing half-written."""

import json
from typing import Any

import pytest

from disbursements.models import DisbursementRequest, PayoutJob
from tests.disbursements.api.conftest import Caller
from tests.disbursements.payout_api.conftest import SETTLEMENTS

GOOD = (
    '{"settlementId": "S-1", "contestId": "C-1", "currency": "USD", "pool": "100", '
    '"winners": [{"userId": "user-1", "amount": "1"}, {"userId": "user-2", "amount": %s}]}'
)


def refused(answer: Any, *, status: int = 400) -> dict[str, Any]:
    """What was said, with nothing written."""
    said: dict[str, Any] = answer.json()
    assert answer.status_code == status, said
    assert said["success"] is False
    assert len(answer.content) < 50_000
    assert not PayoutJob.objects.exists()
    assert not DisbursementRequest.objects.exists()
    return said


def post(quick: Caller, content: Any) -> Any:
    return quick.post(content, path=SETTLEMENTS)


class TestAmounts:
    @pytest.mark.parametrize(
        "written",
        ["0", "-5", '"-5"', '"0"', "1.001", '"1.001"', "true", "false", "null", "[1]", '{"a": 1}',
         '""', '"1,250"', '"+5"', '"1e2"', '"NaN"', '"0x10"', '"\u0661\u0660"', '"\uff11"',
         '"USD 5"', '"100.01"', '"99.01"', "1e-3", "99999999999999999999", '"' + "9" * 5000 + '"'],
    )  # fmt: skip
    def test_an_amount_that_is_none_names_the_line(self, quick: Caller, written: str) -> None:
        said = refused(post(quick, (GOOD % written).encode()))

        fields = set(said["fields"])
        assert fields <= {"winners[1].amount", "amount"}, said
        assert said["error"].startswith(("winners[1].amount: line 2: ", "amount: "))

    @pytest.mark.parametrize(
        "written", ["1e2", "NaN", "Infinity", "1e400", "9" * 31, "0." + "1" * 31]
    )
    def test_a_number_that_is_not_exact_is_refused_by_its_name(
        self, quick: Caller, written: str
    ) -> None:
        assert list(refused(post(quick, (GOOD % written).encode()))["fields"]) == ["amount"]

    @pytest.mark.parametrize("pool", [True, None, [5], "", "-1", "0", "1e3", "\u0661", "1.999"])
    def test_a_pool_that_is_none_is_named(
        self, quick: Caller, body: dict[str, Any], pool: Any
    ) -> None:
        assert list(refused(post(quick, body | {"pool": pool}))["fields"]) == ["pool"]

    def test_above_the_pool_is_refused_with_the_line_that_breaks_it(
        self, quick: Caller, body: dict[str, Any]
    ) -> None:
        said = refused(post(quick, body | {"pool": "97.49"}))

        assert "line 2" in said["fields"]["winners[1].amount"][0]
        assert "97.50" in said["error"]


class TestWinners:
    @pytest.mark.parametrize(
        ("winner", "field"),
        [
            (7, "winners[0]"), (None, "winners[0]"), ([], "winners[0]"), ("user-1", "winners[0]"),
            ({"amount": "1"}, "winners[0].userId"), ({"userId": "u"}, "winners[0].amount"),
            ({"userId": 7, "amount": "1"}, "winners[0].userId"),
            ({"userId": True, "amount": "1"}, "winners[0].userId"),
            ({"userId": "", "amount": "1"}, "winners[0].userId"),
            ({"userId": "u" * 101, "amount": "1"}, "winners[0].userId"),
            ({"userId": "u" * 20_000, "amount": "1"}, "winners[0].userId"),
            ({"userId": "a\nb", "amount": "1"}, "winners[0].userId"),
            ({"userId": "\u0430dam", "amount": "1"}, "winners[0].userId"),
            ({"userId": "a\u200bb", "amount": "1"}, "winners[0].userId"),
            ({"userId": "u", "amount": "1", "currency": "EUR"}, "winners[0].currency"),
            ({"userId": "u", "amount": "1", "currency": 5}, "winners[0].currency"),
            ({"userId": "u", "amount": "1", "status": "completed"}, "winners[0].status"),
            ({"userId": "u", "amount": "1", "x" * 5000: 1}, "winners[0]." + "x" * 60 + "…"),
        ],
    )  # fmt: skip
    def test_a_winner_that_is_none_is_named(
        self, quick: Caller, body: dict[str, Any], winner: Any, field: str
    ) -> None:
        said = refused(post(quick, body | {"winners": [winner]}))

        assert list(said["fields"]) == [field]
        assert said["fields"][field][0].startswith("line 1: ")

    @pytest.mark.parametrize("winners", [None, {}, "user-1", 5, True, [], [{}] * 10_001])
    def test_a_list_of_winners_is_a_list_of_one_to_ten_thousand(
        self, quick: Caller, body: dict[str, Any], winners: Any
    ) -> None:
        assert list(refused(post(quick, body | {"winners": winners}))["fields"]) == ["winners"]

    def test_a_user_twice_is_refused_with_both_lines(
        self, quick: Caller, body: dict[str, Any]
    ) -> None:
        twice = [*body["winners"], {"userId": " user-1", "amount": "1"}]

        said = refused(post(quick, body | {"winners": twice}))

        assert "stands in line 1 already" in said["fields"]["winners[2].userId"][0]

    def test_of_ten_thousand_wrong_ones_a_hundred_are_named(
        self, quick: Caller, body: dict[str, Any]
    ) -> None:
        shapes = [{"userId": f"u{number}", "amount": None} for number in range(10_000)]
        contents = [{"userId": f"u{number}", "amount": "-1"} for number in range(10_000)]

        answers = [post(quick, body | {"winners": each}) for each in (shapes, contents)]

        assert [len(refused(answer)["fields"]) for answer in answers] == [100, 100]


class TestFields:
    @pytest.mark.parametrize("name", ["settlementId", "contestId", "currency", "pool", "winners"])
    def test_a_missing_field_is_named_with_an_example(
        self, quick: Caller, body: dict[str, Any], name: str
    ) -> None:
        del body[name]

        assert "an example is" in refused(post(quick, body))["fields"][name][0]

    @pytest.mark.parametrize("name", ["settlementId", "contestId", "currency"])
    @pytest.mark.parametrize("value", [7, True, None, [], {}, "", "   ", "x" * 101, "a\tb", "é"])
    def test_texts_are_plain_texts(
        self, quick: Caller, body: dict[str, Any], name: str, value: Any
    ) -> None:
        assert list(refused(post(quick, body | {name: value}))["fields"]) == [name]

    @pytest.mark.parametrize(
        "change",
        [{"currency": "XXX"}, {"maxAttempts": "3"}, {"maxAttempts": True}, {"maxAttempts": 0},
         {"maxAttempts": 1.5}, {"maxAttempts": 10**20}, {"partner": "me"}, {"partner": 5},
         {"shortcode": 5}, {"status": "complete"}, {"total": "97.50"}, {"Pool": "5"}],
    )  # fmt: skip
    def test_other_values_and_other_fields_are_refused_by_name(
        self, quick: Caller, body: dict[str, Any], change: dict[str, Any]
    ) -> None:
        assert list(refused(post(quick, body | change))["fields"]) == list(change)


class TestBodies:
    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b"null", b"NaN", b"<xml/>", b"\xff\xfe{\x00}\x00", b"[" * 100_000,
         b'{"winners":' + b"[" * 40 + b"]" * 40 + b"}", b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
         b'{"settlementId": "\\ud800"}', b'{"settlementId": "a\\u0000b"}',
         (GOOD % '"1", "amount": "2"').encode(), b'{"pool": "1", "pool": "2"}'],
    )  # fmt: skip
    def test_what_is_ambiguous_or_no_object_is_refused(
        self, quick: Caller, content: bytes
    ) -> None:
        assert refused(post(quick, content))["error"]

    def test_ten_megabytes_are_413(self, quick: Caller, body: dict[str, Any]) -> None:
        winners = [{"userId": "u" * 100, "amount": "1"}] * 80_000

        refused(post(quick, json.dumps(body | {"winners": winners})), status=413)

    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
    def test_another_method_is_405(self, quick: Caller, method: str) -> None:
        answer = getattr(quick.client, method)(SETTLEMENTS, headers=quick.headers({}))

        refused(answer, status=405)
