import re

import pytest


class TestPaid:
    def test_the_result_carries_what_the_documents_say(self, calling, read_parameters):
        caller = calling(varied_shapes=False)
        caller.pay("254700000007", 1600, OriginatorConversationID="ours")

        (result,) = caller.results()

        found = read_parameters(result)
        assert result["ResultType"] == 0
        assert result["ResultCode"] == 0
        assert result["OriginatorConversationID"] == "ours"
        assert found["TransactionReceipt"] == result["TransactionID"]
        assert re.fullmatch(r"UC9[0-9A-Z]{7}", result["TransactionID"])
        assert found["TransactionAmount"] == 1600.0
        assert found["ReceiverPartyPublicName"].startswith("254700000007 - ")
        assert re.fullmatch(r"09\.03\.2026 10:00:\d\d", found["TransactionCompletedDateTime"])
        assert found["B2CUtilityAccountAvailableFunds"] == 5_000_000 - 1600
        assert found["B2CChargesPaidAccountAvailableFunds"] == -9.0
        assert found["B2CRecipientIsRegisteredCustomer"] == "Y"

    def test_the_book_has_one_move(self, caller):
        caller.pay("254700000007", 1600, OriginatorConversationID="ours", Occassion="R-1")
        (result,) = caller.results()

        (move,) = caller.moves
        assert move.originator_conversation_id == "ours"
        assert move.receipt == result["TransactionID"]
        assert (move.shortcode, move.msisdn) == ("600001", "254700000007")
        assert (move.amount, move.charge) == (1600, 9)
        assert move.occassion == "R-1"

    @pytest.mark.parametrize(
        ("amount", "charge"),
        [(100, 0), (101, 5), (1500, 5), (1501, 9), (5001, 11), (20_000, 11), (20_001, 13)],
    )
    def test_the_charge_follows_the_tariff(self, caller, amount, charge):
        caller.pay(amount=amount)
        caller.wait(10)

        assert caller.moves[0].charge == charge

    def test_every_shape_of_the_documents_turns_up(self, caller):
        for number in range(150):
            caller.pay(f"2547000{number:05d}", 10)
        results = caller.results()

        lists = [result["ResultParameters"]["ResultParameter"] for result in results]
        keys = [[item["Key"] for item in items] for items in lists]
        assert {type(result["ResultCode"]) for result in results} == {int, str}
        assert any(len(found) != len(set(found)) for found in keys)
        assert any("Value" not in item for items in lists for item in items)
        references = [result["ReferenceData"]["ReferenceItem"] for result in results]
        assert {type(reference) for reference in references} == {list, dict}
        receipts = {result["TransactionID"] for result in results}
        assert len(receipts) == 150


class TestNotPaid:
    @pytest.mark.parametrize(
        ("digits", "code"),
        [
            ("99001", "1"),
            ("99003", "SFC_IC0003"),
            ("99004", "4"),
            ("99008", "8"),
            ("99016", "15"),
            ("99017", "17"),
            ("99021", "21"),
            ("99026", "26"),
            ("99028", "2028"),
            ("99040", "2040"),
            ("99047", "47"),
            ("99051", "2051"),
            ("99077", "7777"),
        ],
    )
    def test_a_scripted_number_fails_with_its_code(self, caller, digits, code):
        caller.pay(f"2547000{digits}", OriginatorConversationID="ours")
        (result,) = caller.results()

        assert str(result["ResultCode"]) == code
        assert caller.moves == []
        assert caller.status_of("ours")[1]["TransactionStatus"] == "Declined"

    @pytest.mark.parametrize(
        ("digits", "code"), [("99015", "15"), ("99018", "17"), ("99027", "26")]
    )
    def test_an_unclear_code_may_hide_a_payment(self, caller, digits, code):
        caller.pay(f"2547000{digits}", OriginatorConversationID="ours")
        (result,) = caller.results()

        assert str(result["ResultCode"]) == code
        assert len(caller.moves) == 1
        found = caller.status_of("ours")[1]
        assert found["TransactionStatus"] == "Completed"
        assert found["ReceiptNo"] == caller.moves[0].receipt

    def test_parameters_are_missing_one_or_a_list(self, caller):
        for number in range(60):
            caller.pay("254700099040", Remarks=f"Number {number}")
        shapes = {
            type(result.get("ResultParameters", {}).get("ResultParameter"))
            for result in caller.results()
        }

        assert shapes == {list, dict, type(None)}

    def test_the_id_is_a_placeholder_or_only_looks_like_a_receipt(self, caller):
        for number in range(60):
            caller.pay("254700099040", Remarks=f"Number {number}")
        ids = [result["TransactionID"] for result in caller.results()]

        assert ids.count("UC90000000") > 20
        assert len(set(ids)) > 5

    @pytest.mark.parametrize(("amount", "code"), [(9, "2"), (250_001, "3")])
    def test_amounts_outside_the_limits_fail(self, caller, amount, code):
        caller.pay(amount=amount)

        assert str(caller.results()[0]["ResultCode"]) == code

    def test_a_customer_has_a_daily_limit(self, caller):
        for _ in range(3):
            caller.pay(amount=250_000)
        codes = [str(result["ResultCode"]) for result in caller.results()]

        assert sorted(codes) == ["0", "0", "4"]
        caller.wait(86_400)
        caller.bearer = caller.token().json()["access_token"]
        caller.pay(amount=250_000)
        assert str(caller.results()[0]["ResultCode"]) == "0"

    def test_an_empty_float_fails_with_1_until_it_is_topped_up(self, calling):
        caller = calling(float_shillings=900)
        caller.pay(amount=1000)
        first = caller.results()
        caller.control("top-up", {"shortcode": "600001", "amount": 5000})
        caller.pay(amount=1000)
        second = caller.results()

        assert [str(result["ResultCode"]) for result in first + second] == ["1", "0"]

    def test_the_scripted_empty_float_heals_with_a_top_up(self, caller):
        again = {"Occassion": "R-1"}
        caller.pay("254700099001", **again)
        caller.pay("254700099001", **again)
        before = [str(result["ResultCode"]) for result in caller.results()]
        caller.simulator.top_up(shortcode="600001", shillings=10)
        caller.pay("254700099001", **again)

        assert before == ["1", "1"]
        assert str(caller.results()[0]["ResultCode"]) == "0"

    @pytest.mark.parametrize(
        ("digits", "codes"),
        [
            ("99101", ["100000002", "0", "0"]),
            ("99102", ["100000002", "100000002", "0"]),
            ("99103", ["100000002"] * 3),
            ("99078", ["7777", "0", "0"]),
        ],
    )
    def test_a_passing_fault_passes(self, caller, digits, codes):
        seen = []
        for _ in codes:
            caller.pay(f"2547000{digits}", 10, Occassion="R-1")
            seen += [str(result["ResultCode"]) for result in caller.results()]

        assert seen == codes
