"""How the OpenAPI document describes our keys; apart, since DRF loads authentication first."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes the key."""

    target_class = "vault.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        """HTTP bearer."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key: pv_ and 43 characters",
        }
