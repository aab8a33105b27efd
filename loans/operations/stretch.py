"""A stretch of work on many loans of one partner: its time, and how much may go wrong in it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import InterfaceError, OperationalError

from core import clock
from core.refusals import Refused
from gateways.errors import GatewayError, Unreachable
from gateways.interface import AccessRefused, AskAgain
from loans.models import LoanSyncRun, LoanTracking
from loans.operations import counting
from loans.operations.noticing import UNEXPECTED
from loans.operations.reach_mifos import Line
from loans.operations.recheck import Looked, look

logger = logging.getLogger(__name__)

BUDGET_S = 25.0
FAILURES_MAX = 3


@dataclass
class Stretch:
    """Begun at `at`."""

    run: LoanSyncRun
    step: str
    at: datetime
    failures: int = 0
    _began_s: float = field(default_factory=clock.stopwatch_s)

    @property
    def now(self) -> datetime:
        """The moment, which is later than its beginning after a while of looking."""
        return max(self.at, clock.database_now())

    @property
    def is_over(self) -> bool:
        """Whether its time is used up."""
        return clock.stopwatch_s() - self._began_s > BUDGET_S

    @contextmanager
    def apart(self, loan_id: int | None) -> Iterator[None]:
        """What is unexpected in the block is told of this loan, and stops no other."""
        try:
            yield
        except (GatewayError, Refused, OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("Loan %s could not be worked on: %s", loan_id, self.step)
            counting.trouble(
                self.run, step=self.step, loan_id=loan_id, code="unexpected", text=UNEXPECTED
            )

    def look(self, line: Line, loan: LoanTracking) -> Looked | None:
        """Look at one loan, outside of transactions; None where that failed, which is told.

        Raises the error where it is the server's and not the loan's: at once when it refuses us
        or cannot be reached, else after FAILURES_MAX in a row.
        """
        try:
            looked = look(line, loan)
        except GatewayError as error:
            self._went_wrong(loan, error)
            return None
        self.failures = 0
        return looked

    def _went_wrong(self, loan: LoanTracking, error: GatewayError) -> None:
        counting.trouble(
            self.run, step=self.step, loan_id=loan.loan_id, code=error.code, text=error.text
        )
        self.failures += 1
        is_servers = isinstance(error, AccessRefused) or (
            isinstance(error, Unreachable) and not isinstance(error, AskAgain)
        )
        if is_servers or self.failures >= FAILURES_MAX:
            raise error
