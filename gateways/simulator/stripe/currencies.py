"""Which currencies there are, and which amounts each can have (stripe.md 1.4)."""

from gateways.simulator.stripe.refusals import invalid

WITHOUT_DECIMALS = frozenset({
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
    "xof", "xpf",
})  # fmt: skip
THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
IN_HUNDREDS = frozenset({"isk", "ugx"})
TWO_DECIMALS = frozenset({
    "aed", "aud", "bgn", "brl", "cad", "chf", "czk", "dkk", "eur", "gbp", "ghs", "hkd", "huf",
    "ils", "inr", "kes", "mxn", "myr", "ngn", "nok", "nzd", "php", "pln", "ron", "sek", "sgd",
    "thb", "try", "twd", "tzs", "usd", "zar",
})  # fmt: skip
CURRENCIES = WITHOUT_DECIMALS | THREE_DECIMALS | IN_HUNDREDS | TWO_DECIMALS


def check(currency: str, amount_minor: int) -> None:
    """Raises Refusal for a currency that is not known or an amount it cannot have."""
    if currency not in CURRENCIES:
        raise invalid("currency", f"Invalid currency: {currency}.", "parameter_invalid_string")
    if amount_minor < 1:
        raise invalid("amount", "This value must be at least 1.", "parameter_invalid_integer")
    step = 100 if currency in IN_HUNDREDS else 10 if currency in THREE_DECIMALS else 1
    if amount_minor % step:
        message = f"Amounts in {currency} must be a multiple of {step}."
        raise invalid("amount", message, "parameter_invalid_integer")
