"""How often a person may ask for checks: a call reads all sides of a payment, or queues it."""

from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from core import clock
from reconciliation.operations.bulk import BULK_MAX
from vault.api.authentication import caller_from
from vault.api.errors import ApiError
from vault.operations.allow import allow
from vault.rules.sign_in import wait_s, window_at

WINDOW = timedelta(minutes=1)


class ChecksAllowance(BaseThrottle):
    """RECONCILE_CALLS_PER_MINUTE of one person, over all processes and such addresses."""

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """True; raises ApiError (429, with Retry-After) where the minute's calls are used up."""
        at, calls_max = clock.database_now(), settings.RECONCILE_CALLS_PER_MINUTE
        key = f"checks:{caller_from(request).actor}"
        if allow(key=key, window_at=window_at(at, WINDOW), count_max=calls_max):
            return True
        wait = wait_s(at, WINDOW)
        raise ApiError(
            status=HTTPStatus.TOO_MANY_REQUESTS,
            code="throttled",
            sentence=(
                f"You asked for checks {calls_max:,} times within a minute, and nothing was "
                f"checked or queued by this call. Try again in {wait} s; one call of …/bulk takes "
                f"{BULK_MAX:,} ids."
            ),
            wait_s=wait,
        )
