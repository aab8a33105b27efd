"""`DEBUG=reconciliation:*`: sockets that come, go and are refused, in the log."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.reconciliation.live.conftest import Socket, token_of

Play = Callable[[Any], Any]


def come_and_go(play: Play, query: str) -> None:
    async def scene() -> None:
        socket = await Socket(query).open()
        await socket.hear()
        await socket.leave()

    play(scene)


class TestSockets:
    def test_who_opened_one_and_that_it_closed(
        self, play: Play, hired: Callable[..., User], caplog: pytest.LogCaptureFixture
    ) -> None:
        user = hired()

        with caplog.at_level(logging.DEBUG, logger="reconciliation"):
            come_and_go(play, token_of(user))

        opened = re.search(r"Socket (\w+) of (\S+) opened", caplog.text)
        assert opened
        assert opened[2] == user.username
        assert f"Socket {opened[1]} closed" in caplog.text

    def test_why_one_was_refused(self, play: Play, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG, logger="reconciliation"):
            come_and_go(play, "token=none-of-ours")

        assert re.search(r"A socket was refused: \w+, closed with 4401", caplog.text)
        assert "none-of-ours" not in caplog.text
