"""The OpenAPI document, health, pages that are not there, and a database that is down."""

import json
import subprocess
import sys
from typing import Any

import pytest
import yaml
from django.db import OperationalError
from django.test import Client, RequestFactory
from drf_spectacular.validation import validate_schema

from config import health
from config.middleware import DatabaseDown

# One process with a database that nobody answers for: what each address says then.
ASK_WITHOUT_DATABASE = """
import django, json
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
key = {"Authorization": "Bearer pv_" + "a" * 43}
answers = {
    "live": client.get("/health/live"),
    "ready": client.get("/health/ready"),
    "api": client.post("/api/disburse", "{}", content_type="application/json", headers=key),
    "page": client.get("/admin/", headers={"Cookie": "sessionid=" + "a" * 32}),
    "missing": client.get("/api/nothing"),
}
print(json.dumps({
    name: [answer.status_code, answer.headers["Content-Type"], answer.content.decode()]
    for name, answer in answers.items()
}))
"""
ONE = "/api/disburse/{disbursement_id}"
PATHS = {
    "/api/auth/token", "/api/disburse", ONE, f"{ONE}/cancel", f"{ONE}/bring-forward",
    f"{ONE}/stop-retrying", f"{ONE}/max-retries", f"{ONE}/ask", "/api/disburse/retry",
    "/api/disburse/export", "/api/disburse/bulk-runs", "/api/disburse/bulk-runs/{run_id}",
    "/api/disburse/bulk-runs/{run_id}/stop", "/api/disburse/retry/statistics",
}  # fmt: skip


class TestSchema:
    def test_it_is_valid_and_has_the_addresses_and_the_key(self) -> None:
        answer = Client().get("/api/schema")

        schema = yaml.safe_load(answer.content)
        validate_schema(schema)
        assert set(schema["paths"]) >= PATHS
        assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
        example = schema["paths"]["/api/disburse"]["post"]["requestBody"]["content"]
        assert "SAL-2026-11-0001" in json.dumps(example)

    def test_making_it_warns_of_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        from drf_spectacular.drainage import GENERATOR_STATS
        from drf_spectacular.generators import SchemaGenerator

        GENERATOR_STATS.reset()
        SchemaGenerator().get_schema(request=None, public=True)

        assert not GENERATOR_STATS
        assert "Warning" not in capsys.readouterr().err

    def test_the_docs_page_loads_no_script_of_others(self) -> None:
        page = Client().get("/api/docs")

        assert page.status_code == 200
        assert b"/static/drf_spectacular_sidecar/" in page.content
        assert b"http://" not in page.content.replace(b"http://testserver", b"")
        assert b"https://" not in page.content


class TestHealth:
    def test_live_needs_no_database(self) -> None:
        assert Client().get("/health/live").json() == {"success": True, "status": "live"}

    @pytest.mark.django_db
    def test_ready_with_a_migrated_database(self) -> None:
        assert Client().get("/health/ready").status_code == 200

    @pytest.mark.django_db
    def test_not_ready_before_migration(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "_seen", set())
        from django.db.migrations.recorder import MigrationRecorder

        MigrationRecorder.Migration.objects.filter(app="vault").delete()

        answer = Client().get("/health/ready")

        assert answer.status_code == 503
        assert "migrate" in answer.json()["error"]


class TestDatabaseDown:
    def test_every_address_says_so_with_503(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@127.0.0.1:1/none")

        done = subprocess.run(
            [sys.executable, "-c", ASK_WITHOUT_DATABASE],
            capture_output=True,
            text=True,
            check=True,
        )

        answers = json.loads(done.stdout.splitlines()[-1])
        assert answers["live"][0] == 200
        assert answers["missing"][0] == 404
        for name in ("ready", "api"):
            status, content_type, content = answers[name]
            assert (status, content_type) == (503, "application/json")
            assert json.loads(content)["success"] is False
            assert "database" in json.loads(content)["error"]
        status, content_type, content = answers["page"]
        assert status == 503
        assert content_type.startswith("text/html")
        assert "The database does not answer" in content

    def test_an_error_of_a_page_is_a_plain_sentence(self, rf: RequestFactory) -> None:
        border = DatabaseDown(lambda request: None)  # type: ignore[arg-type,return-value]

        page = border.process_exception(rf.get("/admin/"), OperationalError("gone"))
        other = border.process_exception(rf.get("/admin/"), ValueError("ours"))

        assert page is not None
        assert page.status_code == 503
        assert page["Retry-After"]
        assert b"<h1>Service Unavailable</h1>" in page.content
        assert b"gone" not in page.content
        assert other is None


class TestHosts:
    @pytest.mark.django_db
    def test_another_host_is_400(self, api: Any) -> None:
        spoofed = api.client.get("/api/disburse", headers={"Host": "evil.example"})
        forwarded = api.client.get(
            "/api/disburse",
            headers=api.headers({"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "x"}),
        )

        assert spoofed.status_code == 400
        assert spoofed.json()["success"] is False
        assert forwarded.status_code == 200


class TestHome:
    def test_the_root_leads_to_the_admin(self) -> None:
        answer = Client().get("/")

        assert (answer.status_code, answer["Location"]) == (302, "/admin/")

    def test_an_unexpected_error_is_an_envelope_without_details(
        self, api: Any, body: dict, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("disbursements.api.reads.page", lambda **_: 1 / 0)

        answer = api.get()

        assert answer.status_code == 500
        assert answer.json()["code"] == "server_error"
        assert "division" not in answer.content.decode()
