"""Bad input: a sentence that names the field, 4xx, and nothing half-written."""

import json
from typing import Any

import pytest

from disbursements.models import DisbursementRequest

pytestmark = pytest.mark.django_db
GOOD = '{"clientReference": "A-1", "msisdn": "0700000001", "amount": %s}'


def refused(answer: Any, *, status: int = 400) -> dict[str, Any]:
    said = answer.json()
    assert answer.status_code == status, said
    assert said["success"] is False
    assert said["error"]
    assert said["code"]
    assert isinstance(said["fields"], dict)
    assert not DisbursementRequest.objects.exists()
    return said


class TestAmounts:
    @pytest.mark.parametrize(
        "written",
        ["0", "-5", "-1250", "9", "1250.50", "0.001", "1e9", "1E3", "1.25e3", "250001", "NaN",
         "Infinity", "-Infinity", "1e400", "9" * 31, "9" * 5000, "0." + "1" * 31,
         "true", "false", "null", "[1250]", '{"a": 1}',
         '""', '"1,250"', '"+5"', '"-5"', '"1e9"', '"NaN"', "\"'1250\"", '"1 250"', '"0x10"',
         '"\u0661\u0660\u0660"', '"\uff11\uff10\uff10"', '"KES 1250"', '"250000.01"'],
    )  # fmt: skip
    def test_an_amount_that_is_none_names_the_field(self, api: Any, written: str) -> None:
        answer = api.post((GOOD % written).encode())

        said = refused(answer)
        assert list(said["fields"]) == ["amount"]
        assert said["error"].startswith("amount")

    @pytest.mark.parametrize("written", ["10", "250000", "250000.00", '"10"'])
    def test_the_limits_themselves_are_taken(self, api: Any, written: str) -> None:
        assert api.post((GOOD % written).encode()).status_code == 201


class TestPhones:
    @pytest.mark.parametrize(
        "phone",
        ["+255700000001", "+14155550100", "+4915112345678", "0200000001", "07000", "070000000011",
         "07000000a1", "abc", "", "254", "+254 20 000 0000", "\uff10\uff17\uff10\uff10\uff10",
         "07" + "0" * 10_000],
    )  # fmt: skip
    def test_a_phone_that_is_none_names_the_field(self, api: Any, body: dict, phone: str) -> None:
        said = refused(api.post(body | {"msisdn": phone}))

        assert list(said["fields"]) == ["msisdn"]

    @pytest.mark.parametrize(
        "phone", ["0700000001", "254700000001", "+254 700 000 001", "700000001", "0110000001"]
    )
    def test_any_usual_form_is_taken(self, api: Any, body: dict, phone: str) -> None:
        assert api.post(body | {"msisdn": phone}).status_code == 201


class TestFields:
    @pytest.mark.parametrize("name", ["clientReference", "msisdn", "amount"])
    def test_a_missing_field_is_named_with_an_example(
        self, api: Any, body: dict, name: str
    ) -> None:
        del body[name]

        said = refused(api.post(body))

        assert "an example is" in said["fields"][name][0]

    @pytest.mark.parametrize(
        "extra",
        [{"status": "completed"}, {"partner_id": "x"}, {"Amount": 5}, {"approvedBy": "me"},
         {"receipt": "ABC"}, {"__class__": 1}, {"x" * 5000: 1}, {"\ud800": 1}],
    )  # fmt: skip
    def test_an_unknown_field_is_refused_by_name(self, api: Any, body: dict, extra: dict) -> None:
        said = refused(api.post(body | extra))

        name = next(iter(said["fields"]))
        assert name.rstrip("…")[:5] in (next(iter(extra))[:5], "?")
        assert "is not a field" in said["error"]

    @pytest.mark.parametrize("name", ["clientReference", "remarks", "payeeName", "commandId"])
    @pytest.mark.parametrize("value", [7, True, None, ["a"], {"a": "b"}, "x" * 10_001, "a\nb"])
    def test_texts_are_texts(self, api: Any, body: dict, name: str, value: object) -> None:
        said = refused(api.post(body | {name: value}))

        assert list(said["fields"]) == [name]
        assert len(said["error"]) < 300

    @pytest.mark.parametrize("value", ["3", True, 1.5, -1, 11, 10**20, [3]])
    def test_max_retries_is_a_small_whole_number(
        self, api: Any, body: dict, value: object
    ) -> None:
        said = refused(api.post(body | {"maxRetries": value}))

        assert list(said["fields"]) == ["maxRetries"]

    @pytest.mark.parametrize(
        "change",
        [{"currency": "USD"}, {"currency": "kes"}, {"commandId": "BusinessPayBill"},
         {"shortcode": 600111}, {"shortcode": "999999"}, {"shortcode": "x" * 10_000}],
    )  # fmt: skip
    def test_other_values_are_refused(self, api: Any, body: dict, change: dict) -> None:
        said = refused(api.post(body | change))

        assert list(said["fields"]) == list(change)

    def test_several_wrong_fields_are_named_at_once(self, api: Any, body: dict) -> None:
        said = refused(api.post(body | {"amount": 0, "msisdn": "12", "currency": "USD"}))

        assert {"msisdn", "currency"} <= set(said["fields"])

    @pytest.mark.parametrize("name", ["clientReference", "remarks", "payeeName"])
    def test_ten_thousand_characters_are_refused_briefly(
        self, api: Any, body: dict, name: str
    ) -> None:
        answer = api.post(body | {name: "x" * 10_000})

        assert name in refused(answer)["fields"]
        assert len(answer.content) < 1_000


class TestBodies:
    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b"null", b"7", b'"text"', b"NaN", b"{'a': 1}", b"<xml/>", b"a=1&b=2",
         b'{"amount": 1', b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b'{"remarks": "\xe9"}',
         b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'{"remarks": "\\ud800"}',
         b'{"remarks": "a\\u0000b"}', b'{"amount": 1, "amount": 2}',
         b'{"remarks": ' + b"[" * 40 + b"]" * 40 + b"}"],
    )  # fmt: skip
    def test_what_is_no_json_object_is_400_with_a_sentence(self, api: Any, content: bytes) -> None:
        refused(api.post(content))

    def test_a_doubled_key_is_named(self, api: Any) -> None:
        content = '{"clientReference": "A", "msisdn": "0700000001", "amount": 10, "amount": 20}'

        assert "amount" in refused(api.post(content))["fields"]

    def test_ten_megabytes_are_413(self, api: Any, body: dict) -> None:
        refused(api.post(body | {"remarks": "x" * 10_000_000}), status=413)

    def test_a_length_that_is_announced_is_not_waited_for(self, api: Any) -> None:
        answer = api.client.generic(
            "POST", "/api/disburse", b"{}", content_type="application/json",
            headers=api.headers({}), CONTENT_LENGTH="104857600",
        )  # fmt: skip

        refused(answer, status=413)

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
    )
    def test_another_content_type_is_415(self, api: Any, body: dict, content_type: str) -> None:
        answer = api.client.post(
            "/api/disburse", json.dumps(body), content_type=content_type, headers=api.headers({})
        )

        assert "application/json" in refused(answer, status=415)["error"]

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_another_method_is_405(self, api: Any, method: str) -> None:
        answer = getattr(api.client, method)("/api/disburse", headers=api.headers({}))

        refused(answer, status=405)

    def test_an_unknown_address_is_404_in_json(self, api: Any) -> None:
        refused(api.get("/api/nothing"), status=404)
