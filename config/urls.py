"""Every address that this server answers."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import health, metrics
from disbursements.admin import desk
from gateways import views as gateway_views
from reconciliation.admin import live, ticket
from rents.admin import ageing, figures, revenue, statements, unallocated
from rents.api.receipt_page import receipt_page

LOANS = "admin:loans_loantracking_changelist"
urlpatterns = [
    path(
        "callbacks/<str:provider>/<str:kind>/<str:secret>/",
        gateway_views.receive,
        name="callback",
    ),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/", include("vault.api.urls")),
    path("api/", include("disbursements.api.urls")),
    path("api/", include("rents.api.urls")),
    path("api/", include("loans.api.urls")),
    path("api/", include("reconciliation.api.urls")),
    path("api/", include("config.schedules_api")),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", metrics.page, name="metrics"),
    path("admin/disbursement-retries/", desk.page, name="desk"),
    path("admin/owner-statements/", statements.owners_page, name="owner_statements"),
    path(
        "admin/owner-statements/<uuid:owner_id>/",
        statements.statement_page,
        name="owner_statement",
    ),
    path("admin/rent-unallocated/", unallocated.page, name="rent_unallocated"),
    path("admin/rent-not-forwarded/", ageing.page, name="rent_ageing"),
    path("admin/rent-figures/", figures.page, name="rent_figures"),
    path("admin/rent-revenue/", revenue.page, name="rent_revenue"),
    path("admin/reconciliation/live/", live.page, name="live_page"),
    path("admin/reconciliation/ticket/", ticket.issue, name="live_ticket"),
    path("admin/", admin.site.urls),
    path("r/<str:token>", receipt_page, name="receipt"),
    path("loan-tracking", RedirectView.as_view(pattern_name=LOANS, query_string=True)),
    path("loan-tracking/", RedirectView.as_view(pattern_name=LOANS, query_string=True)),
    path("", RedirectView.as_view(url="/admin/")),
]
handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.forbidden"
handler404 = "config.error_pages.not_found"
handler500 = "config.error_pages.server_error"
