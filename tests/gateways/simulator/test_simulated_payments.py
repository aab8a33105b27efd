import json

import pytest

from gateways.simulator import Simulator
from tests.gateways.simulator.prompting import (
    HASH,
    PAYBILL,
    PAYER,
    PULL,
    PULL_REGISTER,
    TAKEN,
    Till,
    metadata,
)

REFUSED = {"ResultCode": "C2B00012", "ResultDesc": "Rejected"}


@pytest.fixture
def till(caller):
    found = Till(caller)
    found.register()
    return found


class TestRegistering:
    def test_it_is_done_once(self, till, refused):
        refused(till.register(), 500, "500.003.1001", "already registered")
        till.caller.control("forget-urls", {"shortcode": PAYBILL})
        assert till.register().json()["ResponseCode"] == "0"

    @pytest.mark.parametrize(
        ("field", "value"),
        [("ResponseType", "completed"), ("ConfirmationURL", "https://vault.test/mpesa"),
         ("ValidationURL", "https://vault.test/EXECUTE"), ("ShortCode", "6")],
    )  # fmt: skip
    def test_a_wrong_field_is_named(self, caller, refused, field, value):
        refused(Till(caller).register(**{field: value}), 400, "400.002.02", field)

    def test_the_key_of_the_acknowledgement_is_misspelled(self, caller):
        assert "OriginatorCoversationID" in Till(caller).register().json()


class TestAPaymentAtAPhone:
    def test_it_is_booked_and_confirmed(self, till):
        paid = till.pay()

        [(kind, body)] = till.callbacks()
        assert (paid["state"], kind) == ("completed", "c2b-confirmation")
        assert (body["TransID"], body["TransAmount"]) == (paid["receipt"], "500.00")
        assert (body["BusinessShortCode"], body["BillRefNumber"]) == (PAYBILL, "HSE-12")
        assert "*" in body["MSISDN"]
        assert till.caller.control("received").json()["byAccount"] == {
            f"{PAYBILL} HSE-12": {"count": 1, "total": 500}
        }

    def test_the_first_version_hashes_the_number(self, caller):
        till = Till(caller)
        till.register("/mpesa/c2b/v1/registerurl")
        till.pay()

        [(_, body)] = till.callbacks()
        assert body["MSISDN"] == HASH

    @pytest.mark.parametrize(
        ("digits", "soon", "late"), [("98501", 0, 0), ("98502", 5, 0), ("98503", 0, 1)]
    )
    def test_confirmations_are_lost_repeated_and_late(self, till, digits, soon, late):
        till.pay(f"2547000{digits}")

        assert (len(till.callbacks(60)), len(till.callbacks(900))) == (soon, late)
        assert len(till.received) == 1

    @pytest.mark.parametrize(
        "values",
        [{"amount": 0}, {"amount": "500"}, {"amount": True}, {"msisdn": "0700"},
         {"shortcode": "x"}, {"account": 5}, {"account": "x" * 21}],
    )  # fmt: skip
    def test_a_wrong_one_is_explained(self, till, values):
        plain = {"shortcode": PAYBILL, "msisdn": PAYER, "amount": 500, "account": "A"}

        answer = till.caller.control("pay", plain | values)

        assert answer.status == 400
        assert next(iter(values)) in answer.json()["error"]


class TestAPromptIsConfirmedToo:
    def test_with_the_same_receipt(self, till):
        till.prompt()

        (_, answered), (_, confirmed) = till.callbacks()
        receipt = metadata(answered["Body"]["stkCallback"])["MpesaReceiptNumber"]
        assert confirmed["TransID"] == receipt
        assert [row.receipt for row in till.received] == [receipt]

    @pytest.mark.parametrize(
        ("digits", "kinds"),
        [("98504", ["c2b-confirmation", "stk"]), ("98501", ["stk"]),
         ("98201", ["c2b-confirmation"]), ("98211", []),
         ("98038", ["stk", "c2b-confirmation"])],
    )  # fmt: skip
    def test_in_any_order_and_either_may_be_lost(self, till, digits, kinds):
        till.prompt(f"2547000{digits}")

        assert [kind for kind, _ in till.callbacks()] == kinds
        assert len(till.received) == 1


