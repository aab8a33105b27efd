import json

import pytest

from gateways.simulator import Response

LONG = "x" * 101


class TestPaymentRequest:
    def test_it_is_acknowledged_with_our_reference(self, caller):
        answer = caller.pay(OriginatorConversationID="our-reference")

        assert answer.status == 200
        body = answer.json()
        assert set(body) == {
            "ConversationID",
            "OriginatorConversationID",
            "ResponseCode",
            "ResponseDescription",
        }
        assert body["OriginatorConversationID"] == "our-reference"
        assert body["ConversationID"].startswith("AG_20260309_")
        assert body["ResponseCode"] == "0"

    def test_no_money_has_moved_yet(self, caller):
        caller.pay()

        assert caller.moves == []

    @pytest.mark.parametrize("amount", [10, "10", 250_000, "250000"])
    def test_whole_shillings_are_taken_as_number_or_text(self, caller, amount):
        assert caller.pay(amount=amount).status == 200

    @pytest.mark.parametrize(
        "amount",
        [
            0,
            -5,
            10.0,
            10.5,
            "10.00",
            "",
            "1e9",
            "1,000",
            "\u0661\u0660",
            True,
            None,
            [],
            "9" * 5000,
        ],
    )
    def test_any_other_amount_is_refused(self, caller, refused, amount):
        refused(caller.pay(amount=amount), 400, "400.002.02", "Bad Request - Invalid Amount")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("OriginatorConversationID", ""),
            ("OriginatorConversationID", 17),
            ("OriginatorConversationID", LONG),
            ("InitiatorName", ""),
            ("SecurityCredential", "not base64!"),
            ("CommandID", "BusinessPayBill"),
            ("PartyA", "12"),
            ("PartyA", "60000x"),
            ("PartyB", "0700000001"),
            ("PartyB", "+254700000001"),
            ("PartyB", "254800000001"),
            ("Remarks", "x"),
            ("Remarks", LONG),
            ("QueueTimeOutURL", "http://vault.example.org/timeout"),
            ("ResultURL", "vault.test/result"),
            ("ResultURL", "https://["),
            ("Occassion", LONG),
        ],
    )
    def test_a_wrong_field_is_named(self, caller, refused, field, value):
        answer = caller.pay(**{field: value})

        refused(answer, 400, "400.002.02", f"Bad Request - Invalid {field}")

    @pytest.mark.parametrize("field", ["OriginatorConversationID", "PartyB", "ResultURL"])
    def test_a_missing_field_is_named(self, caller, refused, field):
        body = caller.payment()
        del body[field]

        answer = caller.post("/mpesa/b2c/v3/paymentrequest", body)

        refused(answer, 400, "400.002.02", field)

    def test_the_other_spelling_of_occasion_does_no_harm(self, caller):
        assert caller.pay(Occasion="anything").status == 200

    @pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "http://localhost/x"])
    def test_this_machine_needs_no_https(self, caller, url):
        assert caller.pay(ResultURL=url).status == 200

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
    def test_a_body_that_is_no_object_is_malformed(self, caller, refused, body):
        answer = caller.post("/mpesa/b2c/v3/paymentrequest", body)

        refused(answer, 400, "400.002.05", "Payload")

    def test_strange_text_is_carried_and_not_choked_on(self, caller, tmp_path):
        answer = caller.pay(OriginatorConversationID="a\ud800\u0000b")

        assert answer.status == 200
        assert json.loads(answer.body)["OriginatorConversationID"] == "a\ud800\u0000b"
        assert caller.results()

    def test_another_content_type_is_refused(self, caller, refused):
        path = "/mpesa/b2c/v3/paymentrequest"
        answer = caller.post(path, caller.payment(), **{"Content-Type": "text/plain"})

        refused(answer, 400, "400.002.02", "Content-Type")

    def test_a_get_is_refused(self, caller, refused):
        headers = {"Authorization": f"Bearer {caller.bearer}"}

        answer = caller.simulator.handle("GET", "/mpesa/b2c/v3/paymentrequest", headers)

        refused(answer, 405, "405.001", "Method")

    def test_another_path_is_not_found(self, caller, refused):
        refused(caller.post("/mpesa/b2c/v2/paymentrequest", {}), 404, "404.001.01", "not found")


class TestDuplicateReference:
    def test_it_is_refused_and_the_first_is_paid_once(self, caller, refused):
        caller.pay(OriginatorConversationID="same")

        answer = caller.pay(OriginatorConversationID="same")

        refused(answer, 500, "500.002.1001", "Duplicate OriginatorConversationID.")
        caller.wait(10)
        assert len(caller.moves) == 1

    def test_it_is_refused_after_a_final_failure_too(self, caller):
        caller.pay("254700099040", OriginatorConversationID="same")
        caller.wait(10)

        assert caller.pay(OriginatorConversationID="same").status == 500

    def test_it_is_paid_again_in_the_worst_case(self, calling):
        caller = calling(refuse_duplicates=False)
        caller.pay(OriginatorConversationID="same")
        caller.pay(OriginatorConversationID="same")
        caller.wait(10)

        assert len(caller.moves) == 2
        (repeat,) = caller.simulator.book.paid_twice()
        assert repeat["by"] == "originatorConversationId"
        assert repeat["times"] == 2

    def test_a_request_that_was_not_accepted_may_be_repeated(self, caller):
        body = caller.payment("254700099306")

        first, _, third = (caller.post("/mpesa/b2c/v3/paymentrequest", body) for _ in range(3))

        assert isinstance(first, Response)
        assert first.status == 500
        assert third.status == 200


class TestInitiator:
    def test_a_wrong_password_fails_with_2001_and_locks_after_three(self, calling):
        caller = calling(initiators={"operator": "Right#Password1"})
        caller.credential = caller.sealed("Other#Password1")

        codes = []
        for _ in range(4):
            caller.pay()
            codes += [str(result["ResultCode"]) for result in caller.results()]

        assert codes == ["2001", "2001", "2001", "8006"]
        assert caller.moves == []

    def test_a_lock_holds_for_the_right_password_until_it_is_lifted(self, calling):
        caller = calling(initiators={"operator": "Right#Password1"})
        right, caller.credential = caller.credential, caller.sealed("Other#Password1")
        for _ in range(3):
            caller.pay()
        caller.credential = right
        caller.pay()

        codes = sorted(str(result["ResultCode"]) for result in caller.results())
        assert codes == ["2001", "2001", "2001", "8006"]
        caller.control("unlock", {"initiatorName": "operator"})
        caller.pay()
        assert caller.results()[0]["ResultCode"] in {0, "0"}

    def test_an_unknown_initiator_fails_with_2001(self, calling):
        caller = calling(initiators={"operator": "Right#Password1"})

        caller.pay(InitiatorName="stranger")

        assert str(caller.results()[0]["ResultCode"]) == "2001"

    def test_a_credential_of_another_key_fails_with_2001(self, caller):
        caller.pay(SecurityCredential="QUJD" * 86)

        assert str(caller.results()[0]["ResultCode"]) == "2001"

    def test_without_registered_ones_only_a_wrong_looking_one_fails(self, caller):
        caller.pay()
        caller.pay(SecurityCredential=caller.sealed("wrong#Password1"))

        assert sorted(str(result["ResultCode"]) for result in caller.results()) == ["0", "2001"]
