"""Which answers say that our own credentials are broken (daraja.md 6, stripe.md 3.2)."""

# Asking or sending on after one of these locks the initiator.
CREDENTIAL_CODES = frozenset({"18", "20", "21", "22", "2001", "8006"})
# With such a key whatever we ask is refused.
STRIPE_CREDENTIAL_CODES = frozenset(
    {"401", "403", "api_key_expired", "platform_api_key_expired", "secret_key_required"}
)
