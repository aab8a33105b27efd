"""Every way in which a server refuses us is told apart, with what mends it."""

import pytest

from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import AccessRefused
from loans.rules.mifos_findings import Finding
from loans.rules.refused_findings import of_refusal


def found(error: GatewayError) -> Finding:
    return of_refusal(
        "list of loans", error, host="https://mifos.test", tenant="umoja", username="vault"
    )


class TestRefusals:
    @pytest.mark.parametrize(
        ("code", "what", "said"),
        [
            ("address", "server", "may not be called"),
            ("400", "tenant", "There is no tenant umoja"),
            ("tenant", "tenant", "There is no tenant umoja"),
            ("401", "user", "vault or its password is refused"),
            ("user", "user", "vault or its password is refused"),
            ("error.msg.password.outdated", "user", "password of vault has ended"),
            ("two_factor", "user", "second factor"),
            ("error.msg.invalid.instance.type", "server", "only lets itself be read"),
            ("403", "server", "Something else than Mifos X"),
            ("404", "server", "Something else than Mifos X"),
        ],
    )
    def test_each_code_names_what_is_wrong(self, code: str, what: str, said: str) -> None:
        finding = found(AccessRefused("no", code=code))

        assert finding.what == what
        assert said in finding.text
        assert finding.stops
        assert finding.what_to_do
        assert "{" not in finding.text + finding.what_to_do

    def test_a_missing_permission_is_named(self) -> None:
        error = AccessRefused("no", code="error.msg.not.authorized")
        error.permission = "READ_LOAN"

        finding = found(error)

        assert finding.what == "list of loans"
        assert "READ_LOAN" in finding.what_to_do

    @pytest.mark.parametrize("error", [Unreachable("refused"), Unclear("cut", code="500")])
    def test_no_answer_is_the_servers(self, error: GatewayError) -> None:
        assert found(error).what == "server"

    def test_any_other_refusal_is_told_as_it_is(self) -> None:
        finding = found(Declined("a rule", code="error.msg.some.rule"))

        assert "error.msg.some.rule a rule" in finding.text

    def test_no_secret_of_the_answer_gets_into_it(self) -> None:
        finding = found(Unclear("password=only-for-tests; call 0700100001"))

        assert "only-for-tests" not in finding.text
        assert "0700100001" not in finding.text
