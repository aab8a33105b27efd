"""Sorting the gateway's answers by code and text (daraja.md 1.3, 3.2; faults F19, F20)."""

import json

import pytest

from gateways.daraja.answers import Sort, sort_answer, sort_token_answer


def acknowledgement(**changes):
    fields = {
        "ConversationID": "AG_20261121_00004e48cf7e3533f581",
        "OriginatorConversationID": "PV1",
        "ResponseCode": "0",
        "ResponseDescription": "Accept the service request successfully.",
    }
    return json.dumps(fields | changes).encode()


def envelope(code, text):
    return json.dumps(
        {"requestId": "11728-2929992-1", "errorCode": code, "errorMessage": text}
    ).encode()


class TestAccepted:
    @pytest.mark.parametrize("code", ["0", 0])
    def test_it_needs_two_hundred_json_code_zero_and_the_ids(self, code):
        found = sort_answer(status=200, body=acknowledgement(ResponseCode=code))

        assert found.sort is Sort.ACCEPTED
        assert found.conversation_id == "AG_20261121_00004e48cf7e3533f581"
        assert found.originator_id == "PV1"


class TestTheTable:
    @pytest.mark.parametrize(
        ("status", "code", "text", "sort"),
        [
            (400, "400.002.02", "Bad Request - Invalid Amount", Sort.DECLINED),
            (400, "400.002.05", "Invalid Request Payload", Sort.DECLINED),
            (400, "400.003.02", "Bad Request", Sort.DECLINED),
            (404, "404.001.01", "Resource not found", Sort.DECLINED),
            (404, "404.001.04", "Invalid Authentication Header", Sort.DECLINED),
            (405, "405.001", "Method Not Allowed", Sort.DECLINED),
            (200, "400.002.02", "Bad Request - Invalid PartyB", Sort.DECLINED),
            (500, "400.002.02", "Bad Request - Invalid PartyB", Sort.UNCLEAR),
            (401, "401.002.01", "Error Occurred - Invalid Access Token", Sort.TOKEN_REFUSED),
            (401, "401.003.01", "Invalid Access Token", Sort.TOKEN_REFUSED),
            (401, "401.001", "Invalid access token", Sort.TOKEN_REFUSED),
            (404, "404.001.03", "Invalid Access Token", Sort.TOKEN_REFUSED),
            (400, "400.003.01", "Invalid Access Token", Sort.TOKEN_REFUSED),
            (429, "500.003.02", "Error Occurred: Spike Arrest Violation", Sort.UNREACHABLE),
            (500, "500.003.02", "Error Occurred: Spike Arrest Violation", Sort.UNREACHABLE),
            (500, "500.003.02", "System is busy. Please try again", Sort.UNCLEAR),
            (429, "500.003.02", "System is busy. Please try again", Sort.UNCLEAR),
            (500, "500.003.03", "Error Occurred: Quota Violation", Sort.UNREACHABLE),
            (500, "500.002.1001", "System internal error.", Sort.UNCLEAR),
            (500, "500.002.1001", "Service is currently under maintenance", Sort.UNCLEAR),
            (500, "500.001.1001", "Wrong credentials", Sort.UNCLEAR),
            (500, "500.003.1001", "Internal Server Error", Sort.UNCLEAR),
            (500, "599.001.01", "Something new", Sort.UNCLEAR),
        ],
    )
    def test_an_error_envelope_is_sorted_by_code_and_text(self, status, code, text, sort):
        found = sort_answer(status=status, body=envelope(code, text))

        assert (found.sort, found.code, found.text) == (sort, code, text)
        assert found.request_id == "11728-2929992-1"

    def test_a_product_that_is_not_enabled_is_declined(self):
        body = b'{"fault": {"faultstring": "Invalid API call as no apiproduct match found"}}'

        assert sort_answer(status=403, body=body).sort is Sort.DECLINED


