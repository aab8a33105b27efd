"""The one callback that waits for an answer: do we want this payment? (daraja.md 5.4)

Who answers is named in `VAULT_PAYMENT_ANSWERER`, because the apps above may not be imported here.
Why, and what happens when nobody answers in time: docs/decisions/0015-the-validation-door.md.
"""

import json
import logging
from collections.abc import Callable
from threading import BoundedSemaphore, Event, Thread

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from core import clock
from gateways import registry
from gateways.http import NotJson, read_json
from gateways.interface import (
    TAKEN,
    PaymentToValidate,
    Refusal,
    Unanswered,
    Unreadable,
    Verdict,
)

logger = logging.getLogger(__name__)

ANSWER_WITHIN_S = 5.0
AT_ONCE_MAX = 16

Answerer = Callable[..., Verdict]
_places = BoundedSemaphore(AT_ONCE_MAX)


class _Asked:
    """One payment in front of the answerer, in a thread of its own."""

    def __init__(
        self,
        answerer: Answerer,
        payment: PaymentToValidate,
        digest: bytes,
        place: BoundedSemaphore,
    ) -> None:
        self._answerer, self._payment, self._digest = answerer, payment, digest
        self._place = place
        self._verdict: Verdict | None = None
        self._done = Event()

    def within(self, seconds: float) -> Verdict | None:
        """The verdict, None when there is none in that time."""
        Thread(target=self._ask, name="validation", daemon=True).start()
        self._done.wait(max(0.0, seconds))
        return self._verdict

    def _ask(self) -> None:
        try:
            verdict = self._answerer(payment=self._payment, secret_digest=self._digest)
            self._verdict = verdict if isinstance(verdict, Verdict) else None
        except Exception:
            logger.exception("A payment could not be validated")
        finally:
            try:
                connections.close_all()
            finally:
                self._place.release()
                self._done.set()


def reply(*, provider: str, kind: str, body: bytes, secret_digest: bytes, began_s: float) -> bytes:
    """The JSON that the sender waits for, within ANSWER_WITHIN_S of `began_s` (stopwatch).

    Never an error: without a verdict it is what M-Pesa was told to do without us.
    """
    verdict = _verdict(provider, kind, body, secret_digest, began_s)
    if verdict is None:
        logger.warning("A payment was answered without a verdict: %s", unanswered())
        verdict = _without_verdict()
    return json.dumps(registry.reply_to(provider, kind, verdict)).encode()


def unanswered() -> Unanswered:
    """What happens to payments that nobody judged in time: also what is registered (5.4)."""
    return Unanswered(settings.VAULT_UNANSWERED_PAYMENTS)


def _verdict(
    provider: str, kind: str, body: bytes, digest: bytes, began_s: float
) -> Verdict | None:
    try:
        payment = registry.reader(provider, kind)(read_json(body))
    except (NotJson, Unreadable):
        return None
    if not isinstance(payment, PaymentToValidate):
        return None
    if not settings.VAULT_PAYMENT_ANSWERER:
        return TAKEN
    place = _places
    if not place.acquire(blocking=False):
        return None
    try:
        answerer = import_string(settings.VAULT_PAYMENT_ANSWERER)
        asked = _Asked(answerer, payment, digest, place)
        return asked.within(began_s + ANSWER_WITHIN_S - clock.stopwatch_s())
    except (ImportError, RuntimeError):  # RuntimeError: no thread to be had
        place.release()
        logger.exception("The answerer of payments cannot be asked")
        return None


def _without_verdict() -> Verdict:
    if unanswered() is Unanswered.CANCELLED:
        return Verdict(refusal=Refusal.OTHER)
    return TAKEN
