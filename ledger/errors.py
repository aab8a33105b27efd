"""What the book refuses, by name."""


class ConflictingReplay(Exception):
    """The reference is taken by an entry with other lines. Nothing was written."""


class NoSuchHold(Exception):
    """There is no hold under this reference."""


class AlreadySettled(Exception):
    """The hold was ended the other way before: committed where void is asked, or void."""


class NoSuchEntry(Exception):
    """There is no entry under this reference."""


class CannotReverse(Exception):
    """Only postings and commits are reversed; a hold is ended by `void`."""


class AccountMismatch(Exception):
    """The account's code stands in the book with another kind or currency."""
