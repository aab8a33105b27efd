"""How the OpenAPI document describes keys and tokens: apart, DRF loads authentication first."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes what stands in the header."""

    target_class = "vault.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        """HTTP bearer."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A partner's API key (pv_ and 43 characters), or the token of a person "
            "from POST /api/auth/token",
        }
