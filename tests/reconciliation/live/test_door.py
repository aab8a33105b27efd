"""Who may open the socket, and keep it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from reconciliation.models import Ticket
from reconciliation.operations.live_door import origin_is_ours
from tests.reconciliation.live.conftest import Socket, the_cookie, the_ticket, token_of
from tests.wire import MovedClock
from vault.models import Partner
from vault.operations.add_api_key import add_api_key

Play = Callable[[Any], Any]
Hire = Callable[..., User]


def heard_at_the_door(play: Play, query: str, **headers: str) -> tuple[dict[str, Any], int | None]:
    """The first message, and the code of the closing where there was one."""

    async def scene() -> tuple[dict[str, Any], int | None]:
        socket = await Socket(query, **headers).open()
        first = await socket.hear() if socket.code is None else {}
        if first.get("type") == "error":
            await socket.hear()
        await socket.leave()
        return first, socket.code

    return play(scene)


class TestToken:
    def test_it_opens_the_socket_as_the_document_says(self, play: Play, hired: Hire) -> None:
        first, code = heard_at_the_door(play, token_of(hired()))

        assert code is None
        assert set(first) == {"type", "clientId", "message", "timestamp"}
        assert (first["type"], first["timestamp"]) == ("connected", "2026-11-21T08:00:00.000Z")

    def test_what_is_none_is_refused_in_words(self, play: Play, engine_db: None) -> None:
        queries = [
            "",
            "token=",
            "token=a.b.c",
            "token=x&ticket=y",
            "token=" + "x" * 5000,
            "&" * 99,
        ]

        async def scene() -> list[tuple[dict[str, Any], int | None]]:
            sockets = [await Socket(query).open() for query in queries]
            firsts = [await socket.hear() for socket in sockets]
            for socket in sockets:
                await socket.hear()
            return [(first, socket.code) for first, socket in zip(firsts, sockets, strict=True)]

        for first, code in play(scene):
            assert (first["type"], code) == ("error", 4401)
            assert "/api/auth/token" in first["message"]

    def test_an_expired_one_is_named_so(self, play: Play, hired: Hire, moved: MovedClock) -> None:
        query = token_of(hired())
        moved.moment += timedelta(minutes=16)

        first, code = heard_at_the_door(play, query)

        assert (first["code"], code) == ("token_expired", 4401)

    def test_of_somebody_without_the_right_is_refused(self, play: Play, hired: Hire) -> None:
        first, code = heard_at_the_door(play, token_of(hired("view_finding")))

        assert (first["code"], code) == ("permission_missing", 4403)
        assert "reconciliation.view_reconciliationrun" in first["message"]

    def test_a_partners_key_opens_nothing(
        self, play: Play, a_partner: Partner, moved: MovedClock
    ) -> None:
        key = add_api_key(partner_id=a_partner.pk, actor="test", at=moved()).key

        first, code = heard_at_the_door(play, f"token={key}")

        assert (first["code"], code) == ("staff_only", 4401)


class TestOrigin:
    def test_a_page_from_elsewhere_is_refused(self, play: Play, hired: Hire) -> None:
        _, code = heard_at_the_door(play, token_of(hired()), origin="https://evil.example")

        assert code is not None

    @pytest.mark.parametrize(
        ("origin", "host", "may"),
        [
            ("https://evil.example", "testserver", False),
            ("null", "testserver", False),
            ("https://testserver.evil.example", "testserver", False),
            ("testserver", "testserver", False),
            ("http://evil.example", "evil.example", False),
            ("http://[", "testserver", False),
            ("http://testserver", "testserver", True),
            ("http://localhost:8000", "localhost:8000", True),
            ("http://localhost:8000", "localhost:9000", False),
            ("https://vault.example", "testserver", True),
            ("https://desk.example", "testserver", True),
            (None, "testserver", True),
        ],
    )
    def test_ours_are_this_host_and_those_that_are_named(
        self, settings: Any, origin: str | None, host: str, may: bool
    ) -> None:
        settings.WS_ALLOWED_ORIGINS = ["https://desk.example"]
        headers = {"host": host} | ({"origin": origin} if origin else {})

        assert origin_is_ours(headers) is may


class TestTicket:
    def test_it_opens_one_socket_once(self, play: Play, page: Client) -> None:
        ticket = the_ticket(page)

        first, _ = heard_at_the_door(play, ticket, cookie=the_cookie(page))
        second, code = heard_at_the_door(play, ticket, cookie=the_cookie(page))

        assert first["type"] == "connected"
        assert (second["code"], code) == ("ticket_invalid", 4401)
        assert Ticket.objects.get().digest not in ticket

    def test_two_at_once_open_one_socket(self, play: Play, page: Client) -> None:
        ticket, cookie = the_ticket(page), the_cookie(page)

        async def scene() -> list[str]:
            sockets = [await Socket(ticket, cookie=cookie).open() for _ in range(4)]
            return [(await socket.hear())["type"] for socket in sockets]

        assert sorted(play(scene)) == ["connected", "error", "error", "error"]

    def test_after_a_minute_it_is_none(self, play: Play, page: Client, moved: MovedClock) -> None:
        ticket = the_ticket(page)
        moved.moment += timedelta(seconds=60)

        _, code = heard_at_the_door(play, ticket, cookie=the_cookie(page))

        assert code == 4401

    def test_somebody_elses_session_cannot_use_it(
        self, play: Play, page: Client, hired: Hire
    ) -> None:
        other = Client()
        other.force_login(hired(username="juma.example"))

        first, _ = heard_at_the_door(play, the_ticket(page), cookie=the_cookie(other))
        nobody, _ = heard_at_the_door(play, the_ticket(page))

        assert (first["code"], nobody["code"]) == ("ticket_invalid", "session_ended")

    def test_another_page_cannot_have_one_made(self, page: Client) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = page.cookies

        answer = strict.post("/admin/reconciliation/ticket/")

        assert answer.status_code == 403
        assert not Ticket.objects.exists()

    def test_a_new_secret_key_signs_nobody_out(
        self, play: Play, page: Client, settings: Any
    ) -> None:
        ticket, cookie = the_ticket(page), the_cookie(page)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another one, only for tests" + "x" * 40

        first, _ = heard_at_the_door(play, ticket, cookie=cookie)

        assert first["type"] == "connected"
        assert page.post("/admin/reconciliation/ticket/").status_code == 200

    def test_a_cookie_that_is_none_is_nobodys(self, play: Play, page: Client) -> None:
        cookies = ("sessionid=", 'sessionid="\\000abcdefgh"', "sessionid=" + "x" * 5_000, "=;=")

        codes = {
            heard_at_the_door(play, the_ticket(page), cookie=cookie)[0]["code"]
            for cookie in cookies
        }

        assert codes == {"session_ended"}

    def test_it_is_given_to_those_who_may_watch(self, hired: Hire) -> None:
        other, nobody = Client(), Client()
        other.force_login(hired("view_finding", username="juma.example"))

        answers = [each.post("/admin/reconciliation/ticket/") for each in (other, nobody)]

        assert [each.status_code for each in answers] == [403, 401]
        assert other.get("/admin/reconciliation/ticket/").status_code == 405
