"""How long a Mifos X that refuses us, or does not answer, is left alone."""

REFUSED_MINUTES = (5, 10, 20, 30)
SILENT_MINUTES_MAX = 30
SILENT_TOLD_AFTER = 3


def minutes_after_refusal(failures: int) -> int:
    """After so many refusals of user, tenant or permission, one after the other (1 or more)."""
    return REFUSED_MINUTES[min(failures, len(REFUSED_MINUTES)) - 1]


def minutes_after_silence(failures: int) -> int:
    """After so many calls without a usable answer, one after the other (1 or more)."""
    return min(2 ** min(failures - 1, 10), SILENT_MINUTES_MAX)
