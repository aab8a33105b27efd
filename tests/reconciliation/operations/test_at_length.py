"""`DEBUG=reconciliation:*`: what the watchtower does, line by line, in the log."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from reconciliation.operations.check_many import check_due
from tests.chaos.conftest import ROOT
from tests.watching import LESS, TableSource

ASKED = """
import django, logging
django.setup()
for name in ("reconciliation.consumers", "gateways.views"):
    print(logging.getLogger(name).isEnabledFor(logging.DEBUG))
"""


class TestChecks:
    def test_each_is_a_line(
        self, source: TableSource, ask: Callable[..., int], caplog: pytest.LogCaptureFixture
    ) -> None:
        source.say("1", told=LESS)
        ask("1")

        with caplog.at_level(logging.DEBUG, logger="reconciliation"):
            check_due()

        said = "Checked payment 1 (change): discrepancy; open: amount_mismatch; sides: book, "
        assert said in caplog.text

    def test_it_is_silent_otherwise(
        self, source: TableSource, ask: Callable[..., int], caplog: pytest.LogCaptureFixture
    ) -> None:
        source.say("1", told=LESS)
        ask("1")

        check_due()

        assert not caplog.text


class TestVariable:
    @pytest.mark.parametrize(
        ("debug", "enabled"),
        [
            ("reconciliation:*", ["True", "False"]),
            ("a:*, *", ["True", "False"]),
            ("1", ["False", "False"]),
        ],
    )
    def test_it_is_as_documented_and_other_programs_words_mean_nothing(
        self, debug: str, enabled: list[str]
    ) -> None:
        answered = subprocess.run(
            [sys.executable, "-c", ASKED], cwd=ROOT, env=os.environ | {"DEBUG": debug},
            check=True, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

        assert answered.stdout.split() == enabled