class TestValidation:
    @pytest.fixture(autouse=True)
    def _on(self, till):
        till.caller.control("validation", {"shortcode": PAYBILL, "on": True})

    def test_nothing_moves_before_the_answer(self, till):
        paid = till.pay()
        [asked] = till.caller.wait(1)

        assert (paid["state"], asked.kind, till.received) == ("waiting", "c2b-validation", [])
        assert json.loads(asked.body)["OrgAccountBalance"] == ""
        till.answer(asked, TAKEN | {"ThirdPartyTransID": "RENT-7"})
        [(_, confirmed)] = till.callbacks()
        assert confirmed["ThirdPartyTransID"] == "RENT-7"
        assert till.received[0].receipt == paid["receipt"]

    def test_a_refusal_ends_it(self, till):
        till.pay()
        [asked] = till.caller.wait(1)

        till.answer(asked, REFUSED)

        assert (till.callbacks(20), till.received) == ([], [])

    @pytest.mark.parametrize(("response_type", "moved"), [("Completed", 1), ("Cancelled", 0)])
    @pytest.mark.parametrize("said", ["nothing", "an error", "nonsense"])
    def test_without_an_answer_the_registered_way_is_taken(self, till, response_type, moved, said):
        till.caller.control("forget-urls", {"shortcode": PAYBILL})
        till.register(ResponseType=response_type)
        till.pay()
        [asked] = till.caller.wait(1)

        if said == "an error":
            till.answer(asked, TAKEN, status=503)
        elif said == "nonsense":
            till.answer(asked, ["?"])
        else:
            assert till.received == []

        assert len(till.callbacks(8)) == moved
        assert len(till.received) == moved

    def test_an_answer_after_eight_seconds_is_too_late(self, till):
        till.pay()
        [asked] = till.caller.wait(1)
        till.caller.wait(8)

        till.answer(asked, REFUSED)

        assert len(till.received) == 1


class TestPull:
    def query(self, till, offset=0, **changes):
        return till.caller.post(PULL, {
            "ShortCode": PAYBILL, "StartDate": "2026-03-09 00:00:00",
            "EndDate": "2026-03-11 23:59:59", "OffSetValue": str(offset),
        } | changes)  # fmt: skip

    def allow(self, till):
        return till.caller.post(PULL_REGISTER, {
            "ShortCode": PAYBILL, "RequestType": "Pull", "NominatedNumber": PAYER,
            "CallBackURL": "https://vault.test/pull",
        }).json()  # fmt: skip

    def test_it_is_registered_once(self, till):
        codes = [
            answer.get("ResponseCode") or answer.get("Response Status")
            for answer in (self.allow(till), self.allow(till))
        ]

        assert codes == ["1000", "1001"]

    def test_pages_have_a_hundred_rows_in_a_list_inside_a_list(self, till):
        self.allow(till)
        paid = [till.pay(f"254700000{number:03d}")["receipt"] for number in range(130)]

        pages = [self.query(till, offset).json() for offset in (0, 100, 130)]

        found = [row["transactionId"] for page in pages for row in page["Response"][0]]
        assert found == paid
        assert [page["ResponseCode"] for page in pages] == ["1000", "1000", "1001"]
        assert pages[2]["Response"] == [[]]

    def test_a_shortcode_that_is_not_registered_is_refused(self, till, refused):
        refused(self.query(till), 400, "400.002.02", "ShortCode")

    def test_a_date_that_does_not_exist_is_refused(self, till, refused):
        self.allow(till)

        refused(self.query(till, StartDate="2026-02-31 00:00:00"), 400, "400.002.02", "StartDate")


class TestTheBookOfMoneyIn:
    def test_it_survives_a_restart(self, tmp_path, calling):
        path = tmp_path / "book.jsonl"
        till = Till(calling(state_path=path))
        paid = till.pay()
        till.simulator.close()

        again = Simulator(state_path=path)

        [received] = again.book.received
        assert (received.receipt, received.amount) == (paid["receipt"], 500)
        assert (
            again.world.wallets.of(PAYBILL).working
            == till.simulator.world.wallets.of(PAYBILL).working
        )
        again.close()

    def test_what_came_in_can_go_out_to_a_business(self, till):
        before = till.simulator.world.wallets.of(PAYBILL).working

        till.pay(amount=700)

        assert till.simulator.world.wallets.of(PAYBILL).working == before + 700

    def test_prompts_and_payers_can_be_looked_at(self, till):
        till.prompt("254700098032")
        till.told()

        [prompt] = till.caller.control("prompts").json()["prompts"]
        assert (prompt["resultCode"], prompt["receipt"]) == ("1032", "")
        assert till.caller.control("payers").json()["98032"]["result_code"] == "1032"


class TestRegisteredOverRestarts:
    def test_addresses_and_pull_are_kept(self, calling, tmp_path):
        path = tmp_path / "book.jsonl"
        till = Till(calling(state_path=path))
        till.register()
        till.caller.post(PULL_REGISTER, {
            "ShortCode": PAYBILL, "RequestType": "Pull", "NominatedNumber": "254700000009",
            "CallBackURL": "https://vault.test/pull",
        })  # fmt: skip
        till.simulator.close()

        again = Till(calling(state_path=path))
        paid = again.pay()

        [(kind, confirmation)] = again.callbacks()
        assert (kind, confirmation["TransID"]) == ("c2b-confirmation", paid["receipt"])
        assert again.register().status == 500
        assert PAYBILL in again.simulator.world.money_in.pulling
        again.simulator.close()

    def test_addresses_that_were_forgotten_stay_so(self, calling, tmp_path):
        path = tmp_path / "book.jsonl"
        till = Till(calling(state_path=path))
        till.register()
        till.caller.control("forget-urls", {"shortcode": PAYBILL})
        till.simulator.close()

        again = Till(calling(state_path=path))

        assert again.register().status == 200
        again.simulator.close()
