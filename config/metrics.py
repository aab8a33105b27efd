"""/metrics for Prometheus: figures that are read from the database at the moment of the scrape.

Nothing is counted in the processes, so it does not matter which of them answers, or how many
there are. A stranger learns not even that the page exists.
"""

import hmac
from collections.abc import Iterator
from http import HTTPStatus

from django.conf import settings
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config import metrics_money, metrics_running, metrics_watch
from core import clock

SCHEME = "Bearer "
ANSWER_LIMIT_MS = 5_000


class Figures(Collector):
    """Every figure, of one moment."""

    def collect(self) -> Iterator[Metric]:
        """Read them. Raises django.db.Error when the database does not answer in time."""
        began_s, at = clock.stopwatch_s(), clock.now()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)",
                           [str(ANSWER_LIMIT_MS)])  # fmt: skip
            for each in (metrics_running, metrics_money, metrics_watch):
                yield from each.families(at=at)
        yield GaugeMetricFamily(
            "vault_scrape_seconds", "How long it took to read these figures.",
            value=round(clock.stopwatch_s() - began_s, 4),
        )  # fmt: skip


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The figures as text; 404 where VAULT_METRICS_TOKEN is not set, 401 without the token."""
    if not settings.VAULT_METRICS_TOKEN:
        raise Http404
    if not _may_read(request):
        return HttpResponse(
            "Send VAULT_METRICS_TOKEN in the header: Authorization: Bearer …\n",
            status=HTTPStatus.UNAUTHORIZED, content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    answer = HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    answer["Cache-Control"] = "no-store"
    return answer


def _may_read(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = SCHEME + settings.VAULT_METRICS_TOKEN
    return hmac.compare_digest(given.encode(), wanted.encode())
