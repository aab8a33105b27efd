import pytest

from tests.gateways.simulator.mifos import Lender, refused


@pytest.fixture
def lender():
    return Lender()


def from_cache(reply):
    return reply.headers.get("x-served-from-cache") == "true"


class TestKeys:
    def test_the_same_key_repeats_the_answer(self, lender):
        loan_id = lender.loan()

        first, second = lender.disburse(loan_id, key="k1"), lender.disburse(loan_id, key="k1")

        assert (first.body, from_cache(first)) == (second.body, False)
        assert from_cache(second)
        assert lender.book["count"] == 1

    def test_it_repeats_it_for_another_loan_as_well(self, lender):
        first, second = lender.loan(), lender.loan()
        lender.disburse(first, key="k1")

        reply = lender.disburse(second, key="k1", externalId="ours-2")

        assert (reply.status, reply.json()["loanId"]) == (200, first)
        assert lender.state(second) == 200

    def test_errors_are_repeated_too(self, lender):
        loan_id = lender.loan()
        first = lender.disburse(loan_id, key="k1", transactionAmount=99_999)

        again = lender.disburse(loan_id, key="k1")

        assert (again.status, again.body, from_cache(again)) == (403, first.body, True)
        assert lender.disburse(loan_id, key="k2").status == 200

    def test_from_1_17_an_error_frees_the_key(self):
        lender = Lender("1.17.0")
        loan_id = lender.loan()
        lender.disburse(loan_id, key="k1", transactionAmount=99_999)

        assert lender.disburse(loan_id, key="k1").status == 200

    def test_the_old_family_knows_no_keys(self):
        lender = Lender("1.8.4")
        loan_id = lender.loan()
        lender.disburse(loan_id, key="k1")

        assert lender.disburse(loan_id, key="k1").status == 400

    def test_a_key_of_another_action_is_another_key(self, lender):
        loan_id = lender.loan()
        lender.post(f"/loans/{loan_id}/notes", {"note": "Seen"}, key="k1")

        assert not from_cache(lender.disburse(loan_id, key="k1"))
        assert lender.state(loan_id) == 300

    def test_a_long_key_is_refused(self, lender):
        loan_id = lender.loan()

        assert lender.disburse(loan_id, key="k" * 51).status == 403
        assert lender.disburse(loan_id, key="k" * 50).status == 200

    @pytest.mark.parametrize(
        "switch", [{"readOnly": True}, {"jobRunning": True}], ids=["read-only", "job"]
    )
    def test_what_is_refused_before_the_work_is_not_kept(self, lender, switch):
        loan_id = lender.loan()
        lender.control("tenant", **switch)
        lender.disburse(loan_id, key="k1")
        lender.control("tenant", readOnly=False, jobRunning=False)

        assert lender.disburse(loan_id, key="k1").json()["loanId"] == loan_id

    def test_keys_are_forgotten_after_30_days(self, lender):
        loan_id = lender.loan()
        lender.disburse(loan_id, key="k1")
        lender.wait(days=31)

        assert refused(lender.disburse(loan_id, key="k1"))[0] == 400


class TestCheckers:
    @pytest.fixture
    def lender(self):
        return Lender(tenant={"makerChecker": True})

    def test_200_and_nothing_is_disbursed(self, lender):
        loan_id = lender.loan()

        told = lender.disburse(loan_id, key="k1").json()

        assert told["rollbackTransaction"] is True
        assert "changes" not in told
        assert (lender.state(loan_id), lender.book["count"]) == (200, 0)
        (waiting,) = lender.get(f"/makercheckers?entityName=LOAN&loanid={loan_id}").json()
        assert (waiting["id"], waiting["processingResult"]) == (
            told["commandId"], "awaiting.approval",
        )  # fmt: skip

    def test_the_same_key_is_425_while_it_waits(self, lender):
        loan_id = lender.loan()
        lender.disburse(loan_id, key="k1")

        again = lender.disburse(loan_id, key="k1")

        assert (again.status, again.body, from_cache(again)) == (425, b"", True)

    def test_wrong_orders_are_refused_at_once(self, lender):
        assert lender.disburse(lender.loan(), transactionAmount=99_999).status == 403

    def test_another_person_approves_and_it_is_booked_by_the_maker(self, lender):
        loan_id = lender.loan()
        number = lender.disburse(loan_id).json()["commandId"]

        lender.control("act", path=f"/makercheckers/{number}", command="approve")

        assert lender.state(loan_id) == 300
        assert lender.book["disbursals"][0]["by"] == "vault"
        assert lender.get(f"/audits/{number}").json()["processingResult"] == "processed"

    def test_the_maker_may_not(self, lender):
        lender.control(
            "user", username="vault", permissions=["DISBURSE_LOAN", "DISBURSE_LOAN_CHECKER"]
        )
        number = lender.disburse(lender.loan()).json()["commandId"]

        reply = lender.post(f"/makercheckers/{number}?command=approve", {})

        assert refused(reply)[:2] == (403, "error.msg.not.authorized")

    def test_a_rejected_one_is_gone(self, lender):
        loan_id = lender.loan()
        number = lender.disburse(loan_id, key="k1").json()["commandId"]

        lender.control("act", path=f"/makercheckers/{number}", command="reject")

        assert lender.get("/makercheckers").json() == []
        assert lender.state(loan_id) == 200
        query = f"/audits?actionName=DISBURSE&entityName=LOAN&loanid={loan_id}&processingResult=3"
        assert [row["id"] for row in lender.get(query).json()] == [number]
        assert lender.disburse(loan_id, key="k1").status == 425
