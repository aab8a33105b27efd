import pytest

from tests.gateways.simulator.striping import ACCOUNT, Platform


@pytest.fixture
def platform():
    return Platform()


def refused(reply):
    error = reply.json()["error"]
    return reply.status, error.get("code"), error.get("param")


class TestCreate:
    def test_it_moves_money_to_the_account(self, platform):
        reply = platform.pay(**{"transfer_group": "g1", "metadata[transfer_id]": "t1"})

        transfer = reply.json()
        assert reply.status == 200
        assert reply.headers["Request-Id"].startswith("req_")
        assert (transfer["amount"], transfer["transfer_group"]) == (1000, "g1")
        assert transfer["metadata"] == {"transfer_id": "t1"}
        assert platform.get(f"/v1/transfers/{transfer['id']}").json() == transfer
        assert platform.control("stripe-book")["totals"] == {"usd": 1000}

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"surprise": "1"}, (400, "parameter_unknown", "surprise")),
            ({"amount": "10.5"}, (400, "parameter_invalid_integer", "amount")),
            ({"amount": 0}, (400, "parameter_invalid_integer", "amount")),
            ({"currency": "xyz"}, (400, "parameter_invalid_string", "currency")),
            ({"currency": "ugx", "amount": 150}, (400, "parameter_invalid_integer", "amount")),
            ({"currency": "kwd", "amount": 1005}, (400, "parameter_invalid_integer", "amount")),
            ({"destination": "acct_none"}, (400, "resource_missing", "destination")),
            ({"description": ""}, (400, "parameter_invalid_empty", "description")),
            ({"metadata[a]": "x" * 501}, (400, None, "metadata[a]")),
        ],
    )
    def test_it_is_strict(self, platform, change, expected):
        assert refused(platform.pay(**change)) == expected
        assert platform.paid == 0

    def test_only_forms_are_read(self, platform):
        reply = platform.post("/v1/transfers", {"amount": 1}, kind="application/json")

        assert reply.status == 400

    @pytest.mark.parametrize(
        ("secret", "status"),
        [("sk_live_1", 401), ("sk_test_wrong", 401), ("rk_test_denied", 403), ("", 401)],
    )
    def test_a_key_that_is_not_good_is_not_let_in(self, platform, secret, status):
        assert platform.pay(secret=secret).status == status

    def test_a_rotated_key_is_not_let_in(self, platform):
        platform.control("stripe-keys", keys=["sk_test_new"])

        assert platform.pay(secret="sk_test_old").status == 401
        assert platform.pay(secret="sk_test_new").status == 200

    def test_an_account_without_the_capability_gets_nothing(self, platform):
        platform.control("stripe-account", id=ACCOUNT, transfers="inactive")

        assert refused(platform.pay())[1] == "insufficient_capabilities_for_transfer"

    def test_what_stripe_has_against_an_account(self, platform):
        platform.control("stripe-account", id=ACCOUNT, refusal="transfers_not_allowed")

        assert refused(platform.pay()) == (400, "transfers_not_allowed", None)

    def test_an_account_that_is_gone_binds_no_key(self, platform):
        platform.control("stripe-account", id=ACCOUNT, refusal="resource_missing")
        reply = platform.pay(key="k1")
        platform.control("stripe-account", id=ACCOUNT, refusal="")

        assert refused(reply) == (400, "resource_missing", "destination")
        assert platform.pay(key="k1").status == 200

    def test_nothing_is_expanded(self, platform):
        reply = platform.pay(**{"expand[]": "destination"})

        assert refused(reply) == (400, None, "expand")
        assert platform.paid == 0

    def test_the_limit_holds_for_each_endpoint(self, platform):
        platform.control("stripe-rate", perSecond=2)

        replies = [platform.pay() for _ in range(3)]

        assert [reply.status for reply in replies] == [200, 200, 429]
        assert replies[2].headers["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
        assert platform.get("/v1/balance").status == 200
        platform.wait(seconds=1)
        assert platform.pay().status == 200


class TestList:
    def test_pages_are_newest_first_and_complete(self, platform):
        made = [platform.pay(transfer_group="g").json()["id"] for _ in range(5)]
        platform.pay(transfer_group="other")

        first = platform.get("/v1/transfers", transfer_group="g", limit=3).json()
        last = first["data"][-1]["id"]
        rest = platform.get("/v1/transfers", transfer_group="g", starting_after=last).json()

        assert (first["has_more"], rest["has_more"]) == (True, False)
        assert [each["id"] for each in first["data"] + rest["data"]] == made[::-1]

    def test_it_filters_by_when_it_was_made(self, platform):
        platform.pay()
        platform.wait(hours=1)
        later = platform.pay().json()

        found = platform.get("/v1/transfers", **{"created[gte]": later["created"]}).json()

        assert [each["id"] for each in found["data"]] == [later["id"]]

    @pytest.mark.parametrize("query", [{"status": "paid"}, {"limit": 101}, {"limit": "x"}])
    def test_it_is_strict(self, platform, query):
        assert platform.get("/v1/transfers", **query).status == 400

    def test_a_lagging_list_does_not_show_the_newest(self):
        platform = Platform(faults="transfer_list_lag=1")
        platform.pay()

        assert platform.get("/v1/transfers").json()["data"] == []
        platform.wait(seconds=61)
        assert len(platform.get("/v1/transfers").json()["data"]) == 1


class TestReversal:
    def test_it_brings_money_back_in_parts(self, platform):
        identifier = platform.pay().json()["id"]
        path = f"/v1/transfers/{identifier}/reversals"

        part = platform.post(path, {"amount": 400}).json()
        after_part = platform.get(f"/v1/transfers/{identifier}").json()
        platform.post(path, {})
        after_all = platform.get(f"/v1/transfers/{identifier}").json()
        again = platform.post(path, {})

        assert (part["object"], part["amount"]) == ("transfer_reversal", 400)
        assert (after_part["amount_reversed"], after_part["reversed"]) == (400, False)
        assert (after_all["amount_reversed"], after_all["reversed"]) == (1000, True)
        assert again.json()["error"]["message"].endswith("is already fully reversed")
        assert platform.control("stripe-book")["totals"] == {"usd": 0}


class TestBalance:
    def test_an_empty_balance_refuses_until_it_is_topped_up(self, platform):
        platform.control("stripe-balance", currency="usd", amount=999)

        assert refused(platform.pay())[1] == "balance_insufficient"
        platform.control("stripe-top-up", currency="usd", amount=1)
        assert platform.pay().status == 200
        (left,) = platform.get("/v1/balance").json()["available"]
        assert (left["currency"], left["amount"]) == ("usd", 0)

    def test_every_transfer_has_its_line(self, platform):
        transfer = platform.pay().json()

        found = platform.get("/v1/balance_transactions", source=transfer["id"]).json()["data"]

        assert [(line["id"], line["net"]) for line in found] == [
            (transfer["balance_transaction"], -1000)
        ]


class TestAccounts:
    def test_a_new_account_may_not_receive_yet(self, platform):
        fields = {"country": "US", "capabilities[transfers][requested]": "true"}

        account = platform.post("/v1/accounts", fields).json()

        assert account["capabilities"] == {"transfers": "inactive"}
        assert platform.get(f"/v1/accounts/{account['id']}").json() == account


class TestState:
    def test_a_restart_forgets_nothing(self, tmp_path):
        before = Platform(state_path=tmp_path / "book.jsonl")
        before.control("stripe-balance", currency="usd", amount=1500)
        first = before.pay(key="k1").body
        before.simulator.close()

        after = Platform(state_path=tmp_path / "book.jsonl")

        assert after.pay(key="k1").body == first
        assert [each["id"] for each in after.control("stripe-accounts")["accounts"]] == [ACCOUNT]
        assert refused(after.pay(key="k2"))[1] == "balance_insufficient"

    def test_nor_what_was_switched(self, tmp_path):
        before = Platform(state_path=tmp_path / "book.jsonl")
        before.control("stripe-account", id=ACCOUNT, refusal="transfers_not_allowed")
        before.control("stripe-keys", keys=["sk_test_2"])
        before.simulator.close()

        after = Platform(state_path=tmp_path / "book.jsonl")

        assert after.pay().status == 401
        assert refused(after.pay(secret="sk_test_2"))[1] == "transfers_not_allowed"
