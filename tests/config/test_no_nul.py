"""The character NUL, wherever a request can hold it: a clear answer, never an error of ours."""

from http import HTTPStatus

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.no_nul import NoNul
from core import clock
from reconciliation.operations.live_door import SIGN_IN_AGAIN, DoorClosed, admit
from tests import staff

SESSION = settings.SESSION_COOKIE_NAME
WITH_NUL = '"abcdefgh\\000ijklmnop"'
ADDRESSES = [
    "/admin/vault/partner/%00/change/", "/admin/core/jobrun/%00/change/", "/r/%00", "/%00",
    "/admin/disbursement-retries/?q=%00", "/admin/core/alert/?q=%00", "/static/%00",
    "/admin/core/alert/?kind__exact=%00", "/admin/auth/user/?username=%00", "/metrics?%00",
    "/api/disbursements/a%00b", "/api/loans?status=%00", "/callbacks/daraja/payout/%00/",
]  # fmt: skip


@pytest.fixture
def desk(db: None) -> Client:
    """A superuser's; errors come as answers, as they do to a browser."""
    client = staff.superuser()
    client.raise_request_exception = False
    return client


def asks_the_database(request: HttpRequest) -> HttpResponse:
    """A view that looks for somebody whose name the request brought."""
    User.objects.filter(username="a\x00").exists()
    return HttpResponse("not reached")


def answered(request: HttpRequest) -> HttpResponse | None:
    """What the middleware makes of the error of such a view."""
    middleware = NoNul(asks_the_database)
    with pytest.raises(DataError) as failed:
        middleware(request)
    return middleware.process_exception(request, failed.value)


@pytest.mark.django_db
class TestNul:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_no_address_or_query_with_it_is_an_error_of_ours(
        self, address: str, desk: Client
    ) -> None:
        assert desk.get(address).status_code < HTTPStatus.INTERNAL_SERVER_ERROR

    @pytest.mark.parametrize("name", ["Authorization", "X-CSRFToken", "X-Forwarded-For", "Accept"])
    def test_no_header_with_it_is(self, name: str, desk: Client) -> None:
        for address in ("/admin/", "/api/loans"):
            answer = desk.get(address, headers={name: "Bearer pv_\x00"})

            assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR

    @pytest.mark.parametrize("form", [{"username": "a\x00", "password": "b"}, {"a\x00": "b"}])
    def test_no_form_with_it_is(self, form: dict[str, str], desk: Client) -> None:
        assert desk.post("/admin/login/", form).status_code == HTTPStatus.OK

    @pytest.mark.parametrize(
        ("method", "address", "rest", "place"),
        [
            ("get", "/api/x/%00", {}, "address"),
            ("get", "/api/x?q=a%00", {}, "query"),
            ("get", "/api/x", {"headers": {"Authorization": "Bearer \x00"}}, "header"),
            ("post", "/admin/x", {"data": {"q": "a\x00"}}, "form"),
        ],
    )
    def test_a_query_that_fails_for_it_says_where_it_stands(
        self, method: str, address: str, rest: dict, place: str, rf: RequestFactory
    ) -> None:
        answer = answered(getattr(rf, method)(address, **rest))

        assert answer is not None
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert f"The {place} holds the character NUL" in answer.content.decode()

    def test_one_that_the_request_did_not_bring_is_ours(self, rf: RequestFactory) -> None:
        assert answered(rf.get("/api/x?q=%2500")) is None

    def test_who_brings_it_as_a_session_is_not_signed_in(self, desk: Client) -> None:
        desk.cookies.clear()

        page = desk.get("/admin/", headers={"Cookie": f"{SESSION}={WITH_NUL}"})

        assert page.status_code == HTTPStatus.FOUND
        assert page.headers["Location"] == "/admin/login/?next=/admin/"

    @pytest.mark.parametrize("name", [settings.CSRF_COOKIE_NAME, "messages", "anything"])
    def test_no_other_cookie_with_it_is_in_the_way(self, name: str, desk: Client) -> None:
        page = desk.get("/admin/", headers={"Cookie": _with(desk, f"{name}={WITH_NUL}")})

        assert page.status_code == HTTPStatus.OK

    @pytest.mark.parametrize("query", ["token=%00", "token=a.%00.c", "ticket=%00", "%00=%00"])
    def test_no_socket_is_opened_with_it(self, query: str, desk: Client) -> None:
        for cookie in (f"{SESSION}={WITH_NUL}", _with(desk, f"messages={WITH_NUL}")):
            with pytest.raises(DoorClosed) as closed:
                admit(query=query, headers={"cookie": cookie}, at=clock.now())

            assert closed.value.close_code == SIGN_IN_AGAIN


def _with(client: Client, cookie: str) -> str:
    """The session's cookie and this one."""
    return f"{SESSION}={client.cookies[SESSION].value}; {cookie}"
