"""Hints to a worker. Never the truth: every due thing is found again by a sweep over its table."""

import logging
from threading import Lock, Timer
from typing import Any

from django.conf import settings
from django.db import connections, transaction

logger = logging.getLogger(__name__)

HINT_WINDOW_S = 0.2
_waiting: set[str] = set()
_lock = Lock()


def after_commit(job: str, **ids: Any) -> None:
    """Ask a worker to run `job` soon after this transaction commits.

    A hint without ids means "something is due": those of one process are gathered for
    HINT_WINDOW_S, so that a thousand arrivals enqueue a handful of tasks.
    """
    if not settings.VAULT_HINTS:
        return
    if ids:
        transaction.on_commit(lambda: _enqueue(job, ids), robust=True)
    else:
        transaction.on_commit(lambda: _gather(job), robust=True)


def _gather(job: str) -> None:
    with _lock:
        if job in _waiting:
            return
        _waiting.add(job)
    try:
        Timer(HINT_WINDOW_S, _send_gathered, [job]).start()
    except BaseException:  # no thread to be had: the next arrival tries again
        with _lock:
            _waiting.discard(job)
        raise


def _send_gathered(job: str) -> None:
    with _lock:
        _waiting.discard(job)
    try:
        _enqueue(job, {})
    finally:
        connections.close_all()  # this thread ends, and nobody else can use its session


def _enqueue(job: str, ids: dict[str, Any]) -> None:
    from django_q.tasks import async_task

    try:
        async_task(settings.VAULT_JOB_RUNNER, job, **ids, task_name=f"hint:{job}")
    except Exception:  # noqa: BLE001 - a hint that fails is no failure
        logger.warning("The hint for %s was not queued; its sweep will find the work", job)
