"""Addresses of signing in: without a trailing slash; one is tolerated."""

from django.urls import path

from vault.api.sign_in import SignInView

urlpatterns = [
    path("auth/token", SignInView.as_view(), name="token"),
    path("auth/token/", SignInView.as_view(schema=None)),
]
