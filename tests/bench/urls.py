"""All of the product's addresses, and the yardstick of `bench callbacks`."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from config.urls import urlpatterns as product


@csrf_exempt
def insert_one_row(request: HttpRequest) -> HttpResponse:
    """The least that a view that stores what it gets can do."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (body) VALUES (%s)", [request.body])
    return HttpResponse(b'{"ResultCode": 0}', content_type="application/json")


urlpatterns = [path("bench/row/", insert_one_row), *product]
