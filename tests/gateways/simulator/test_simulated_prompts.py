from datetime import timedelta

import pytest

from gateways.simulator import NoAnswer
from tests.gateways.simulator.prompting import PAYBILL, PAYER, Till, metadata


@pytest.fixture
def till(caller):
    return Till(caller)


class TestAPrompt:
    def test_it_is_taken_and_paid(self, till):
        taken = till.prompt().json()

        [told] = till.told()
        assert taken["ResponseCode"] == "0"
        assert told["CheckoutRequestID"] == taken["CheckoutRequestID"]
        assert taken["CheckoutRequestID"].startswith("ws_CO_09032026")
        items = metadata(told)
        assert (told["ResultCode"], items["Amount"], items["PhoneNumber"]) == (
            0, 1000.0, int(PAYER),
        )  # fmt: skip
        [received] = till.received
        assert items["MpesaReceiptNumber"] == received.receipt
        assert (received.amount, received.account, received.checkout_id) == (
            1000, "HSE-12", taken["CheckoutRequestID"],
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("field", "value"),
        [("Amount", "10.50"), ("Amount", 0), ("AccountReference", "THIRTEEN-LONG"),
         ("AccountReference", ""), ("TransactionDesc", "FOURTEEN-LONGS"), ("PhoneNumber", "0700"),
         ("TransactionType", "CustomerPay"), ("CallBackURL", "ftp://x"), ("PartyB", "abc")],
    )  # fmt: skip
    def test_a_wrong_field_is_named(self, till, refused, field, value):
        refused(till.prompt(**{field: value}), 400, "400.002.02", field)

    def test_a_stamp_in_utc_is_refused(self, till, refused):
        signed = till.signed(at=till.caller.now - timedelta(hours=3))

        refused(till.prompt(signed=signed), 400, "400.002.02", "Timestamp")

    def test_a_password_must_be_made_of_the_same_stamp(self, till, refused):
        signed = till.signed() | {"Password": till.signed(shortcode="600999")["Password"]}

        refused(till.prompt(signed=signed), 500, "500.001.1001", "Wrong credentials")

    def test_a_registered_passkey_is_the_only_right_one(self, till, refused):
        till.caller.control("passkey", {"shortcode": PAYBILL, "passkey": "right"})

        refused(till.prompt(), 500, "500.001.1001", "Wrong credentials")
        assert till.prompt(signed=till.signed("right")).status == 200

    def test_a_phone_has_one_prompt_at_a_time(self, till, refused):
        till.prompt()

        refused(till.prompt(amount=5), 500, "500.001.1001", "Unable to lock subscriber")
        till.told()
        assert till.prompt(amount=5).status == 200

    def test_the_same_amount_within_two_minutes_is_refused(self, till):
        till.prompt()
        till.told()
        till.prompt()
        [again] = till.told()
        till.caller.wait(180)
        till.prompt()
        [later] = till.told()

        assert (again["ResultCode"], later["ResultCode"]) == (17, 0)
        assert len(till.received) == 2

    @pytest.mark.parametrize(("amount", "code"), [(250_001, 3), (250_000, 0)])
    def test_there_is_a_most_for_one_payment(self, till, amount, code):
        till.prompt(amount=amount)

        assert till.told()[0]["ResultCode"] == code

    def test_there_is_a_most_for_one_day(self, till):
        for amount in (250_000, 249_999, 2):
            till.prompt(amount=amount)
            [told] = till.told()

        assert (told["ResultCode"], len(till.received)) == (4, 2)

    def test_a_paybill_that_is_not_our_own_is_refused(self, till):
        till.prompt(PartyB="600999")

        assert till.told()[0]["ResultCode"] == 2028

    def test_a_till_is_paid_under_its_head_office(self, till):
        till.prompt(TransactionType="CustomerBuyGoodsOnline", PartyB="500001")
        till.told()

        assert (till.received[0].shortcode, till.received[0].business_shortcode) == (
            "500001", PAYBILL,
        )  # fmt: skip


