import json

import pytest

from tests.gateways.simulator.mifos import Lender

URL = "https://vault.test/callbacks/fineract/loan/secret/"


@pytest.fixture
def lender():
    lender = Lender()
    lender.control("hook", url=URL)
    return lender


def heard(lender):
    return [(each.headers, json.loads(each.body)) for each in lender.wait(seconds=5)]


class TestHooks:
    def test_an_approval_is_told_unsigned(self, lender):
        loan_id = lender.loan(hook=True)

        ((headers, body),) = heard(lender)

        assert (headers["X-Fineract-Entity"], headers["X-Fineract-Action"]) == ("LOAN", "APPROVE")
        assert headers["Fineract-Platform-TenantId"] == "umoja"
        assert not [name for name in headers if "signature" in name.lower()]
        assert (body["response"]["loanId"], body["actionName"]) == (loan_id, "APPROVE")

    def test_a_command_that_failed_is_told_without_a_response(self, lender):
        lender.disburse(lender.loan(), transactionAmount=99_999)

        ((headers, body),) = heard(lender)

        assert headers["X-Fineract-Action"] == "DISBURSE"
        assert {"response", "officeId", "clientId", "status"} & set(body) == set()

    def test_the_old_family_says_exception(self):
        lender = Lender("1.8.4")
        lender.control("hook", url=URL)
        lender.disburse(lender.loan(), transactionAmount=99_999)

        assert heard(lender)[0][1]["status"] == "Exception"

    def test_one_that_waits_for_a_checker_is_told_as_well(self, lender):
        lender.control("tenant", makerChecker=True)
        lender.disburse(lender.loan())

        ((_, body),) = heard(lender)

        assert "response" not in body

    def test_a_repeat_under_the_same_key_is_not_told(self, lender):
        loan_id = lender.loan()
        lender.disburse(loan_id, key="k1")
        lender.disburse(loan_id, key="k1")

        assert len(heard(lender)) == 1

    def test_they_are_told_once_whether_or_not_anybody_took_them(self, lender):
        lender.loan(hook=True)
        (callback,) = lender.wait(seconds=5)
        lender.simulator.delivered(callback.number, status=500)

        assert lender.wait(days=3) == []

    @pytest.mark.parametrize(
        ("version", "url", "status"),
        [("1.12.0", URL, 200), ("1.12.0", URL[:-1], 500), ("1.16.0", URL[:-1], 200)],
    )
    def test_until_1_16_an_address_must_end_with_a_slash(self, version, url, status):
        lender = Lender(version)
        lender.control("user", username="admin", permissions=["CREATE_HOOK"])
        body = {"name": "Web", "isActive": True, "config": {"Payload URL": url}}

        reply = lender.post("/hooks", body, user="admin", password="password")

        assert reply.status == status
