import json

import pytest


class TestStatus:
    def test_a_paid_one_is_completed_with_its_receipt(self, calling):
        caller = calling(varied_shapes=False)
        caller.pay("254700000007", 1600, OriginatorConversationID="ours")
        caller.wait(10)

        code, found = caller.status_of("ours")

        assert code == "0"
        assert found["TransactionStatus"] == "Completed"
        assert found["ReceiptNo"] == caller.moves[0].receipt
        assert found["OriginatorConversationID"] == "ours"
        assert found["DebitPartyCharges"] == "Fee For B2C Payment|KES|9.00"
        assert found["ReasonType"] == "Business Payment to Customer via API"
        assert str(found["FinalisedTime"]).startswith("20260309100")

    def test_the_envelope_carries_the_ids_of_the_query(self, caller):
        caller.pay(OriginatorConversationID="ours")
        caller.wait(10)
        acknowledged = caller.ask(OriginalConversationID="ours").json()

        (result,) = caller.results()

        assert result["OriginatorConversationID"] == acknowledged["OriginatorConversationID"]
        assert result["ConversationID"] == acknowledged["ConversationID"]
        assert result["OriginatorConversationID"] != "ours"
        assert result["TransactionID"] == "UC90000000"

    def test_it_can_be_asked_by_receipt(self, caller):
        caller.pay(OriginatorConversationID="ours")
        caller.wait(10)
        caller.ask(TransactionID=caller.moves[0].receipt)

        (result,) = caller.results()

        assert result["ResultCode"] in {0, "0"}

    def test_one_under_way_is_initiated(self, caller):
        caller.pay("254700099403", OriginatorConversationID="ours")

        code, found = caller.status_of("ours")

        assert (code, found["TransactionStatus"]) == ("0", "Initiated")
        assert "ReceiptNo" not in found
        caller.wait(700)
        assert caller.status_of("ours")[1]["TransactionStatus"] == "Completed"

    def test_a_delayed_one_is_not_found_before(self, caller):
        caller.pay("254700099401", OriginatorConversationID="ours")

        assert caller.status_of("ours")[0] == "2033"
        caller.wait(60)
        assert caller.status_of("ours")[1]["TransactionStatus"] == "Completed"

    @pytest.mark.parametrize("query", [{"OriginalConversationID": "x"}, {"TransactionID": "x"}])
    def test_an_unknown_one_is_2033(self, caller, query):
        caller.ask(**query)

        assert str(caller.results()[0]["ResultCode"]) == "2033"

    def test_another_shortcode_does_not_see_it(self, caller):
        caller.pay(OriginatorConversationID="ours")
        caller.wait(10)
        caller.ask(OriginalConversationID="ours", PartyA="600002")

        assert str(caller.results()[0]["ResultCode"]) == "2033"

    def test_the_wrong_key_is_refused(self, caller, refused):
        answer = caller.ask(OriginatorConversationID="ours")

        refused(answer, 400, "400.002.02", "Invalid OriginatorConversationID")

    def test_neither_key_is_refused(self, caller, refused):
        refused(caller.ask(), 400, "400.002.02", "Invalid TransactionID")

    def test_both_with_an_empty_receipt_get_an_empty_acknowledgement(self, caller):
        answer = caller.ask(OriginalConversationID="ours", TransactionID="")

        assert set(answer.json().values()) == {""}
        assert caller.wait(60) == []

    def test_the_initiator_is_spelled_otherwise_than_in_b2c(self, caller, refused):
        answer = caller.ask(OriginalConversationID="x", Initiator=None, InitiatorName="operator")

        refused(answer, 400, "400.002.02", "Invalid Initiator")

    def test_a_wrong_password_says_nothing_of_the_payment(self, caller):
        caller.ask(OriginalConversationID="x", SecurityCredential=caller.sealed("wrong"))

        assert str(caller.results()[0]["ResultCode"]) == "2001"

    def test_every_shape_turns_up(self, caller):
        caller.pay(OriginatorConversationID="ours")
        caller.wait(10)
        for _ in range(60):
            caller.ask(OriginalConversationID="ours")
        lists = [result["ResultParameters"]["ResultParameter"] for result in caller.results()]

        keys = [[item["Key"] for item in items] for items in lists]
        assert any(found.count("DebitPartyName") == 2 for found in keys)
        assert any("Value" not in item for items in lists for item in items)
        stamps = {
            type(item["Value"])
            for items in lists
            for item in items
            if item["Key"].endswith("Time")
        }
        assert stamps == {int, str}


