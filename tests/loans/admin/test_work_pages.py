"""Bookings, syncs, alerts and the home page of loans, and who sees what of them."""

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from core.models import Alert
from loans.models import LoanBooking, MifosConnection
from loans.operations.booking_alerts import NOT_BOOKED_ALERT, tell_not_booked
from loans.operations.mifos_trouble import tell_refusal
from tests.loans.admin.pages import BOOKINGS, LOANS, RUNS, listed, page_of
from tests.loans.admin.scene import Lent, row
from tests.rents.a_street import text_of
from tests.staff import at_the_desk, superuser
from vault.models import StaffMember
from vault.operations.add_partner import add_partner


class TestAlerts:
    def test_paid_and_not_booked_leads_to_the_booking(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        booking = LoanBooking.objects.select_related("loan__partner").get(loan__loan_id=107)
        tell_not_booked(booking, at=loans.wire.clock())
        alert = Alert.objects.get(kind=NOT_BOOKED_ALERT)

        page = desk.get(reverse("admin:core_alert_change", args=[alert.pk]))

        assert f"/loanbooking/{booking.pk}/change/" in page.content.decode()

    def test_a_mifos_in_trouble_leads_to_its_connection(self, desk: Client, loans: Lent) -> None:
        connection = MifosConnection.objects.get()
        tell_refusal(connection, "the password was changed", at=loans.wire.clock())

        page = desk.get(reverse("admin:core_alert_change", args=[Alert.objects.get().pk]))

        assert f"/mifosconnection/{connection.pk}/change/" in page.content.decode()


class TestHome:
    def test_each_queue_counts_what_its_list_shows(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        loans.proposal(by="somebody.else")

        queues = {each.name: each for each in desk.get("/admin/").context_data["queues"]}
        names = ("Paid, not booked", "Loans held", "Loans not paid", "Loans to be paid",
                 "Loans waiting for my approval")  # fmt: skip
        listed_there = {
            name: desk.get(queues[name].url).context_data["cl"].result_count for name in names
        }

        assert {name: queues[name].count for name in names} == listed_there
        assert listed_there["Paid, not booked"] == 2
        assert queues["Paid, not booked"].money == "KES 20,000.00"

    def test_a_mifos_in_trouble_stands_there(self, desk: Client, loans: Lent) -> None:
        MifosConnection.objects.update(trouble="The password was changed.")

        text = text_of(desk.get("/admin/"))

        assert "Mifos X in trouble" in text
        assert "The password was changed." in text


class TestBookings:
    def test_the_queue_says_why_and_what_to_do(self, desk: Client, loans: Lent) -> None:
        loans.morning()

        page = desk.get(f"{reverse(BOOKINGS)}?status=not_booked")

        found = {each.loan.loan_id for each in page.context_data["cl"].result_list}
        assert found == {107, 109}
        assert "The loan's date is a holiday in Mifos X." in text_of(page)

    def test_an_empty_queue_is_all_clear(self, desk: Client, loans: Lent) -> None:
        text = text_of(desk.get(f"{reverse(BOOKINGS)}?status=not_booked"))

        assert "everything paid is booked in Mifos X" in text

    def test_the_answer_and_what_was_sent_stand_on_its_page(
        self, desk: Client, loans: Lent
    ) -> None:
        loans.morning()

        text = page_of(desk, LoanBooking.objects.get(loan__loan_id=107))

        assert "The loan disbursement date is on a holiday." in text
        assert "transactionAmount" in text
        assert "Propose to give it up…" in text

    def test_it_is_found_by_the_number_of_its_loan(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        booking = LoanBooking.objects.get(loan__loan_id=108)

        answer = desk.get(f"{reverse(BOOKINGS)}?q=108")

        assert answer["Location"].endswith(f"/{booking.pk}/change/")


class TestSyncs:
    def test_what_it_did_stands_in_words(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        run = loans.run()

        text = page_of(desk, run)

        assert "11 new, 2 held, 5 handed over to be paid" in text
        assert "Its expected day is to come 1" in text
        assert "The client has no phone number in Mifos X." in text
        assert "Book paid loans in Mifos X 107 The loan disbursement date is on a holiday." in text

    def test_those_without_news_are_left_out_when_asked(self, desk: Client, loans: Lent) -> None:
        counts = ("fetched", "fresh", "instructed", "paid", "failed", "booked", "not_booked")
        loans.run(**dict.fromkeys(counts, 0), skipped={}, held={}, errors=[])
        loud = loans.run()

        found = listed(desk, RUNS, "?news=yes").result_list

        assert [each.pk for each in found] == [loud.pk]


class TestWhoSeesWhat:
    def test_another_partners_own_people_see_none_of_it(self, loans: Lent) -> None:
        loans.morning()
        run = loans.run()
        stranger = of_another_partner(loans)

        cards = {each.name: each.count for each in listed(stranger, LOANS).cards}
        counted = {name: listed(stranger, name).result_count for name in (LOANS, BOOKINGS, RUNS)}
        pages = [
            stranger.get(reverse(f"admin:loans_{each._meta.model_name}_change", args=[each.pk]))
            for each in (row(107), LoanBooking.objects.get(loan=row(107)), run)
        ]
        verb = stranger.get(reverse("admin:loans_loantracking_hold", args=[row(101).pk]))
        payouts = reverse("admin:disbursements_disbursementrequest_changelist")

        assert set(cards.values()) == {0}
        assert set(counted.values()) == {0}
        assert [each.status_code for each in pages] == [302, 302, 302]
        assert verb.status_code == 404
        assert not stranger.get(f"{payouts}?q=loan+107").context_data["cl"].result_count
        assert "No partner has a Mifos X connection yet" in text_of(
            stranger.get(reverse("admin:loans_loantracking_sync"))
        )

    def test_without_permissions_there_is_nothing(self, loans: Lent) -> None:
        nobody = at_the_desk()

        for name in (LOANS, BOOKINGS, RUNS):
            assert nobody.get(reverse(name)).status_code == 403

    def test_a_viewer_is_offered_no_verb(self, loans: Lent) -> None:
        loans.morning()
        viewer = at_the_desk("loans.view_loantracking", "loans.view_loanbooking")

        text = page_of(viewer, row(107))

        assert "Book again" not in text
        assert "Hold…" not in text
        refused = reverse("admin:loans_loantracking_hold", args=[row(101).pk])
        assert viewer.get(refused).status_code == 403


def of_another_partner(loans: Lent) -> Client:
    """Somebody of another partner's own staff, with every permission that there is."""
    other = add_partner(name="Baraka Example Ltd", actor="test", at=loans.wire.clock())
    client = superuser()
    StaffMember.objects.create(user=User.objects.latest("pk"), partner=other)
    return client
