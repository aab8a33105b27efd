import json

import pytest

from tests.gateways.simulator.mifos import API, PASSWORD, TENANT, Lender, refused


@pytest.fixture
def lender():
    return Lender()


class TestDoors:
    @pytest.mark.parametrize("tenant", ["", "nobody"])
    def test_an_unknown_tenant_gets_400_that_is_no_json(self, lender, tenant):
        reply = lender.get("/loans", tenant=tenant)

        assert reply.status == 400
        assert reply.headers["Content-Type"].startswith("text/html")

    @pytest.mark.parametrize("who", [{"password": "wrong"}, {"user": "nobody"}])
    def test_a_wrong_password_gets_401_that_is_no_json(self, lender, who):
        reply = lender.get("/loans", **who)

        assert (reply.status, reply.body[:1]) == (401, b"<")

    def test_the_tenant_may_stand_in_the_address(self, lender):
        assert lender.get(f"/loans?tenantIdentifier={TENANT}", tenant="").status == 200

    def test_an_old_password_is_told_in_json(self, lender):
        lender.control("user", username="vault", passwordOutdated=True)

        assert refused(lender.get("/loans"))[:2] == (400, "error.msg.password.outdated")

    def test_a_missing_permission_is_named(self, lender):
        lender.control("user", username="vault", permissions=["READ_LOAN"])
        loan_id = lender.loan()

        reading, writing = lender.get("/paymenttypes"), lender.disburse(loan_id)

        assert refused(reading) == (403, "error.msg.not.authorized", "error.msg.not.authorized")
        assert "DISBURSE_LOAN" in writing.json()["errors"][0]["defaultUserMessage"]
        assert lender.state(loan_id) == 200

    def test_authentication_tells_permissions_and_no_token(self, lender):
        told = lender.post("/authentication", {"username": "vault", "password": PASSWORD}).json()

        assert "DISBURSE_LOAN" in told["permissions"]
        assert "APPROVE_LOAN" not in told["permissions"]
        assert told["officeName"] == "Head Office"
        assert lender.get("/loans", password="").status == 401

    def test_authentication_refuses_in_json(self, lender):
        reply = lender.post("/authentication", {"username": "vault", "password": "wrong"})

        assert refused(reply)[:2] == (401, "error.msg.not.authenticated")

    def test_an_instance_that_only_reads_refuses_commands(self, lender):
        loan_id = lender.loan()
        lender.control("tenant", readOnly=True)

        assert refused(lender.disburse(loan_id))[:2] == (405, "error.msg.invalid.instance.type")
        assert lender.get("/loans").status == 200

    def test_the_version_is_told_without_login_unless_it_is_hidden(self, lender):
        path = API.replace("api/v1", "actuator/info")
        told = lender.simulator.handle("GET", path, {}).json()

        lender.control("tenant", hidesVersion=True)

        assert told["git"]["build"]["version"] == "1.12.0"
        assert lender.simulator.handle("GET", path, {}).status == 404

    def test_a_branch_sees_its_own_loans_only(self, lender):
        lender.control("user", username="vault", officeId=2)
        ours, theirs = lender.loan(officeId=2), lender.loan(officeId=1, clientName="Ben Example")

        rows = lender.get("/loans").json()["pageItems"]

        assert [row["id"] for row in rows] == [ours]
        assert refused(lender.get(f"/loans/{theirs}"))[2] == "error.msg.loan.id.invalid"

    def test_control_addresses_say_what_is_wrong(self, lender):
        reply = lender.simulator.handle(
            "POST", "/_simulator/fineract/tenant", {},
            json.dumps({"tenant": "umoja", "version": 3}).encode(),
        )  # fmt: skip

        assert reply.status == 400
        assert "version must be like '1.12.0'" in reply.json()["error"]