class TestStatusFaults:
    def paid(self, calling, faults, digits="00001"):
        caller = calling()
        caller.pay(f"2547000{digits}", OriginatorConversationID="ours")
        caller.wait(10)
        caller.simulator.change_faults(faults)
        return caller

    def test_a_result_can_be_lost(self, calling):
        caller = self.paid(calling, "status_lost=1")

        assert caller.ask(OriginalConversationID="ours").status == 200
        assert caller.wait(60) == []

    def test_an_acknowledgement_can_be_lost(self, calling):
        caller = self.paid(calling, "status_lost_ack=1")

        assert caller.ask(OriginalConversationID="ours").accepted
        assert len(caller.wait(60)) == 1

    def test_it_can_fail(self, calling, refused):
        caller = self.paid(calling, "status_error=1")

        refused(caller.ask(OriginalConversationID="ours"), 500, "500.003.1001", "Internal")

    def test_it_can_time_out_in_the_queue(self, calling):
        caller = self.paid(calling, "status_timeout=1")
        caller.ask(OriginalConversationID="ours")
        (pending,) = caller.wait(60)

        assert pending.kind == "timeout"
        assert json.loads(pending.body)["OriginalConversationID"] == "ours"

    def test_it_can_call_a_settled_one_pending(self, calling):
        caller = self.paid(calling, "status_pending=1")

        assert caller.status_of("ours")[1]["TransactionStatus"] == "Initiated"

    def test_it_does_not_find_a_fresh_one_but_an_old_one(self, calling):
        caller = self.paid(calling, "status_not_found=1")

        assert caller.status_of("ours")[0] == "2033"
        caller.wait(300)
        assert caller.status_of("ours")[0] == "0"

    def test_a_scripted_customer_loses_two_answers(self, calling):
        caller = self.paid(calling, "none", "99501")
        for _ in range(2):
            caller.ask(OriginalConversationID="ours")

        assert caller.wait(60) == []
        assert caller.status_of("ours")[0] == "0"

    def test_a_scripted_customer_is_not_found_once(self, calling):
        caller = self.paid(calling, "none", "99502")

        assert caller.status_of("ours")[0] == "2033"
        assert caller.status_of("ours")[0] == "0"


class TestBalance:
    def test_it_names_every_account(self, caller, read_parameters):
        caller.pay(amount=1600)
        caller.wait(10)
        assert caller.ask_balance().status == 200

        (result,) = caller.results()

        accounts = [
            part.split("|") for part in read_parameters(result)["AccountBalance"].split("&")
        ]
        balances = {name: (currency, current) for name, currency, current, *_ in accounts}
        assert balances["Utility Account"] == ("KES", "4998400.00")
        assert balances["Charges Paid Account"] == ("KES", "-9.00")
        assert set(map(len, accounts)) == {6}

    def test_its_place_in_the_list_varies(self, caller):
        for _ in range(30):
            caller.ask_balance()
        first = {
            result["ResultParameters"]["ResultParameter"][0]["Key"] for result in caller.results()
        }

        assert first == {"AccountBalance", "BOCompletedTime"}

    @pytest.mark.parametrize(("field", "value"), [("IdentifierType", "2"), ("CommandID", "x")])
    def test_a_wrong_field_is_named(self, caller, refused, field, value):
        refused(caller.ask_balance(**{field: value}), 400, "400.002.02", f"Invalid {field}")
