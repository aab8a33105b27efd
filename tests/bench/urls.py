"""All of the product's addresses, and the yardsticks of `bench callbacks` and `bench desk`."""

from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from config.urls import urlpatterns as product
from disbursements.models import DisbursementRequest


@csrf_exempt
def insert_one_row(request: HttpRequest) -> HttpResponse:
    """The least that a view that stores what it gets can do."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (body) VALUES (%s)", [request.body])
    return HttpResponse(b'{"ResultCode": 0}', content_type="application/json")


def one_payout(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The least that a page of a row can do."""
    row = DisbursementRequest.objects.get(pk=pk)
    return HttpResponse(f"{row.client_reference}: {row.amount_minor} {row.currency}")


urlpatterns = [
    path("bench/row/", insert_one_row),
    path("bench/payout/<uuid:pk>/", one_payout),
    *product,
]
