"""What the database refuses, whoever writes: unbalanced, empty, changed, extended entries."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger.models import Account, Entry, EntryKind, Line
from ledger.operations import hold, post, void

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> list[Account]:
    return [
        Account.objects.create(code="one:KES", kind="asset", currency="KES"),
        Account.objects.create(code="two:KES", kind="income", currency="KES"),
        Account.objects.create(code="two:USD", kind="income", currency="USD"),
    ]


@pytest.fixture
def entry(noon) -> Entry:
    return Entry.objects.create(kind="posting", reference="by:hand", description="", at=noon)


def _line(entry, account, *, debit=0, credit=0, currency=None) -> Line:
    return Line.objects.create(
        entry=entry, account=account, currency=currency or account.currency,
        debit_minor=debit, credit_minor=credit,
    )  # fmt: skip


def _commit_now() -> None:
    """Let the deferred triggers judge, as COMMIT would, and leave the test able to go on."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _as_in_production(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL vault.emptied_by_tests = off")
        cursor.execute(statement)


def _written(at, *sides: tuple[Account, int, int]) -> None:
    """An entry with lines of (account, debit, credit), judged as COMMIT would."""
    entry = Entry.objects.create(kind="posting", reference="x", description="", at=at)
    for account, debit, credit in sides:
        _line(entry, account, debit=debit, credit=credit)
    _commit_now()


class TestBalance:
    def test_a_balanced_entry_passes(self, accounts, noon):
        _written(noon, (accounts[0], 100, 0), (accounts[1], 0, 100))

        assert Line.objects.count() == 2

    def test_one_that_is_off_is_refused_at_commit(self, accounts, noon):
        off = "off by 1 minor units of KES"

        with pytest.raises(IntegrityError, match=off), transaction.atomic():
            _written(noon, (accounts[0], 101, 0), (accounts[1], 0, 100))

    def test_currencies_do_not_make_up_for_each_other(self, accounts, noon):
        with pytest.raises(IntegrityError, match="entry_balances"), transaction.atomic():
            _written(noon, (accounts[0], 100, 0), (accounts[2], 0, 100))

    def test_an_entry_without_lines_is_refused_at_commit(self, noon):
        with pytest.raises(IntegrityError, match="entry_has_lines"), transaction.atomic():
            _written(noon)


class TestLine:
    @pytest.mark.parametrize(("debit", "credit"), [(0, 0), (5, 5), (-5, 0), (0, -5), (5, -5)])
    def test_exactly_one_side_is_positive(self, accounts, entry, debit, credit):
        with pytest.raises(IntegrityError, match="line_is_debit_or_credit"), transaction.atomic():
            _line(entry, accounts[0], debit=debit, credit=credit)
        _line(entry, accounts[0], debit=1)
        _line(entry, accounts[1], credit=1)

    def test_its_currency_is_the_accounts(self, accounts, entry):
        with pytest.raises(IntegrityError, match="line_currency"), transaction.atomic():
            _line(entry, accounts[0], debit=100, currency="USD")
        _line(entry, accounts[0], debit=1)
        _line(entry, accounts[1], credit=1)

    @pytest.mark.django_db(transaction=True)
    def test_none_is_added_to_an_entry_of_an_earlier_transaction(self, paying, noon):
        entry = post(lines=paying(100), reference="topup:1", description="", at=noon)
        account = Account.objects.get(code="float:600111:utility:KES")

        with pytest.raises(IntegrityError, match="entry_is_closed"), transaction.atomic():
            _line(entry, account, debit=7)


class TestEntry:
    @pytest.mark.parametrize("kind", ["commit", "void", "reversal", "loan", ""])
    def test_a_kind_needs_its_target(self, noon, kind):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(kind=kind, reference="x", description="", at=noon)

    def test_only_a_hold_is_settled(self, paying, noon):
        booked = post(lines=paying(100), reference="topup:1", description="", at=noon)

        with pytest.raises(IntegrityError, match="settles_a_hold"), transaction.atomic():
            Entry.objects.create(
                kind="void", reference="x", description="", at=noon, settles=booked
            )

    def test_only_a_booking_is_reversed(self, holding, noon):
        held = hold(lines=holding(100), reference="a:1:hold", description="", at=noon)

        with pytest.raises(IntegrityError, match="reverses_a_booking"), transaction.atomic():
            Entry.objects.create(
                kind="reversal", reference="x", description="", at=noon, reverses=held
            )

    def test_a_hold_is_settled_once(self, holding, noon):
        held = hold(lines=holding(100), reference="a:1:hold", description="", at=noon)
        void(hold_reference="a:1:hold", because="", at=noon)

        with pytest.raises(IntegrityError, match="settles"), transaction.atomic():
            Entry.objects.create(
                kind="commit", reference="x", description="", at=noon, settles=held
            )


class TestAppendOnly:
    @pytest.mark.parametrize("table", ["ledger_account", "ledger_entry", "ledger_line"])
    @pytest.mark.parametrize(
        "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
    )
    def test_nothing_is_changed_deleted_or_emptied(self, paying, noon, table, statement):
        post(lines=paying(100), reference="topup:1", description="", at=noon)
        _commit_now()

        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            _as_in_production(statement.format(table))

    def test_the_orm_cannot_either(self, paying, noon):
        entry = post(lines=paying(100), reference="topup:1", description="", at=noon)
        entry.description = "Changed"

        with pytest.raises(DatabaseError), transaction.atomic():
            entry.save()

        assert Entry.objects.get(kind=EntryKind.POSTING).description == ""


class TestAccount:
    @pytest.mark.parametrize(
        "values",
        [
            {"kind": "cash"},
            {"currency": "kes"},
            {"currency": "KE"},
            {"code": ""},
            {"code": "two  spaces"},
            {"code": "line\nbreak"},
        ],
    )
    def test_it_is_plain_and_known(self, values):
        good = {"code": "one:KES", "kind": "asset", "currency": "KES"}

        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.create(**{**good, **values})
