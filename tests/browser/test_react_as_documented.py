"""The source document's React panel with our component, in Chromium, against a running server."""

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from reconciliation.models import CheckRequest
from reconciliation.operations.tell_live import tell
from tests.browser.documented import a_token, clock_from_now, fetched
from tests.browser.serving import LIMIT_S, Served
from tests.chaos.conftest import ROOT
from tests.sockets import free_port
from tests.wire import MovedClock

# As the document has it; the name of the folder is put in, for the line would be too long here.
ADMIN_PANEL = """
import RealTimeReconciliationDashboard from './FOLDER/RealTimeReconciliationDashboard';

function AdminPanel() {
  return (
    <div>
      <h1>Admin Panel</h1>
      <RealTimeReconciliationDashboard />
    </div>
  );
}
"""
SHOWN = """
import { createRoot } from 'react-dom/client';
createRoot(document.body.appendChild(document.createElement('main'))).render(<AdminPanel />);
"""
FOLDER = "components/dashboards"
COMPONENT = ROOT / "docs/examples/RealTimeReconciliationDashboard.js"
PACKAGES = ("react@18", "react-dom@18", "esbuild@0.25")
BUNDLED = ("--bundle", "--loader:.js=jsx", "--jsx=automatic", "--define:process.env.NODE_ENV='1'")
BUNDLING_LIMIT_S = 180
PATIENCE_MS = LIMIT_S * 1000
ALERT = {
    "sessionId": "507f1f77bcf86cd799439011",
    "issues": [{"type": "amount_mismatch", "message": "M-Pesa amount differs"}],
    "severity": "high",
    "timestamp": "2024-12-14T10:30:00.000Z",
}


@pytest.fixture
def moved() -> Iterator[MovedClock]:
    with clock_from_now() as source:
        yield source


@pytest.fixture
def server(transactional_db: None) -> Iterator[Served]:
    with Served(free_port()) as server:
        yield server


@pytest.fixture(scope="module")
def admin_panel(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The panel and our component, where the document has it; bundled for a browser."""
    folder = fetched(tmp_path_factory.mktemp("react"), *PACKAGES)
    (folder / FOLDER).mkdir(parents=True)
    shutil.copy(COMPONENT, folder / FOLDER)
    (folder / "AdminPanel.js").write_text(ADMIN_PANEL.replace("FOLDER", FOLDER) + SHOWN)
    bundler = folder / "node_modules" / ".bin" / "esbuild"
    made = subprocess.run(
        [bundler, "AdminPanel.js", *BUNDLED], cwd=folder, check=True, capture_output=True,
        text=True, timeout=BUNDLING_LIMIT_S,
    )  # fmt: skip
    return made.stdout


@pytest.fixture
def panel(server: Served, admin_panel: str, browser: Browser) -> Iterator[Page]:
    """It is connected; its token is where the component looks for one."""
    page = browser.new_page(bypass_csp=True)  # as on a page of somebody else's
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"http://localhost:{server.port}/admin/login/")
    page.evaluate("token => { localStorage.setItem('token', token); }", a_token())
    page.evaluate("document.body.replaceChildren()")
    page.add_script_tag(content=admin_panel)
    expect(page.locator("[role=status]")).to_have_text("Connected")
    yield page
    page.close()
    connection.close()


class TestReactComponent:
    def test_it_shows_figures_results_and_alerts(self, pay: Any, panel: Page) -> None:
        pay(reference="123")
        panel.get_by_label("Session IDs").fill("123")

        panel.get_by_role("button", name="Reconcile Now").click()
        panel.locator("summary", has_text="123").click()
        tell("discrepancy_alert", ALERT, None)

        expect(panel.get_by_text("manual_websocket")).to_be_visible()
        expect(panel.get_by_text("amount_mismatch: M-Pesa amount differs")).to_be_visible()
        expect(panel.get_by_text("high", exact=True)).to_be_visible()
        expect(panel.locator("dl > div").first).to_have_text("Total processed1")

    def test_it_queues_several_and_says_what_is_not_known(self, pay: Any, panel: Page) -> None:
        ids = [str(pay(reference=each).pk) for each in ("TRY-1", "TRY-2")]
        field, said = panel.get_by_label("Session IDs"), panel.locator("output")

        field.fill("TRY-9")
        panel.get_by_role("button", name="Reconcile Now").click()
        expect(said).to_contain_text("TRY-9")
        field.fill(", ".join(ids))
        panel.get_by_role("button", name="Queue").click()
        expect(said).to_have_text("Queued: 2")

        assert set(CheckRequest.objects.values_list("subject_id", flat=True)) == set(ids)

    def test_it_connects_again_by_itself_unless_it_is_told_not_to(
        self, server: Served, panel: Page
    ) -> None:
        status = panel.locator("[role=status]")
        again = panel.get_by_label("Reconnect by itself")

        again.uncheck()
        server.end()
        expect(status).to_have_text("Disconnected")
        server.begin()
        expect(status).to_have_text("Disconnected")
        again.check()

        expect(status).to_have_text("Connected")
