import json
from collections import Counter

import pytest

from gateways.simulator import FaultPlan, NoAnswer, read_plan
from gateways.simulator.faults import FAULTS, PLANS

DUPLICATE = "Duplicate OriginatorConversationID."


class TestAnswers:
    @pytest.mark.parametrize(("digits", "reason"), [("99301", "dropped"), ("99303", "hang")])
    def test_no_answer_after_acceptance(self, caller, digits, reason):
        reply = caller.pay(f"2547000{digits}")
        caller.wait(10)

        assert isinstance(reply, NoAnswer)
        assert (reply.reason, reply.accepted) == (reason, True)
        assert len(caller.moves) == 1

    def test_no_answer_before_acceptance(self, caller):
        reply = caller.pay("254700099302", OriginatorConversationID="same")
        caller.wait(10)

        assert isinstance(reply, NoAnswer)
        assert reply.accepted is False
        assert caller.moves == []
        assert caller.pay("254700099302", OriginatorConversationID="same", Remarks="Payout 1")

    def test_a_slow_answer_takes_half_a_minute(self, calling):
        assert calling().pay("254700099304").delay_s == 30
        assert calling(time_scale=60).pay("254700099304").delay_s == 0.5

    @pytest.mark.parametrize(
        ("digits", "status", "code", "text"),
        [
            ("99305", 429, "500.003.02", "Spike Arrest Violation"),
            ("99306", 500, "500.003.02", "Spike Arrest Violation"),
            ("99307", 500, "500.003.03", "Quota Violation"),
            ("99308", 500, "500.003.02", "System is busy"),
            ("99319", 500, "500.003.1001", "Internal Server Error"),
            ("99321", 500, "500.002.1001", "maintenance"),
        ],
    )
    def test_an_error_before_acceptance_passes(self, caller, refused, digits, status, code, text):
        body = caller.payment(f"2547000{digits}")
        send = "/mpesa/b2c/v3/paymentrequest"

        refused(caller.post(send, body), status, code, text)
        caller.wait(10)
        assert caller.moves == []
        caller.post(send, body)
        caller.post(send, body)
        caller.wait(10)
        assert len(caller.moves) == 1

    @pytest.mark.parametrize("digits", ["99309", "99312", "99314", "99316", "99318", "99320"])
    def test_an_odd_answer_may_hide_an_acceptance(self, caller, digits):
        reply = caller.pay(f"2547000{digits}", OriginatorConversationID="same")
        caller.wait(10)

        assert b'"ResponseCode": "0"' not in reply.body
        assert len(caller.moves) == 1
        again = caller.pay(f"2547000{digits}", OriginatorConversationID="same")
        assert again.json()["errorMessage"] == DUPLICATE

    @pytest.mark.parametrize("digits", ["99310", "99311", "99313", "99315", "99317"])
    def test_the_same_answer_may_hide_nothing(self, caller, digits):
        caller.pay(f"2547000{digits}")
        caller.wait(10)

        assert caller.moves == []

    def test_the_firewall_answers_with_its_page(self, caller):
        reply = caller.pay("254700099310")

        assert reply.status == 503
        assert b"Incapsula incident ID" in reply.body

    def test_an_empty_acknowledgement_has_all_its_fields_empty(self, caller):
        assert set(caller.pay("254700099316").json().values()) == {""}

    def test_truncated_json_cannot_be_read(self, caller):
        reply = caller.pay("254700099318")

        with pytest.raises(json.JSONDecodeError):
            reply.json()

    def test_a_good_answer_may_call_itself_html(self, caller):
        reply = caller.pay("254700099322")

        assert reply.headers["Content-Type"].startswith("text/html")
        assert reply.json()["ResponseCode"] == "0"


class TestCallbacks:
    def test_a_lost_one_never_comes_though_it_was_paid(self, caller):
        caller.pay("254700099201", OriginatorConversationID="ours")

        assert caller.wait(86_400) == []
        caller.bearer = caller.token().json()["access_token"]
        assert caller.status_of("ours")[1]["TransactionStatus"] == "Completed"

    def test_a_duplicate_comes_five_times_and_pays_once(self, caller):
        caller.pay("254700099202")
        delivered = caller.wait(10)

        assert len(delivered) == 5
        assert len({pending.body for pending in delivered}) == 1
        assert len(caller.moves) == 1

    def test_an_early_one_comes_before_the_acknowledgement(self, caller):
        reply = caller.pay("254700099203")

        assert reply.callbacks_first
        assert len(caller.simulator.due_callbacks()) == 1

    def test_a_late_one_comes_after_ten_minutes(self, caller):
        caller.pay("254700099204")

        assert caller.wait(590) == []
        assert len(caller.moves) == 1
        assert len(caller.wait(20)) == 1

    @pytest.mark.parametrize(
        ("digits", "codes"),
        [("99205", ["0", "100000002"]), ("99206", ["100000002", "0"])],
    )
    def test_contradictory_ones_come_in_turn_and_money_moved(self, caller, digits, codes):
        caller.pay(f"2547000{digits}", OriginatorConversationID="ours")

        assert [str(result["ResultCode"]) for result in caller.results(60)] == codes
        assert len(caller.moves) == 1
        assert caller.status_of("ours")[1]["TransactionStatus"] == "Completed"


