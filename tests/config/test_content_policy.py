"""Each page says what it may load and run; a browser holds it to that (tests/browser/)."""

import pytest
from django.db import OperationalError
from django.test import Client

from config.sign_in import SignInForm
from tests import staff


def read(policy: str) -> dict[str, list[str]]:
    """The directives and what they allow."""
    parts = [part.split() for part in policy.split("; ")]
    return {name: allowed for name, *allowed in parts}


@pytest.mark.django_db
class TestPolicy:
    def test_no_page_runs_what_stands_in_it_or_is_framed(self, client: Client) -> None:
        pages = ["/admin/login/", "/r/nothing", "/api/docs", "/nothing-here"]

        for page in pages:
            found = read(client.get(page).headers["Content-Security-Policy"])

            assert "'unsafe-inline'" not in found["script-src"], page
            assert found["default-src"] == found["base-uri"] == found["form-action"] == ["'self'"]
            assert found["object-src"] == found["frame-ancestors"] == ["'none'"]

    def test_only_the_desk_makes_functions_of_words(self, client: Client) -> None:
        desk, docs = client.get("/admin/login/"), client.get("/api/docs")

        assert "'unsafe-eval'" in desk.headers["Content-Security-Policy"]
        assert "'unsafe-eval'" not in docs.headers["Content-Security-Policy"]

    @pytest.mark.parametrize(("scheme", "socket"), [("http", "ws"), ("https", "wss")])
    def test_the_desk_talks_to_its_own_host_alone(self, scheme: str, socket: str) -> None:
        client = staff.superuser()

        page = client.get(
            "/admin/reconciliation/live/",
            headers={"Host": "vault.example:8443"},
            **{"wsgi.url_scheme": scheme},
        )

        found = read(page.headers["Content-Security-Policy"])
        assert found["connect-src"] == ["'self'", f"{socket}://vault.example:8443"]

    def test_a_host_that_is_not_ours_gets_no_word_in_it(self, client: Client) -> None:
        page = client.get("/admin/login/", headers={"Host": "evil.example; script-src *"})

        assert page.status_code == 400
        assert "evil" not in page.headers["Content-Security-Policy"]

    def test_what_is_no_page_goes_without(self, client: Client) -> None:
        assert "Content-Security-Policy" not in client.get("/api/stats").headers
        assert "Content-Security-Policy" not in client.get("/health/live").headers

    def test_the_page_for_a_database_that_is_down_has_it_too(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(form: SignInForm) -> None:
            raise OperationalError("the server closed the connection")

        monkeypatch.setattr(SignInForm, "clean", gone)

        page = client.post("/admin/login/", {"username": "a", "password": "b"})

        assert page.status_code == 503
        assert "Content-Security-Policy" in page.headers
