"""Addresses of the partner API: without a trailing slash; one is tolerated."""

from django.urls import path

import vault.api.schema  # noqa: F401 - registers itself with drf-spectacular
from disbursements.api.views import DisbursementView, DisburseView

urlpatterns = [
    path("disburse", DisburseView.as_view(), name="disburse"),
    path("disburse/", DisburseView.as_view(schema=None)),
    path("disburse/<str:disbursement_id>", DisbursementView.as_view(), name="disbursement"),
    path("disburse/<str:disbursement_id>/", DisbursementView.as_view(schema=None)),
]
