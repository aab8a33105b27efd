import pytest

from tests.gateways.simulator.mifos import Lender

STATUS = "status=200"
SQL = "sqlSearch=l.loan_status_id%20in%20(200)"


def ids(reply):
    return [row["id"] for row in reply.json()["pageItems"]]


def a_few(lender):
    """An approved loan, an active one, an approved one."""
    first, second, third = (lender.loan() for _ in range(3))
    lender.disburse(second)
    return first, second, third


class TestFilter:
    @pytest.mark.parametrize(
        ("version", "kept", "ignored"),
        [
            ("1.8.4", SQL, STATUS),
            ("1.9.0", STATUS, SQL),
            ("1.16.0", STATUS, SQL),
        ],
    )
    def test_each_family_ignores_the_parameter_of_the_other(self, version, kept, ignored):
        lender = Lender(version)
        first, second, third = a_few(lender)

        order = "&orderBy=id&sortOrder=ASC"

        assert ids(lender.get(f"/loans?{kept}{order}")) == [first, third]
        assert ids(lender.get(f"/loans?{ignored}{order}")) == [first, second, third]

    def test_a_status_that_is_no_number_breaks_it(self):
        reply = Lender().get("/loans?status=approved")

        assert (reply.status, list(reply.json())) == (500, ["Exception"])

    def test_the_total_is_of_all_pages(self):
        lender = Lender()
        for _ in range(5):
            lender.loan()

        page = lender.get("/loans?status=200&orderBy=id&limit=2&offset=4").json()

        assert (page["totalFilteredRecords"], [row["id"] for row in page["pageItems"]]) == (5, [5])


class TestPages:
    def test_without_an_order_the_rows_come_in_any(self):
        lender = Lender()
        for _ in range(30):
            lender.loan()

        orders = {tuple(ids(lender.get("/loans?limit=30"))) for _ in range(3)}

        assert len(orders) == 3

    @pytest.mark.parametrize(("version", "rows"), [("1.9.0", 200), ("1.10.0", 230)])
    def test_without_a_limit_the_older_ones_give_200_rows(self, version, rows):
        lender = Lender(version)
        for _ in range(230):
            lender.loan()

        assert len(ids(lender.get("/loans"))) == rows

    def test_a_negative_offset_breaks_it(self):
        assert Lender().get("/loans?limit=5&offset=-1").status == 500

    def test_a_loan_of_two_offices_comes_twice(self):
        lender = Lender()
        loan_id = lender.loan(twice=True)

        assert ids(lender.get("/loans?status=200")) == [loan_id, loan_id]


class TestRows:
    def test_days_are_arrays_money_has_six_places_and_nothing_is_null(self):
        lender = Lender()
        loan_id = lender.loan(expectedOn="2026-03-11")

        reply = lender.get(f"/loans/{loan_id}")

        assert b'"netDisbursalAmount": 9500.000000' in reply.body
        assert b"null" not in reply.body
        assert reply.json()["timeline"]["expectedDisbursementDate"] == [2026, 3, 11]
        assert reply.json()["status"]["value"] == "Approved"

    def test_the_list_of_the_old_family_tells_no_net_amount(self):
        lender = Lender("1.8.4")
        loan_id = lender.loan()

        assert "netDisbursalAmount" not in lender.get("/loans").json()["pageItems"][0]
        assert "netDisbursalAmount" in lender.get(f"/loans/{loan_id}").json()

    def test_a_group_loan_has_no_client(self):
        lender = Lender()
        loan = lender.get(f"/loans/{lender.loan(kind='group')}").json()

        assert ("clientId" in loan, loan["loanType"]["id"]) == (False, 2)
        assert loan["group"]["id"]

    def test_the_phone_is_the_clients_and_as_it_was_written(self):
        lender = Lender()
        loan = lender.get(f"/loans/{lender.loan(phone='+254 700 100 001')}").json()

        client = lender.get(f"/clients/{loan['clientId']}").json()

        assert (client["mobileNo"], client["active"]) == ("+254 700 100 001", True)
        assert "mobileNo" not in loan

    @pytest.mark.parametrize(
        ("version", "path", "expected"),
        [
            ("1.8.4", "/loans/1/transactions/external-id/x", (404, b"<")),
            ("1.9.0", "/loans/1/transactions/external-id/x", (404, b"{")),
            ("1.11.0", "/loans/1/transactions", (404, b"<")),
            ("1.12.0", "/loans/1/transactions", (200, b"{")),
        ],
    )
    def test_addresses_are_there_since_their_version(self, version, path, expected):
        lender = Lender(version)
        lender.loan()

        reply = lender.get(path)

        assert (reply.status, reply.body[:1]) == expected
