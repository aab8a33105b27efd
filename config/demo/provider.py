"""The simulated provider's own addresses (docs/simulator.md), for the rehearsal."""

from typing import Any

import requests
from django.conf import settings

TIMEOUT_S = 5


def simulator(method: str, path: str, **options: Any) -> requests.Response:
    """Ask or change it. Raises requests.RequestException when it does not answer or refuses."""
    answer = requests.request(
        method, f"{settings.DARAJA_BASE_URL}/_simulator/{path}", timeout=TIMEOUT_S, **options
    )
    answer.raise_for_status()
    return answer
