"""People with a role, at the page, at the API and in the terminal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from core.command import PASSWORD_VARIABLE
from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from gateways.simulator import Simulator
from tests.between_tests import put_roles
from tests.wire import MovedClock
from vault.models import Partner, Shortcode, StaffMember
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode

PASSWORD = "an-example-of-a-password"
ROLES = import_module("config.migrations.0001_roles")


@dataclass(frozen=True, kw_only=True)
class Person:
    """One member of staff at three doors."""

    user: User
    page: Client = field(repr=False)

    def command(self, *arguments: str) -> str:
        """What the command answers in this person's name. Raises CommandError."""
        out = StringIO()
        call_command(*arguments, "--as", self.user.username, stdout=out)
        return out.getvalue()

    @property
    def token(self) -> str:
        """A staff token, got as a program gets it."""
        answer = Client().post(
            "/api/auth/token",
            {"username": self.user.username, "password": PASSWORD},
            content_type="application/json",
        )
        return str(answer.json()["token"])

    def api(self, method: str, path: str, **body: Any) -> Any:
        """The answer of the API to this person."""
        call = getattr(Client(headers={"Authorization": f"Bearer {self.token}"}), method)
        return call(path, body, content_type="application/json") if body else call(path)


@pytest.fixture
def roles(engine_db: None) -> dict[str, Group]:
    """The groups of the migrations, made anew: emptying tables took them away."""
    put_roles()
    return {group.name: group for group in Group.objects.all()}


@pytest.fixture
def somebody(
    roles: dict[str, Group], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Person]]:
    """Makes a person with a role, of all partners or of one."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)

    def make(role: str, *, partner: Partner | None = None, name: str = "") -> Person:
        user = User.objects.create_user(
            name or f"{role.lower()}{User.objects.count()}", password=PASSWORD, is_staff=True
        )
        user.groups.add(roles[role])
        if partner:
            StaffMember.objects.create(user=user, partner=partner)
        client = Client()
        client.force_login(user)
        return Person(user=user, page=client)

    return make


@pytest.fixture
def other_shortcode(a_shortcode: Shortcode, simulator: Simulator, moved: MovedClock) -> Shortcode:
    """Another partner's."""
    partner = add_partner(name="Baraka Example Ltd", actor="test", at=moved())
    certificate = simulator.certificate_pem
    return add_shortcode(
        number="600222",
        partner_id=partner.pk,
        kind="paybill",
        initiator_name="apiop",
        credentials=Credentials(
            consumer_key="key2", consumer_secret="secret", initiator_password="Safe#1"
        ),
        certificate=certificate.encode() if isinstance(certificate, str) else certificate,
        actor="test",
        at=moved(),
    )


@pytest.fixture
def theirs(other_shortcode: Shortcode, moved: MovedClock) -> DisbursementRequest:
    """A payout of the other partner."""
    instruction = Instruction(
        client_reference="THEIRS-1", msisdn="254700000777", amount="777",
        payee_name="Zawadi Example",
    )  # fmt: skip
    return instruct(
        partner_id=other_shortcode.partner_id, instruction=instruction, origin="test",
        actor="test", at=moved(),
    ).disbursement  # fmt: skip


@pytest.fixture
def ours(pay: Any) -> DisbursementRequest:
    """A payout of the first partner."""
    row: DisbursementRequest = pay("00001", reference="OURS-1")
    return row
