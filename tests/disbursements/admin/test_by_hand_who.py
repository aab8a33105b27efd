"""Who may press which button, about whose payouts; and what the pages cost."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disbursements.models import BulkRun, DisbursementRequest
from tests.disbursements.troubled import (
    LIST,
    ids_of,
    page_of,
    status_of,
)
from tests.staff import REASON, at_the_desk
from tests.wire import MovedClock
from vault.models import StaffMember
from vault.operations.add_partner import add_partner

VIEW = "disbursements.view_disbursementrequest"
NEEDED = {
    "retry": "retry", "force": "force", "bring_forward": "retry", "stop_retrying": "retry",
    "cancel": "cancel", "change_limit": "retry", "ask": "retry",
}  # fmt: skip
CONFIRMED = {"confirmed": "yes", "reason": REASON}
Sent = Callable[..., DisbursementRequest]


def name_of(verb: str) -> str:
    return f"disbursements.{NEEDED[verb]}_disbursementrequest"


class TestPermissions:
    @pytest.mark.parametrize("verb", list(NEEDED))
    def test_each_verb_needs_its_own(self, failed: DisbursementRequest, verb: str) -> None:
        others = {f"disbursements.{name}_disbursementrequest"
                  for name in (*NEEDED.values(), "export", "approve", "add")}  # fmt: skip
        with_all_others = at_the_desk(VIEW, *sorted(others - {name_of(verb)}))
        with_it = at_the_desk(VIEW, name_of(verb))
        address = page_of(verb, query=ids_of(failed))

        refused = [with_all_others.get(address), with_all_others.post(address, CONFIRMED)]

        assert [answer.status_code for answer in refused] == [403, 403]
        assert with_it.get(address).status_code == 200
        assert not BulkRun.objects.exists()

    def test_the_list_offers_only_what_the_person_may_do(
        self, failed: DisbursementRequest
    ) -> None:
        address = reverse(f"{LIST}_changelist")

        viewer = at_the_desk(VIEW).get(address).content.decode()
        forcer = at_the_desk(VIEW, name_of("force")).get(address).content.decode()

        assert "_selected" not in viewer.replace("_selected_action", "")
        assert "force_selected" in forcer
        assert "retry_selected" not in forcer

    def test_strangers_are_sent_to_the_login_and_back(self, failed: DisbursementRequest) -> None:
        address = page_of("force", query=ids_of(failed))

        answer = Client().post(address, CONFIRMED)

        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/?next=")
        assert str(failed.pk) in answer["Location"]
        assert status_of(failed) == "failed"

    def test_a_form_from_elsewhere_is_refused(self, failed: DisbursementRequest) -> None:
        person = at_the_desk(VIEW, name_of("force"), csrf=True)

        answer = person.post(page_of("force", failed), CONFIRMED)

        assert answer.status_code == 403
        assert status_of(failed) == "failed"


class TestOtherPartners:
    @pytest.fixture
    def own_staff(self, failed: DisbursementRequest, moved: MovedClock) -> Client:
        """Somebody of another partner, who may force and retry there."""
        partner = add_partner(name="Other Example Ltd", actor="test", at=moved())
        client = at_the_desk(VIEW, name_of("force"), name_of("retry"))
        user = User.objects.latest("id")
        StaffMember.objects.create(user=user, partner=partner)
        return client

    def test_neither_ids_nor_a_filter_reach_them(
        self, own_staff: Client, failed: DisbursementRequest
    ) -> None:
        addresses = [
            page_of("force", failed), page_of("force", query=ids_of(failed)),
            page_of("force", query="all=yes&status=failed"),
            page_of("force", query=f"all=yes&partner={failed.partner_id}"),
        ]  # fmt: skip

        pages = [own_staff.get(address).content.decode() for address in addresses]
        for address in addresses:
            own_staff.post(address, CONFIRMED)

        assert status_of(failed) == "failed"
        for page in pages:
            assert failed.client_reference not in page
            assert "Umoja" not in page


class TestCost:
    def test_a_page_about_many_costs_what_a_page_about_one_costs(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        address = page_of("force", query="all=yes&status=failed")
        desk.get(address)
        few, short = queries_of(desk, address)
        make_failed(like=failed, count=1_500)

        many, long = queries_of(desk, address)

        assert "Force 1,501 payouts" in long
        assert many == few
        assert len(long) - len(short) < 20_000


def queries_of(client: Client, address: str) -> tuple[int, str]:
    """How many queries the page takes, and the page."""
    with CaptureQueriesContext(connection) as caught:
        page = client.get(address).content.decode()
    return len(caught), page


def make_failed(*, like: DisbursementRequest, count: int) -> None:
    """Copies that nobody ever sent, said to have failed: enough for a page that counts."""
    for number in range(count // 500):
        copies = [
            DisbursementRequest(**{
                **{field.attname: getattr(like, field.attname)
                   for field in like._meta.concrete_fields},
                "id": None, "client_reference": f"COPY-{number}-{each}",
            })
            for each in range(500)
        ]  # fmt: skip
        DisbursementRequest.objects.bulk_create(copies)
