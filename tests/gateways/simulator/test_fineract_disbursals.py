import pytest

from tests.gateways.simulator.mifos import TODAY, Lender, refused

RULE = "validation.msg.domain.rule.violation"
FIELD = "validation.msg.validation.errors.exist"
STATE = "error.msg.loan.disbursal.account.is.not.approve.not.disbursed.state"


@pytest.fixture
def lender():
    return Lender()


class TestDisburse:
    def test_it_books_gross_and_the_charge_beside_it(self, lender):
        loan_id = lender.loan()

        told = lender.disburse(loan_id).json()

        assert told["changes"]["status"]["id"] == 300
        assert told["changes"]["actualDisbursementDate"] == TODAY
        assert (told["loanId"], told["subResourceExternalId"]) == (loan_id, "ours-1")
        (row,) = lender.book["disbursals"]
        assert (row["amount"], row["receipt"], row["account"]) == (
            "10000", "RECEIPT1", "254700100001",
        )  # fmt: skip
        assert lender.there(loan_id)["notes"] == ["Paid by M-Pesa"]

    def test_the_receipt_is_dropped_without_a_payment_type(self, lender):
        loan_id = lender.loan()

        reply = lender.disburse(loan_id, paymentTypeId=None)

        assert reply.status == 200
        (row,) = lender.book["disbursals"]
        assert (row["receipt"], row["paymentTypeId"], row["externalId"]) == ("", None, "ours-1")
        found = lender.get(f"/loans/{loan_id}/transactions/external-id/ours-1").json()
        assert "paymentDetailData" not in found

    def test_an_unknown_key_is_fatal(self, lender):
        reply = lender.disburse(lender.loan(), approvedOnDate=TODAY)

        assert refused(reply)[:2] == (400, "error.msg.parameter.unsupported")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"dateFormat": None}, "validation.msg.missing.dateFormat.parameter"),
            ({"locale": None}, "validation.msg.missing.locale.parameter"),
            ({"dateFormat": "dd MMMM yyyy"}, "validation.msg.invalid.dateFormat.format"),
        ],
    )
    def test_a_day_is_read_strictly(self, lender, change, code):
        assert refused(lender.disburse(lender.loan(), **change)) == (400, FIELD, code)

    def test_days_may_be_written_out(self, lender):
        reply = lender.disburse(
            lender.loan(), actualDisbursementDate="09 March 2026", dateFormat="dd MMMM yyyy"
        )

        assert reply.status == 200

    def test_less_is_taken_and_lowers_the_principal(self, lender):
        loan_id = lender.loan()

        lender.disburse(loan_id, transactionAmount=9500)

        assert lender.there(loan_id)["principal"] == "9500"

    def test_more_is_refused(self, lender):
        reply = lender.disburse(lender.loan(), transactionAmount=10001)

        assert refused(reply) == (
            403, RULE, "error.msg.loan.disburse.amount.must.be.less.than.approved.amount",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("tenant", "loan", "order", "code"),
        [
            ({}, {"approvedOn": TODAY}, {"actualDisbursementDate": "2026-03-08"},
             "error.msg.loan.disbursal.cannot.be.before.approval.date"),
            ({}, {}, {"actualDisbursementDate": "2026-03-10"},
             "error.msg.loan.disbursal.cannot.be.a.future.date"),
            ({"businessDateOn": True, "businessDate": "2026-03-08"}, {"approvedOn": "2026-03-01"},
             {}, "error.msg.loan.disbursal.cannot.be.a.future.date"),
            ({"holidays": [TODAY]}, {}, {},
             "error.msg.loan.application.disbursement.date.on.holiday"),
            ({"nonWorkingDays": [1]}, {}, {},
             "error.msg.loan.application.disbursement.date.on.non.working.day"),
            ({}, {"firstRepaymentOn": "2026-03-01"}, {},
             "error.msg.loan.disbursal.cannot.be.after.expected.first.repayment.date"),
            ({"requiredDatatable": "visits"}, {}, {},
             "error.msg.entry.required.in.datatable.[visits]"),
            ({}, {"clientActive": False}, {}, "error.msg.client.not.active.exception"),
        ],
    )  # fmt: skip
    def test_rules_refuse_what_was_paid_long_ago(self, tenant, loan, order, code):
        lender = Lender(tenant=tenant)

        assert refused(lender.disburse(lender.loan(**loan), **order)) == (403, RULE, code)
        assert lender.book["count"] == 0

    def test_a_business_date_that_is_not_on_is_told_and_does_not_count(self):
        lender = Lender(tenant={"businessDate": "2026-03-01"})

        assert lender.get("/businessdate/BUSINESS_DATE").json()["date"] == [2026, 3, 1]
        switch = lender.get("/configurations/name/enable-business-date").json()
        assert switch["enabled"] is False
        assert lender.disburse(lender.loan()).status == 200

    def test_the_day_is_that_of_the_tenants_zone(self):
        lender = Lender(tenant={"timeZone": "Asia/Kolkata"})
        lender.wait(hours=12)

        assert lender.disburse(lender.loan(), actualDisbursementDate="2026-03-10").status == 200

    @pytest.mark.parametrize(("version", "status"), [("1.10.1", 200), ("1.11.0", 403)])
    def test_from_1_11_the_calendar_looks_at_the_planned_day(self, version, status):
        lender = Lender(version, tenant={"holidays": ["2026-03-08"]})

        reply = lender.disburse(lender.loan(expectedOn="2026-03-08", approvedOn="2026-03-07"))

        assert reply.status == status

    def test_a_cash_payment_type_wants_a_cashier(self, lender):
        lender.control("payment-type", paymentTypeId=3, name="Cash", isCashPayment=True)

        assert lender.disburse(lender.loan(), paymentTypeId=3).status == 403
        assert lender.disburse(lender.loan(), paymentTypeId=9).status == 404


