import base64
from datetime import timedelta

import pytest


class TestToken:
    def test_it_is_given_for_any_key_while_nobody_is_registered(self, caller):
        answer = caller.token("any:thing")

        assert answer.status == 200
        assert int(answer.json()["expires_in"]) == 3599

    def test_a_registered_consumer_must_know_its_secret(self, calling):
        caller = calling(consumers={"key": "thing"})

        assert caller.token("key:thing").status == 200
        assert caller.token("key:other").status == 400
        assert caller.token("stranger:secret").status == 400

    def test_everyone_is_let_in_when_it_is_open(self, calling):
        caller = calling(consumers={"key": "thing"}, everyone=True)

        assert caller.token("stranger:thing").status == 200

    def test_a_wrong_grant_type_is_refused(self, caller, refused):
        refused(caller.token(grant="password"), 400, "400.008.02", "grant type")

    def test_a_header_that_is_not_basic_is_refused(self, caller, refused):
        path = "/oauth/v1/generate?grant_type=client_credentials"

        answer = caller.simulator.handle("GET", path, {"authorization": "Bearer x"})

        refused(answer, 400, "400.008.01", "Authentication")

    def test_a_post_is_refused(self, caller, refused):
        answer = caller.simulator.handle("POST", "/oauth/v1/generate", {})

        refused(answer, 405, "405.001", "Method")

    def test_a_new_token_ends_the_one_before(self, caller, refused):
        caller.token("key:secret")

        refused(caller.pay(), 401, "401.002.01", "Invalid Access Token")

    def test_another_key_leaves_it_alone(self, caller):
        caller.token("other:secret")

        assert caller.pay().status == 200

    def test_several_tokens_live_when_the_switch_says_so(self, calling):
        caller = calling(one_token=False)
        caller.token("key:secret")

        assert caller.pay().status == 200

    def test_it_ends_after_an_hour(self, caller, refused):
        caller.now += timedelta(seconds=3600)

        refused(caller.pay(), 401, "401.002.01", "Invalid Access Token")

    @pytest.mark.parametrize(("form", "kind"), [("number", int), ("string", str)])
    def test_its_expiry_has_the_form_of_the_switch(self, calling, form, kind):
        caller = calling(expires_as=form)

        assert isinstance(caller.token().json()["expires_in"], kind)

    def test_its_expiry_is_sometimes_a_number_and_sometimes_text(self, caller):
        kinds = {type(caller.token().json()["expires_in"]) for _ in range(40)}

        assert kinds == {int, str}

    def test_a_plan_can_make_the_endpoint_fail(self, caller, refused):
        caller.simulator.change_faults("token_error=1")

        refused(caller.token(), 503, "503.001", "Unavailable")

    def test_a_plan_can_make_it_end_early(self, caller, refused):
        caller.simulator.change_faults("token_early=1")
        caller.bearer = caller.token().json()["access_token"]
        caller.now += timedelta(seconds=60)

        refused(caller.pay(), 401, "401.002.01", "Invalid Access Token")

    def test_all_can_be_forgotten(self, caller):
        caller.control("forget-tokens", {})

        assert caller.pay().status == 401


class TestBearer:
    def test_status_has_its_own_code_for_an_invalid_token(self, caller, refused):
        caller.bearer = "nothing"

        refused(caller.ask(), 400, "400.003.01", "Invalid Access Token")
        refused(caller.ask_balance(), 401, "401.002.01", "Invalid Access Token")

    def test_a_missing_header_is_another_code(self, caller, refused):
        answer = caller.simulator.handle("POST", "/mpesa/b2c/v3/paymentrequest", {}, b"{}")

        refused(answer, 404, "404.001.04", "Authentication Header")

    def test_basic_credentials_are_no_token(self, caller):
        basic = base64.b64encode(b"key:secret").decode()

        assert caller.post("/mpesa/b2c/v3/paymentrequest", {}, Authorization=basic).status == 401
