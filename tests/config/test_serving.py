"""How the web server is started; tests/chaos/ has it run."""

from typing import Any

import pytest

from config import serving


class Recorded:
    """Stands for granian, which would serve until it is told to stop."""

    asked: dict[str, Any]

    def __init__(self, **options: Any) -> None:
        Recorded.asked = options

    def serve(self) -> None:
        """Nothing to wait for."""


class TestServe:
    @pytest.mark.parametrize("http_only", [True, False])
    def test_workers_that_do_not_end_are_killed_before_the_supervisor_kills_all(
        self, http_only: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(serving, "Granian", Recorded)

        serving.serve(host="127.0.0.1", port=8000, workers=2, http_only=http_only)

        assert Recorded.asked["workers_kill_timeout"] == serving.STOP_LIMIT_S
        assert Recorded.asked["log_access"] is False
