import pytest

from gateways.simulator import NoAnswer, Simulator
from gateways.simulator.fineract.names import BOOKINGS, LISTS, READS
from tests.gateways.simulator.mifos import START, Lender, refused

NO_ANSWER = None


@pytest.fixture
def lender():
    return Lender()


def status_of(reply):
    return NO_ANSWER if isinstance(reply, NoAnswer) else reply.status


class TestBookings:
    @pytest.mark.parametrize(
        ("fault", "status", "booked", "same_key_again"),
        [
            ("book_drop", NO_ANSWER, False, 200),
            ("book_lost", NO_ANSWER, True, 200),
            ("book_slow", 200, True, 200),
            ("book_cut", 200, True, 200),
            ("book_late", NO_ANSWER, False, 425),
            ("book_stuck", NO_ANSWER, True, 425),
            ("book_500_done", 500, True, 200),
            ("book_500_not_done", 500, False, 500),
            ("book_html_200", 200, False, 200),
            ("book_empty_200", 200, True, 200),
            ("book_401", 401, False, 200),
            ("book_403_rule", 403, False, 403),
            ("book_403_integrity", 403, False, 403),
            ("book_403_permission", 403, False, 200),
            ("book_409_locked", 409, False, 200),
            ("book_409_conflict", 409, False, 409),
            ("book_425", 425, False, 200),
            ("book_503", 503, False, 200),
            ("book_checker", 200, False, 425),
            ("book_checker_rejected", 200, False, 425),
        ],
    )
    def test_each_one(self, lender, fault, status, booked, same_key_again):
        loan_id = lender.loan()
        lender.script(fault, loanId=loan_id)

        reply = lender.disburse(loan_id, key="k1")

        assert status_of(reply) == status
        assert (lender.state(loan_id) == 300) is booked
        assert status_of(lender.disburse(loan_id, key="k1")) == same_key_again
        assert lender.book["bookedTwice"] == []

    def test_none_is_left_out(self):
        tried = self.test_each_one.pytestmark[0].args[1]

        assert {case[0] for case in tried} | {"book_html_502"} == set(BOOKINGS)

    def test_a_late_one_is_done_after_the_caller_gave_up(self, lender):
        loan_id = lender.loan()
        lender.script("book_late", loanId=loan_id)
        lender.disburse(loan_id, key="k1")

        lender.wait(seconds=31)

        assert lender.state(loan_id) == 300
        assert lender.disburse(loan_id, key="k1").status == 200

    def test_a_late_one_meets_the_database_when_it_was_repeated(self, lender):
        loan_id = lender.loan(productId=2)
        lender.script("book_late", loanId=loan_id)
        lender.disburse(loan_id, key="k1")
        lender.disburse(loan_id, key="k2")

        lender.wait(seconds=31)

        assert (lender.book["count"], lender.book["bookedTwice"]) == (1, [])

    def test_a_checker_decides_ten_minutes_later(self, lender):
        first, second = lender.loan(), lender.loan()
        lender.script("book_checker", loanId=first)
        lender.script("book_checker_rejected", loanId=second)
        lender.disburse(first)
        lender.disburse(second, externalId="ours-2")

        lender.wait(minutes=11)

        assert (lender.state(first), lender.state(second)) == (300, 200)

    def test_a_cut_answer_breaks_off(self, lender):
        loan_id = lender.loan()
        lender.script("book_cut", loanId=loan_id)

        reply = lender.disburse(loan_id)

        assert len(reply.body) < int(reply.headers["Content-Length"])

    def test_a_checker_does_not_hide_a_wrong_order(self, lender):
        loan_id = lender.loan()
        lender.script("book_checker", loanId=loan_id)

        assert lender.disburse(loan_id, transactionAmount=99_999).status == 403

    def test_half_of_the_pages_of_a_proxy_hide_a_booking(self):
        lender = Lender(faults="book_html_502=1")
        loans = [lender.loan() for _ in range(30)]

        for loan_id in loans:
            lender.disburse(loan_id, externalId=f"ours-{loan_id}")

        assert 5 < lender.book["count"] < 25


class TestReads:
    @pytest.mark.parametrize("fault", LISTS)
    def test_each_of_a_list(self, lender, fault):
        loans = [lender.loan(), lender.loan()]
        lender.disburse(loans[1])
        lender.loan()
        lender.script(fault)

        spoilt = lender.get("/loans?status=200&orderBy=id")
        plain = lender.get("/loans?status=200&orderBy=id")

        assert [row["id"] for row in plain.json()["pageItems"]] == [1, 3]
        assert isinstance(spoilt, NoAnswer) or spoilt.delay_s or spoilt != plain

    @pytest.mark.parametrize("fault", READS)
    def test_each_of_a_read(self, lender, fault):
        loan_id = lender.loan()
        lender.script(fault)

        spoilt, plain = (lender.get(f"/loans/{loan_id}") for _ in range(2))

        assert plain.json()["id"] == loan_id
        assert isinstance(spoilt, NoAnswer) or spoilt.delay_s or spoilt != plain

    def test_a_row_that_makes_no_sense(self, lender):
        lender.loan()
        lender.script("loan_list_unreadable")

        (row,) = lender.get("/loans").json()["pageItems"]

        assert row == {"id": 1, "status": "approved"}


class TestChance:
    def test_the_same_seed_gives_the_same_run(self):
        def one(seed):
            lender = Lender(faults="worst", seed=seed)
            loans = [lender.loan() for _ in range(20)]
            replies = [lender.disburse(each, externalId=f"ours-{each}") for each in loans]
            return [status_of(reply) for reply in replies]

        assert one(3) == one(3)
        assert one(3) != one(4)

    def test_an_unknown_fault_is_refused(self, lender):
        reply = lender.simulator.handle(
            "POST", "/_simulator/fineract/script", {}, b'{"tenant": "umoja", "faults": ["x"]}'
        )

        assert reply.status == 400


class TestJournal:
    def test_a_restart_forgets_nothing(self, tmp_path):
        path = tmp_path / "book.jsonl"
        lender = Lender(state_path=path)
        loan_id = lender.loan()
        lender.disburse(loan_id, key="k1")
        lender.simulator.close()

        lender.simulator = Simulator(clock=lambda: START, state_path=path)

        assert lender.disburse(loan_id, key="k1").headers["x-served-from-cache"] == "true"
        assert refused(lender.disburse(loan_id))[0] == 400
        assert lender.loan() == loan_id + 1
        assert lender.book["count"] == 1


class TestByHand:
    def test_what_people_do_there_meets_no_mishap(self):
        lender = Lender(faults="book_drop=1")
        loan_id = lender.loan()
        order = {name: value for name, value in lender.order().items() if name != "note"}

        lender.act(loan_id, "disburse", **order)

        assert lender.state(loan_id) == 300
