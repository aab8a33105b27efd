"""Which answers say that our own credentials are broken (daraja.md 6)."""

# Asking or sending on after one of these locks the initiator.
CREDENTIAL_CODES = frozenset({"18", "20", "21", "22", "2001", "8006"})
