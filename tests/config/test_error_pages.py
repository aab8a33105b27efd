"""What a person reads when something fails: a sentence, and an id that the log has too."""

import logging
import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.error_pages import forbidden, server_error

SECRET = "a-secret-of-a-callback"


def failing(path: str) -> HttpResponse:
    """The answer to a request whose view raised."""
    request = RequestFactory().get(path, headers={"Accept": "text/html"})
    request.resolver_match = None
    try:
        int("details for nobody")
    except ValueError:
        return server_error(request)
    pytest.fail("It did not raise")


class TestServerError:
    def test_the_id_on_the_page_is_the_one_in_the_log(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR):
            answer = failing("/admin/")

        page = answer.content.decode()
        number = re.search(r"the id to quote is ([0-9a-f]{8})", page)
        assert answer.status_code == 500
        assert number
        assert number[1] in caplog.text
        assert "ValueError in failing" in caplog.text

    def test_neither_details_nor_secrets_are_told(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.ERROR):
            page = failing(f"/callbacks/daraja/payout/{SECRET}/").content.decode()

        assert "details for nobody" not in page + caplog.text
        assert SECRET not in page + caplog.text


class TestForbidden:
    def test_it_says_what_happened_and_that_no_money_moved(self) -> None:
        request = RequestFactory().get("/admin/core/step/", headers={"Accept": "text/html"})

        answer = forbidden(request, PermissionError())

        assert answer.status_code == 403
        assert "Your role does not allow this" in answer.content.decode()
        assert "no money moved" in answer.content.decode()
