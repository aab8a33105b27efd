"""What each kind of difference means, and what to do about it, for people."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Two short texts without ids."""

    what: str
    what_to_do: str


_EXPLAINED: dict[str, Explained] = {
    "amount_mismatch": Explained(
        what="Another amount was paid, or came back, than we have on record.",
        what_to_do="Compare with the provider's statement. Paid too much: agree with the payee "
        "how it comes back. Paid too little: pay the rest with a new instruction.",
    ),
    "currency_mismatch": Explained(
        what="It was paid in another currency than was meant.",
        what_to_do="Look it up at the provider, reverse it if it is wrong, then pay it anew.",
    ),
    "status_mismatch": Explained(
        what="One side says that it was paid, another that it was not.",
        what_to_do="Do not pay it again. Have it asked about; if the answers still differ, look "
        "at the provider's statement and settle it with a second person.",
    ),
    "missing_at_provider": Explained(
        what="We say that it was paid, and the provider does not know it.",
        what_to_do="Ask once more after 15 minutes. If it is still not known, look for the "
        "receipt on the provider's statement and tell the provider's support.",
    ),
    "missing_here": Explained(
        what="The provider tells of money that nothing of ours accounts for.",
        what_to_do="Find out whose it is by the receipt, and allocate it or give it back.",
    ),
    "duplicate": Explained(
        what="The same thing was paid more than once, or is about to be.",
        what_to_do="Stop what has not left yet. Take back what was paid twice: by a reversal, or "
        "by agreement with the payee.",
    ),
    "fee_mismatch": Explained(
        what="The provider charged another fee than our ledger booked.",
        what_to_do="Compare with the provider's statement and have the difference booked.",
    ),
    "ledger_mismatch": Explained(
        what="Our ledger does not fit our own record.",
        what_to_do="Change nothing by hand. Run prove_books and hand both to whoever keeps the "
        "system: somebody or something wrote past the application.",
    ),
    "wrong_beneficiary": Explained(
        what="The provider has it registered to somebody else than was meant.",
        what_to_do="Ask whoever instructed it whether the name or the number was wrong. If the "
        "wrong one was paid, agree with them how it comes back.",
    ),
    "late": Explained(
        what="It should be over by now, and nobody has told how it ended; or we say that it was "
        "paid, and nobody else does.",
        what_to_do="Have it asked about. If there is no answer, look at the provider's statement. "
        "Under way still: settle it with a second person. Paid by our word alone: where its "
        "receipt stands there, dismiss this and say so; where not, tell the provider's support.",
    ),
    "not_checked": Explained(
        what="The check itself failed again and again.",
        what_to_do="Read the error on the latest check, put its cause right, then check again.",
    ),
}


def explain(kind: str) -> Explained:
    """Raises KeyError for a kind that does not exist."""
    return _EXPLAINED[kind]