class TestQueueTimeout:
    def test_it_is_followed_by_success(self, caller):
        caller.pay("254700099211")
        first, second = caller.wait(60)

        assert (first.kind, first.url) == ("timeout", "https://vault.test/timeout")
        assert json.loads(first.body)["Result"]["ResultCode"] in {100000000, "100000000"}
        assert (second.kind, second.url) == ("result", "https://vault.test/result")
        assert len(caller.moves) == 1

    def test_it_may_echo_the_request(self, caller):
        body = caller.payment("254700099215")
        caller.post("/mpesa/b2c/v3/paymentrequest", body)

        assert json.loads(caller.wait(10)[0].body) == body

    @pytest.mark.parametrize("digits", ["99212", "99216"])
    def test_it_may_never_be_executed_and_be_forgotten(self, caller, digits):
        caller.pay(f"2547000{digits}", OriginatorConversationID="ours")
        (only,) = caller.wait(86_400)

        assert only.kind == "timeout"
        assert caller.moves == []
        caller.bearer = caller.token().json()["access_token"]
        assert caller.status_of("ours")[0] == "2033"

    @pytest.mark.parametrize(("digits", "status"), [("99213", "Expired"), ("99214", "Cancelled")])
    def test_it_may_end_without_execution(self, caller, digits, status):
        caller.pay(f"2547000{digits}", OriginatorConversationID="ours")
        caller.wait(60)

        assert caller.status_of("ours")[1]["TransactionStatus"] == status
        assert caller.moves == []


class TestPlan:
    def test_every_fault_can_be_asked_for(self):
        text = ",".join(f"{fault}=0.5" for fault in FAULTS)

        assert set(read_plan(text).rates) == set(FAULTS)

    def test_a_named_plan_can_be_changed(self):
        plan = read_plan("calm,lost_ack=1")

        assert plan.rates["lost_ack"] == 1
        assert plan.rates["lost_callback"] == PLANS["calm"]["lost_callback"]

    @pytest.mark.parametrize(
        ("text", "part"),
        [("windy", "windy"), ("lost=1", "'lost'"), ("lost_ack=2", "2"), ("lost_ack=x", "'x'")],
    )
    def test_a_wrong_one_is_explained(self, text, part):
        with pytest.raises(ValueError, match=part):
            read_plan(text)

    def test_the_same_seed_gives_the_same_draws(self):
        first, second = read_plan("worst", seed=7), read_plan("worst", seed=7)
        other = read_plan("worst", seed=8)

        drawn = [[plan.behaviour(number) for number in range(200)] for plan in (first, second)]

        assert drawn[0] == drawn[1]
        assert drawn[0] != [other.behaviour(number) for number in range(200)]

    def test_rates_are_kept(self):
        plan = FaultPlan({"lost_callback": 0.25}, seed=3)

        hits = sum(plan.hits("lost_callback", number) for number in range(4000))

        assert 900 < hits < 1100

    def test_a_refusal_never_accepts(self):
        plan = read_plan("spike=1", seed=3)

        assert not any(plan.behaviour(number).accepted for number in range(100))

    def test_an_ambiguous_answer_accepts_about_half(self):
        plan = read_plan("truncated=1", seed=3)

        accepted = Counter(plan.behaviour(number).accepted for number in range(1000))

        assert 400 < accepted[True] < 600

    def test_scripted_numbers_are_left_alone(self, caller):
        caller.simulator.change_faults("lost_callback=1,lost_ack=1")

        assert caller.pay("254700099000").status == 200
        assert len(caller.wait(0)) == 1

    def test_a_new_seed_and_duplicates_can_be_chosen_while_running(self, caller):
        answer = caller.control("faults", {"faults": "stormy", "seed": 9})
        caller.control("faults", {"refuseDuplicates": False})

        assert answer.json()["faults"] == "stormy"
        assert caller.simulator.world.plan.seed == 9
        assert caller.simulator.world.plan.name == "stormy"
        assert caller.simulator.world.refuse_duplicates is False

    def test_a_wrong_plan_leaves_the_old_one(self, caller):
        answer = caller.control("faults", {"faults": "lost_ack=many"})

        assert answer.status == 400
        assert "lost_ack=0.1" in answer.json()["error"]
        assert caller.simulator.world.plan.name == "none"


class TestRepeatability:
    def run(self, calling, numbers, seed=5):
        caller = calling(faults="worst,token_early=0,token_error=0", seed=seed)
        replies = {}
        for number in numbers:
            reply = caller.pay(
                f"2547000{number:05d}",
                OriginatorConversationID=f"run-{id(caller)}-{number}",
                Remarks=f"Payout {number}",
            )
            replies[number] = reply.body[:9] if not isinstance(reply, NoAnswer) else reply.reason
        caller.wait(3000)
        moved = {move.msisdn: move.receipt for move in caller.moves}
        return replies, moved

    def test_order_and_references_change_nothing(self, calling):
        forwards = self.run(calling, range(150))
        backwards = self.run(calling, reversed(range(150)))

        assert forwards == backwards
        assert 60 < len(forwards[1]) < 150

    def test_another_seed_changes_it(self, calling):
        first, second = self.run(calling, range(150)), self.run(calling, range(150), seed=6)

        assert set(first[1]) != set(second[1])

    def test_another_epoch_changes_receipts_only(self, calling):
        first, second = calling(epoch="a"), calling(epoch="b")
        for caller in (first, second):
            caller.pay()
            caller.wait(10)

        assert first.moves[0].receipt != second.moves[0].receipt
        assert first.moves[0].at == second.moves[0].at