class TestScriptedPayers:
    @pytest.mark.parametrize(
        ("digits", "code"),
        [("98001", 1), ("98008", 8), ("98017", 17), ("98019", 1019), ("98021", 2001),
         ("98025", 1025), ("98026", 26), ("98028", 2028), ("98031", 1031), ("98032", 1032),
         ("98036", 1036), ("98037", 1037), ("98077", 7777), ("98086", 8006), ("98099", 9999)],
    )  # fmt: skip
    def test_a_failure_moves_nothing_and_has_no_metadata(self, till, digits, code):
        till.prompt(f"2547000{digits}")

        [told] = till.told(90)
        assert (told["ResultCode"], "CallbackMetadata" in told) == (code, False)
        assert till.received == []

    @pytest.mark.parametrize(("digits", "code"), [("98038", 1037), ("98039", 9999)])
    def test_a_failure_can_hide_a_payment(self, till, digits, code):
        till.prompt(f"2547000{digits}")

        [told] = till.told()
        assert (told["ResultCode"], len(till.received)) == (code, 1)

    @pytest.mark.parametrize(
        ("digits", "codes"),
        [("98000", [0]), ("98201", []), ("98202", [0] * 5), ("98205", [0, 1037]),
         ("98206", [1037, 0]), ("98207", [])],
    )  # fmt: skip
    def test_callbacks_are_lost_repeated_and_contradict_each_other(self, till, digits, codes):
        till.prompt(f"2547000{digits}")

        assert [told["ResultCode"] for told in till.told(60)] == codes
        assert len(till.received) == (0 if digits == "98207" else 1)

    def test_a_callback_can_come_before_the_answer(self, till):
        reply = till.prompt("254700098203")

        assert reply.callbacks_first
        assert len(till.told(0)) == 1

    def test_a_callback_can_be_ten_minutes_late(self, till):
        till.prompt("254700098204")

        assert (till.told(590), len(till.told(30))) == ([], 1)

    def test_a_callback_can_say_nothing_of_the_payment(self, till):
        till.prompt("254700098208")

        [told] = till.told()
        assert (told["ResultCode"], metadata(told), len(till.received)) == (0, {}, 1)

    @pytest.mark.parametrize(("digits", "hidden"), [("98209", True), ("98210", False)])
    def test_the_number_can_be_masked_or_missing(self, till, digits, hidden):
        till.prompt(f"2547000{digits}")

        [told] = till.told()
        assert ("*" in str(metadata(told).get("PhoneNumber", ""))) is hidden

    @pytest.mark.parametrize(
        ("digits", "text"),
        [("98307", "Unable to lock"), ("98308", "Merchant does not exist"),
         ("98309", "Wrong credentials")],
    )  # fmt: skip
    def test_the_texts_of_one_code_differ(self, till, refused, digits, text):
        refused(till.prompt(f"2547000{digits}"), 500, "500.001.1001", text)

    @pytest.mark.parametrize(
        ("digits", "taken"),
        [("98301", True), ("98302", False), ("98303", True)],
    )
    def test_no_answer_may_hide_a_prompt(self, till, digits, taken):
        reply = till.prompt(f"2547000{digits}")
        till.told()

        assert isinstance(reply, NoAnswer)
        assert (reply.accepted, bool(till.received)) == (taken, taken)

    @pytest.mark.parametrize(
        ("digits", "status", "taken"),
        [("98305", 429, 0), ("98306", 500, 0), ("98311", 502, 0), ("98316", 200, 1),
         ("98320", 500, 1), ("98304", 200, 1)],
    )  # fmt: skip
    def test_an_odd_answer_may_hide_a_prompt_too(self, till, digits, status, taken):
        reply = till.prompt(f"2547000{digits}")
        till.told()

        assert (reply.status, len(till.received)) == (status, taken)


class TestAQuery:
    @pytest.mark.parametrize("digits", ["98401", "98402"])
    def test_it_says_that_the_payer_has_not_answered(self, till, digits):
        checkout_id = till.prompt(f"2547000{digits}").json()["CheckoutRequestID"]

        answer = till.standing(checkout_id).json()
        till.told(90)

        if digits == "98401":
            assert (answer["errorCode"], answer["errorMessage"]) == (
                "500.001.1001", "The transaction is being processed",
            )  # fmt: skip
        else:
            assert answer["ResultCode"] == "4999"
        assert till.standing(checkout_id).json()["ResultCode"] == "0"

    def test_right_after_the_push_it_may_know_nothing(self, till, refused):
        checkout_id = till.prompt("254700098403").json()["CheckoutRequestID"]

        refused(till.standing(checkout_id), 400, "400.002.02", "Invalid CheckoutRequestID")
        till.caller.wait(30)
        assert till.standing(checkout_id).json()["errorCode"] == "500.001.1001"

    def test_it_knows_nothing_of_strangers(self, till, refused):
        refused(till.standing("ws_CO_1"), 400, "400.002.02", "Invalid CheckoutRequestID")

    def test_it_has_no_receipt(self, till):
        checkout_id = till.prompt().json()["CheckoutRequestID"]
        till.told()

        answer = till.standing(checkout_id).json()

        assert answer["ResultCode"] == "0"
        assert till.received[0].receipt not in str(answer)


class TestPlans:
    @pytest.mark.parametrize("plan", ["stormy", "worst"])
    def test_a_seed_repeats_a_run(self, calling, plan):
        def run():
            till = Till(calling(seed=3, faults=plan))
            till.register()
            for number in range(60):
                till.caller.bearer = till.caller.token().json().get("access_token", "")
                till.prompt(f"254700{number:06d}")
            told = [told["ResultCode"] for told in till.told(3600)]
            return sorted(told), sorted((row.msisdn, row.amount) for row in till.received)

        assert run() == run()

    def test_a_fault_can_be_chosen(self, calling):
        till = Till(calling(faults="prompt_cancelled=1"))
        till.prompt()

        assert till.told()[0]["ResultCode"] == 1032
