"""add_partner, add_api_key, revoke_api_key: operations and commands."""

import hashlib
import json
import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.models import Step
from core.refusals import Refused
from tests.commands import answer_of
from vault.models import ApiKey, Partner
from vault.operations.add_api_key import add_api_key, revoke_api_key
from vault.operations.add_partner import add_partner

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
class TestAddPartner:
    def test_the_command_answers_the_id(self) -> None:
        answer = answer_of("add_partner", "  Umoja Example Ltd ")

        partner = Partner.objects.get(pk=answer["id"])
        assert partner.name == "Umoja Example Ltd"
        assert partner.is_active
        step = Step.objects.get(subject_type="Partner", subject_id=str(partner.pk))
        assert step.because == "added"
        assert step.actor.startswith("command:")

    def test_a_taken_name_is_refused_and_named(self) -> None:
        add_partner(name="Umoja Example Ltd", actor="test", at=AT)

        with pytest.raises(CommandError, match="name: there is a partner called") as refused:
            call_command("add_partner", "Umoja Example Ltd", stdout=StringIO())

        assert refused.value.returncode == 1
        assert Partner.objects.count() == 1

    @pytest.mark.parametrize("name", ["", "   ", "x" * 121, "two\nlines", "nul\x00"])
    def test_a_name_that_is_none_is_refused(self, name: str) -> None:
        with pytest.raises(Refused, match=r"^name: "):
            add_partner(name=name, actor="test", at=AT)

        assert not Partner.objects.exists()

    def test_the_refusal_is_json_too(self) -> None:
        out = StringIO()

        with pytest.raises(CommandError):
            call_command("add_partner", "", "--json", stdout=out)

        assert json.loads(out.getvalue())["error"].startswith("name: ")


class TestAddApiKey:
    def test_the_key_is_shown_once_and_only_its_digest_is_kept(self, partner: Partner) -> None:
        answer = answer_of("add_api_key", "--partner", str(partner.pk))

        key = answer["key"]
        row = ApiKey.objects.get(pk=answer["id"])
        assert re.fullmatch(r"pv_[A-Za-z0-9_-]{43}", key)
        assert bytes(row.digest) == hashlib.sha256(key.encode()).digest()
        assert row.prefix == key[:12]
        assert row.scopes == ["disburse:write", "disburse:read"]
        assert key not in json.dumps(list(Step.objects.values("because", "details")))

    def test_scopes_may_be_narrowed(self, partner: Partner) -> None:
        answer = answer_of("add_api_key", "--partner", str(partner.pk), "--scope", "disburse:read")

        assert answer["scopes"] == ["disburse:read"]

    def test_an_unknown_scope_is_bad_usage_or_refused(self, partner: Partner) -> None:
        with pytest.raises(CommandError, match="disburse:everything"):
            answer_of(
                "add_api_key", "--partner", str(partner.pk), "--scope", "disburse:everything"
            )
        with pytest.raises(Refused, match=r"^scope: "):
            add_api_key(partner_id=partner.pk, scopes=["disburse:read", "x"], actor="test", at=AT)

        assert not ApiKey.objects.exists()

    @pytest.mark.django_db
    def test_an_unknown_partner_is_refused(self) -> None:
        with pytest.raises(CommandError, match="partner: there is no partner") as refused:
            answer_of("add_api_key", "--partner", str(uuid.uuid4()))

        assert refused.value.returncode == 1

    def test_two_keys_differ(self, partner: Partner) -> None:
        first, second = (
            add_api_key(partner_id=partner.pk, actor="test", at=AT).key for _ in range(2)
        )

        assert first != second

    def test_its_repr_does_not_tell_the_key(self, partner: Partner) -> None:
        new = add_api_key(partner_id=partner.pk, actor="test", at=AT)

        assert new.key not in repr(new)


class TestRevokeApiKey:
    @pytest.mark.parametrize("named_by", ["prefix", "number", "key"])
    def test_it_ends_the_key(self, partner: Partner, named_by: str) -> None:
        new = add_api_key(partner_id=partner.pk, actor="test", at=AT)
        name = {"prefix": new.row.prefix, "number": str(new.row.pk), "key": new.key}[named_by]

        answer_of("revoke_api_key", name)

        new.row.refresh_from_db()
        assert new.row.revoked_at is not None

    def test_again_changes_nothing(self, partner: Partner) -> None:
        new = add_api_key(partner_id=partner.pk, actor="test", at=AT)
        revoke_api_key(key=new.key, actor="test", at=AT)

        again = revoke_api_key(key=new.key, actor="test", at=AT.replace(year=2027))

        assert again.revoked_at == AT
        assert Step.objects.filter(subject_type="ApiKey", because="revoked").count() == 1

    @pytest.mark.parametrize("key", ["pv_nothing123", "999", "", "x" * 500])
    @pytest.mark.django_db
    def test_an_unknown_key_is_refused(self, key: str) -> None:
        with pytest.raises(Refused, match="names no key"):
            revoke_api_key(key=key, actor="test", at=AT)


class TestExitCodes:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["add_partner"],
            ["add_api_key", "--partner", "not-an-id"],
            ["add_shortcode", "600111", "--kind", "wallet"],
            ["import_disbursements"],
        ],
    )
    def test_bad_usage_is_2_and_standard_output_stays_empty(self, arguments: list[str]) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], capture_output=True, text=True, check=False
        )

        assert done.returncode == 2
        assert done.stdout == ""
        assert "usage:" in done.stderr or "error:" in done.stderr

    def test_a_database_that_is_down_is_1_with_a_sentence(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@127.0.0.1:1/none")

        done = subprocess.run(
            [sys.executable, "manage.py", "add_partner", "Umoja Example Ltd", "--json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert done.returncode == 1
        assert "The database does not answer" in json.loads(done.stdout)["error"]
        assert "Traceback" not in done.stderr