class TestTwice:
    def test_a_single_loan_is_refused_the_second_time(self, lender):
        loan_id = lender.loan()
        lender.disburse(loan_id)

        assert refused(lender.disburse(loan_id, externalId="ours-2")) == (400, FIELD, STATE)

    def test_several_disbursals_are_booked_as_often_as_money_is_undrawn(self, lender):
        loan_id = lender.loan(productId=2)

        lender.disburse(loan_id, transactionAmount=5000)
        lender.disburse(loan_id, transactionAmount=5000, externalId="ours-2")

        assert lender.disburse(loan_id, transactionAmount=1, externalId="ours-3").status == 400
        assert (lender.book["count"], len(lender.book["bookedTwice"])) == (2, 1)

    @pytest.mark.parametrize(
        ("version", "expected"),
        [
            ("1.12.0", (403, "error.msg.data.integrity.issue")),
            ("1.8.4", (400, FIELD)),
        ],
    )
    def test_an_external_id_is_taken_for_good(self, version, expected):
        lender = Lender(version)
        loan_id = lender.loan()
        lender.disburse(loan_id)
        lender.act(loan_id, "undodisbursal")

        reply = lender.disburse(loan_id)

        assert refused(reply)[:2] == expected
        assert lender.disburse(loan_id, externalId="ours-1-2").status == 200

    def test_after_an_undo_it_is_approved_again_and_the_old_transaction_is_found(self, lender):
        loan_id = lender.loan()
        lender.disburse(loan_id)

        lender.act(loan_id, "undodisbursal", note="Wrong branch")

        assert lender.state(loan_id) == 200
        assert [row["id"] for row in lender.get("/loans?status=200").json()["pageItems"]] == [
            loan_id
        ]
        found = lender.get(f"/loans/{loan_id}/transactions/external-id/ours-1").json()
        assert found["manuallyReversed"] is True
        assert lender.book["count"] == 0

    def test_a_new_approval_may_have_another_amount(self, lender):
        loan_id = lender.loan()

        lender.act(loan_id, "undoapproval")
        before = lender.state(loan_id)
        lender.act(loan_id, "approve", approvedLoanAmount=8000)

        loan = lender.get(f"/loans/{loan_id}").json()
        assert before == 100
        assert (loan["approvedPrincipal"], loan["netDisbursalAmount"]) == (8000, 7500)


class TestTranches:
    def test_the_next_one_is_proposed(self, lender):
        loan_id = lender.loan(productId=2, tranches=[4000, 6000])

        lender.disburse(loan_id, transactionAmount=None)

        details = lender.get(f"/loans/{loan_id}?associations=multiDisburseDetails").json()
        drawn = ["actualDisbursementDate" in each for each in details["disbursementDetails"]]
        assert drawn == [True, False]
        assert lender.book["disbursals"][0]["amount"] == "4000"
        path = f"/loans/{loan_id}/transactions/template?command=disburse"
        assert lender.get(path).json()["amount"] == 6000


class TestCommands:
    def test_an_unknown_command_is_refused(self, lender):
        reply = lender.post(f"/loans/{lender.loan()}?command=pay", {})

        assert refused(reply)[:2] == (400, "error.msg.query.parameter.value.unsupported")

    def test_what_is_no_json_is_refused(self, lender):
        reply = lender.post(f"/loans/{lender.loan()}?command=disburse", b"{")

        assert refused(reply)[1] == "error.msg.invalid.request.body"

    def test_a_locked_loan_waits(self, lender):
        loan_id = lender.loan()
        lender.control("change-loan", loanId=loan_id, locked=True)

        reply = lender.disburse(loan_id)

        assert refused(reply)[:2] == (409, "error.msg.loan.locked")
        assert "Content-Type" not in reply.headers

    def test_a_running_job_makes_it_wait(self):
        lender = Lender(tenant={"jobRunning": True})

        reply = lender.disburse(lender.loan())

        assert refused(reply)[::2] == (503, "error.msg.sheduler.job.currently.running")

    def test_a_note_is_kept(self, lender):
        loan_id = lender.loan()

        lender.post(f"/loans/{loan_id}/notes", {"note": "Paid, not booked"})

        assert lender.there(loan_id)["notes"] == ["Paid, not booked"]
        assert lender.get(f"/loans/{loan_id}/notes").json()[0]["note"] == "Paid, not booked"

    def test_a_phone_belongs_to_one_client(self, lender):
        lender.loan(phone="0700 100 001")
        other = lender.loan(phone="0700 100 002", clientName="Ben Example")
        client_id = lender.there(other)["clientId"]
        lender.control("user", username="clerk", permissions=["UPDATE_CLIENT"])

        reply = lender.post(
            f"/clients/{client_id}", {"mobileNo": "0700 100 001"}, method="PUT", user="clerk",
            password="password",
        )  # fmt: skip

        assert refused(reply)[:2] == (403, "error.msg.client.duplicate.mobileNo")
