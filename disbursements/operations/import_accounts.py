"""Take in a file of connected accounts: all of it or, where any row is wrong, nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.db import IntegrityError, transaction

from core import jobs
from core.callers import Caller
from core.refusals import Refused
from disbursements.models import ConnectedAccount
from disbursements.operations import accounts
from disbursements.operations.accounts import ADD, CHANGE
from disbursements.rules.account_facts import ACCOUNT_EXAMPLE, checked_account, checked_user
from disbursements.rules.account_file import AccountRow, BadFile, BadRow, read_rows
from disbursements.rules.intake import shortened
from disbursements.rules.receiving import Skip

ROWS_MAX = 50_000
PROBLEMS_KEPT = 1_000
LOOKED_UP = 1_000
WHAT_TO_DO = {
    "user_id": "write your id of the user, such as user-1",
    "account_id": f"write Stripe's id of the account, such as {ACCOUNT_EXAMPLE}",
}


@dataclass(frozen=True, kw_only=True)
class AccountImport:
    """What was done or, with `dry_run`, would be. `problems` are the first of `wrong` rows.

    With anything wrong nothing was done, whatever the other numbers say.
    """

    rows: int
    added: int
    changed: int
    unchanged: int
    wrong: int
    problems: Sequence[BadRow]
    dry_run: bool


@dataclass
class _Found:
    """What the file wants: rows that fit, and what is wrong with the others."""

    wanted: dict[str, AccountRow] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    problems: list[BadRow] = field(default_factory=list)
    rows: int = 0


@dataclass
class _Plan:
    """What each row comes to."""

    new: list[ConnectedAccount] = field(default_factory=list)
    redirected: list[tuple[ConnectedAccount, str]] = field(default_factory=list)
    unchanged: int = 0


def import_accounts(
    *, source: BinaryIO, partner_id: UUID, caller: Caller, at: datetime, reason: str = "",
    dry_run: bool = False,
) -> AccountImport:  # fmt: skip
    """Save an account for each row; the same file again changes nothing.

    A row that gives a user another account than before needs `reason`, one for the whole file.
    Raises BadFile, NotAllowed, and Refused for a partner out of the caller's reach.
    """
    caller.demand(ADD)
    accounts.demand_partner(partner_id, caller)
    found = _read(source)
    try:
        with transaction.atomic():
            plan = _planned(found, partner_id, actor=caller.actor, at=at)
            if not found.problems and not dry_run:
                _carry_out(plan, partner_id, caller, reason=reason, at=at)
    except IntegrityError:
        raise Refused(
            "somebody saved one of these accounts at this moment, and nothing was done: take "
            "the file in again",
            field="file",
        ) from None
    return AccountImport(
        rows=found.rows, added=len(plan.new), changed=len(plan.redirected),
        unchanged=plan.unchanged, wrong=len({bad.line for bad in found.problems}),
        problems=found.problems[:PROBLEMS_KEPT], dry_run=dry_run,
    )  # fmt: skip


def _read(source: BinaryIO) -> _Found:
    found = _Found()
    for row in read_rows(source):
        found.rows += 1
        if found.rows > ROWS_MAX:
            raise BadFile(f"it has more than {ROWS_MAX:,} rows: split it")
        if isinstance(row, BadRow):
            found.problems.append(row)
            continue
        try:
            checked = AccountRow(
                line=row.line, user_id=checked_user(row.user_id),
                account_id=checked_account(row.account_id),
            )  # fmt: skip
        except Refused as error:
            found.problems.append(_bad(row, error.field, error.message))
            continue
        _add(found, checked)
    return found


def _add(found: _Found, row: AccountRow) -> None:
    earlier = found.wanted.get(row.user_id)
    other = found.users.get(row.account_id)
    if earlier is not None:
        said = f"stands in line {earlier.line} already: name each user once"
        found.problems.append(_bad(row, "user_id", said))
    elif other is not None:
        said = f"is the account of {shortened(other)} in this file: each user has one of their own"
        found.problems.append(_bad(row, "account_id", said))
    else:
        found.wanted[row.user_id] = row
        found.users[row.account_id] = row.user_id


def _planned(found: _Found, partner_id: UUID, *, actor: str, at: datetime) -> _Plan:
    """What is new and what is otherwise, the rows that change locked. Adds to the problems."""
    plan = _Plan()
    there, owners = _there(found, partner_id)
    for user_id, row in found.wanted.items():
        owner = owners.get(row.account_id)
        known = there.get(user_id)
        if owner not in (None, user_id):
            said = f"is the account of user {shortened(str(owner))} already"
            found.problems.append(_bad(row, "account_id", said))
        elif known is None:
            plan.new.append(
                accounts.new_account(partner_id, user_id, row.account_id, actor=actor, at=at)
            )
        elif known.account_id == row.account_id:
            plan.unchanged += 1
        else:
            plan.redirected.append((known, row.account_id))
    return plan


def _there(found: _Found, partner_id: UUID) -> tuple[dict[str, ConnectedAccount], dict[str, str]]:
    """The accounts of the users who are named, locked, and whose the named accounts are."""
    of_partner = ConnectedAccount.objects.filter(partner_id=partner_id)
    there: dict[str, ConnectedAccount] = {}
    owners: dict[str, str] = {}
    users, account_ids = sorted(found.wanted), sorted(found.users)
    for first in range(0, len(users), LOOKED_UP):
        some = users[first : first + LOOKED_UP]
        locked = of_partner.select_for_update().filter(user_id__in=some).order_by("id")
        there |= {row.user_id: row for row in locked}
        theirs = of_partner.filter(account_id__in=account_ids[first : first + LOOKED_UP])
        owners |= dict(theirs.values_list("account_id", "user_id"))
    return there, owners


def _carry_out(
    plan: _Plan, partner_id: UUID, caller: Caller, *, reason: str, at: datetime
) -> None:
    if plan.redirected:
        caller.demand(CHANGE)
    for row, account_id in plan.redirected:
        accounts.redirect(row, account_id, reason=reason, actor=caller.actor, at=at)
    accounts.begin(plan.new, reason=reason, actor=caller.actor, at=at)
    users = [row.user_id for row in (*plan.new, *[row for row, _ in plan.redirected])]
    accounts.say_why(partner_id=partner_id, user_ids=users, skip=Skip.NOT_CHECKED)
    jobs.after_commit(accounts.JOB)


def _bad(row: AccountRow, column: str, problem: str) -> BadRow:
    return BadRow(
        line=row.line, column=column, value=shortened(getattr(row, column)), problem=problem,
        what_to_do=WHAT_TO_DO[column],
    )  # fmt: skip
