import pytest

from gateways.simulator import NoAnswer
from tests.gateways.simulator.striping import ACCOUNT, Platform


@pytest.fixture
def platform():
    return Platform()


def replayed(reply):
    return reply.headers.get("Idempotent-Replayed") == "true"


class TestReplay:
    def test_a_repeat_gets_the_saved_answer(self, platform):
        first = platform.pay(key="k1")
        platform.post(f"/v1/transfers/{first.json()['id']}/reversals", {})

        again = platform.pay(key="k1")

        assert (again.body, replayed(first), replayed(again)) == (first.body, False, True)
        assert platform.paid == 1

    def test_after_24_hours_it_pays_again(self, platform):
        platform.pay(key="k1", transfer_group="g")
        platform.wait(hours=23, minutes=59)
        assert replayed(platform.pay(key="k1", transfer_group="g"))
        platform.wait(minutes=1)

        late = platform.pay(key="k1", transfer_group="g")

        assert not replayed(late)
        (twice,) = platform.control("stripe-book")["paidTwice"]
        assert (twice["by"], twice["times"]) == ("group", 2)

    def test_a_saved_error_outlives_its_cause(self, platform):
        platform.control("stripe-balance", currency="usd", amount=0)
        platform.pay(key="k1")
        platform.control("stripe-top-up", currency="usd", amount=5000)

        again = platform.pay(key="k1")

        assert (again.json()["error"]["code"], replayed(again)) == ("balance_insufficient", True)
        assert platform.pay(key="k2").status == 200

    def test_what_was_refused_before_execution_is_not_saved(self, platform):
        platform.pay(key="k1", amount="ten")
        platform.pay(key="k1", secret="sk_test_wrong")

        assert platform.pay(key="k1").status == 200

    @pytest.mark.parametrize("change", [{"amount": 1001}, {"metadata[a]": "b"}])
    def test_other_parameters_are_refused(self, platform, change):
        platform.pay(key="k1")

        reply = platform.pay(key="k1", **change)

        error = reply.json()["error"]
        assert (reply.status, error["type"]) == (400, "idempotency_error")
        assert "code" not in error
        assert platform.paid == 1

    def test_another_address_is_refused(self, platform):
        identifier = platform.pay(key="k1").json()["id"]

        reply = platform.post(f"/v1/transfers/{identifier}/reversals", {}, key="k1")

        assert reply.json()["error"]["type"] == "idempotency_error"

    def test_a_key_has_255_characters_at_most(self, platform):
        assert platform.pay(key="k" * 256).status == 400

    def test_while_the_first_runs_a_repeat_hears_409(self, platform):
        platform.script("transfer_slow")
        first = platform.pay(key="k1")
        platform.wait(seconds=29)

        during = platform.pay(key="k1")
        platform.wait(seconds=1)
        after = platform.pay(key="k1")

        assert first.delay_s == 30
        assert during.status == 409
        assert during.json()["error"]["code"] == "idempotency_key_in_use"
        assert (after.body, replayed(after)) == (first.body, True)


class TestMishaps:
    @pytest.mark.parametrize(
        ("fault", "paid"), [("transfer_drop", 0), ("transfer_lost", 1), ("transfer_hang", 1)]
    )
    def test_an_answer_that_never_comes(self, platform, fault, paid):
        platform.script(fault)

        reply = platform.pay(key="k1")

        assert isinstance(reply, NoAnswer)
        assert platform.paid == paid
        platform.wait(minutes=2)
        assert replayed(platform.pay(key="k1")) == bool(paid)
        assert platform.paid == 1

    @pytest.mark.parametrize(
        ("fault", "at_once", "later"),
        [
            ("transfer_error", 0, 0),
            ("transfer_error_paid", 1, 1),
            ("transfer_error_later", 0, 1),
        ],
    )
    def test_a_500_stays_whatever_happened(self, platform, fault, at_once, later):
        platform.script(fault)

        reply = platform.pay(key="k1")

        assert (reply.status, platform.paid) == (500, at_once)
        platform.wait(minutes=1)
        again = platform.pay(key="k1")
        assert (again.status, replayed(again), platform.paid) == (500, True, later)

    @pytest.mark.parametrize(
        ("fault", "status", "code"),
        [
            ("transfer_too_many", 429, "rate_limit"),
            ("transfer_locked", 429, "lock_timeout"),
            ("transfer_conflict", 409, None),
        ],
    )
    def test_a_refusal_before_execution_keeps_nothing(self, platform, fault, status, code):
        platform.script(fault)

        reply = platform.pay(key="k1")

        assert (reply.status, reply.json()["error"].get("code")) == (status, code)
        assert platform.paid == 0
        assert platform.pay(key="k1").status == 200

    def test_a_body_is_cut_short_after_the_money_moved(self, platform):
        platform.script("transfer_cut")

        reply = platform.pay(key="k1")

        assert int(reply.headers["Content-Length"]) > len(reply.body)
        assert platform.paid == 1

    def test_a_plan_draws_the_same_for_the_same_seed(self):
        def outcomes(seed):
            platform = Platform(faults="worst,transfer_read_error=0", seed=seed)
            replies = [platform.pay(key=f"{seed} {n}") for n in range(60)]
            return [getattr(reply, "status", None) for reply in replies]

        assert outcomes(7) == outcomes(7) != outcomes(8)
        assert len(set(outcomes(7))) > 3

    def test_no_plan_pays_one_key_twice(self):
        platform = Platform(faults="worst", seed=3)

        for number in range(40):
            for _ in range(4):
                platform.pay(key=f"k{number}", transfer_group=f"g{number}")
                platform.wait(minutes=3)

        book = platform.control("stripe-book")
        assert book["count"] > 20
        assert {each["destination"] for each in book["transfers"]} == {ACCOUNT}
        assert book["paidTwice"] == []