class TestADuplicate:
    @pytest.mark.parametrize(
        "text", ["Duplicate OriginatorConversationID.", "duplicate originatorconversationid"]
    )
    @pytest.mark.parametrize("code", ["500.002.1001", "400.002.02", "500.999"])
    def test_it_never_says_that_the_first_one_failed(self, code, text):
        found = sort_answer(status=500, body=envelope(code, text))

        assert (found.sort, found.code, found.text) == (Sort.UNCLEAR, "500.002.1001", text)


class TestAResponseCode:
    def test_a_known_refusal_is_declined(self):
        found = sort_answer(status=200, body=acknowledgement(ResponseCode="21"))

        assert (found.sort, found.code) == (Sort.DECLINED, "21")

    @pytest.mark.parametrize("status", [200, 202])
    def test_one_that_no_document_names_is_unclear(self, status):
        found = sort_answer(status=status, body=acknowledgement(ResponseCode=77))

        assert (found.sort, found.code) == (Sort.UNCLEAR, "77")

    @pytest.mark.parametrize("code", ["15", "17", "26", "100000000", "100000001"])
    def test_one_that_may_still_be_carried_out_is_unclear(self, code):
        assert sort_answer(status=200, body=acknowledgement(ResponseCode=code)).sort is (
            Sort.UNCLEAR
        )


class TestWhatCannotBeTold:
    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (200, b""),
            (200, b"<html><body>Welcome</body></html>"),
            (200, b'{"ConversationID": "AG_1", "Respon'),
            (200, b"[]"),
            (200, b"null"),
            (200, b"{}"),
            (200, acknowledgement(ConversationID="")),
            (200, acknowledgement(OriginatorConversationID=None)),
            (200, acknowledgement(ResponseCode="")),
            (200, acknowledgement(ResponseCode=True)),
            (200, acknowledgement(ResponseCode=0.0)),
            (200, acknowledgement(ResponseCode=None)),
            (200, acknowledgement(errorCode="400.002.02", errorMessage="Bad Request")),
            (500, acknowledgement()),
            (202, b'{"ConversationID":"AG_1","ResponseCode":"2001","ResponseCode":"0"}'),
            (307, b""),
            (403, b"<html>Forbidden</html>"),
            (502, b"<html>Bad Gateway</html>"),
            (503, b"<html>Request unsuccessful. Incapsula incident ID: 1</html>"),
            (504, b""),
        ],
    )
    def test_it_is_unclear(self, status, body):
        assert sort_answer(status=status, body=body).sort is Sort.UNCLEAR

    def test_the_firewall_is_named(self):
        body = b"<html>Request unsuccessful. Incapsula incident ID: 1</html>"

        found = sort_answer(status=503, body=body)

        assert found.code == "503"
        assert "Incapsula" in found.text

    @pytest.mark.parametrize(
        ("status", "sort"), [(429, Sort.UNREACHABLE), (401, Sort.TOKEN_REFUSED)]
    )
    def test_a_bare_refusal_by_status_is_still_a_refusal(self, status, sort):
        assert sort_answer(status=status, body=b"").sort is sort


class TestTheTokenEndpoint:
    @pytest.mark.parametrize(
        ("status", "body", "sort", "code"),
        [
            (400, b"", Sort.DECLINED, "400"),
            (401, b"<html></html>", Sort.DECLINED, "401"),
            (400, envelope("400.008.01", "Invalid Authentication passed"), Sort.DECLINED,
             "400.008.01"),
            (429, b"", Sort.UNREACHABLE, "429"),
            (500, envelope("500.003.02", "Spike Arrest Violation"), Sort.UNREACHABLE,
             "500.003.02"),
            (503, b"<html>Incapsula</html>", Sort.UNREACHABLE, "503"),
            (200, b"<html></html>", Sort.UNREACHABLE, "200"),
        ],
    )  # fmt: skip
    def test_a_refusal_is_declined_and_anything_else_may_be_tried_again(
        self, status, body, sort, code
    ):
        found = sort_token_answer(status=status, body=body)

        assert (found.sort, found.code) == (sort, code)
