"""14. Nothing secret is logged or stored in the clear."""

import logging
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import connection

from disbursements.operations.send import send_due
from gateways.interface import ShortcodeAccess
from gateways.simulator import Simulator
from tests.wire import MovedClock, Wire

PLAIN = ["Safe#1", "consumer-secret-of-the-test"]


def everything_stored() -> str:
    """Every row of every table as text, bytes as what they say."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            for row in cursor.fetchall():
                found += [
                    bytes(value).decode("utf-8", "replace")
                    if isinstance(value, bytes | memoryview)
                    else str(value)
                    for value in row
                ]
    return "\n".join(found)


class TestSecrets:
    @pytest.fixture
    def watched(self, wire: Wire, monkeypatch: Any) -> dict[str, set[str]]:
        """What was sent in headers and bodies that nobody else may see."""
        import json

        seen: dict[str, set[str]] = {"tokens": set(), "credentials": set(), "paths": set()}
        plain = wire.send

        def look(request: Any, *args: Any, **kwargs: Any) -> Any:
            bearer = str(request.headers.get("Authorization", ""))
            seen["tokens"].add(bearer.partition(" ")[2])
            if request.body:
                body = json.loads(request.body)
                seen["credentials"].add(body["SecurityCredential"])
                for name in ("ResultURL", "QueueTimeOutURL"):
                    seen["paths"].add(urlsplit(body[name]).path.rstrip("/").rsplit("/", 1)[1])
            return plain(request, *args, **kwargs)

        monkeypatch.setattr(wire, "send", look)
        return seen

    def test_no_table_and_no_log_has_one(
        self, wire: Wire, watched: dict[str, set[str]], pay: Any, simulator: Simulator,
        caplog: Any, moved: MovedClock,
    ) -> None:  # fmt: skip
        caplog.set_level(logging.DEBUG)
        for digits in ("00001", "99201", "99301", "99305", "99312", "99103", "99211"):
            pay(digits)

        wire.run()

        where = everything_stored() + caplog.text
        assert all(watched.values())
        for kind, values in watched.items():
            leaked = [value for value in values if value and value in where]
            assert not leaked, kind
        assert not [value for value in PLAIN if value in where]

    def test_no_repr_has_one(self, wire: Wire, pay: Any, a_shortcode: Any) -> None:
        pay()
        send_due()

        access = a_shortcode.access()

        assert isinstance(access, ShortcodeAccess)
        assert access.initiator_password == "Safe#1"
        assert "Safe#1" not in repr(access)
        assert "secret" not in repr(access).replace("consumer_secret", "")
