"""Whatever raises an alert is told: routing reads the table, so nobody has to remember it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

from config import watch
from config.deliveries import deliver_due
from config.health_figures import CALLBACKS_LATE, NO_WORKER, SCHEDULE_LATE, Reading
from config.schedules import SWEEPS
from core.admin import shown
from core.models import Alert, JobRun
from disbursements.operations.judge import judge_answer
from disbursements.operations.pause import tell_parked
from gateways.http import connections
from gateways.memory import MemoryNotifier
from gateways.models import Call
from gateways.simulator import Simulator
from reconciliation.models import AlertMessage, AlertRecipient
from tests.reconciliation.alerts.conftest import EMAIL, PHONE
from tests.wire import START, MovedClock, Wire
from vault.models import Shortcode
from vault.operations import account_alerts

pytestmark = pytest.mark.usefixtures("engine_db")
People = Callable[..., AlertRecipient]


def reading(kind: str, name: str) -> Reading:
    return Reading(group="g", name=name, value="bad", text="t", tone=shown.BAD, alert_kind=kind)


class TestWhatIsRaisedElsewhere:
    def test_each_is_told(
        self, recipient: People, memory: MemoryNotifier, a_shortcode: Shortcode
    ) -> None:
        recipient()
        JobRun.objects.create(name="watch", started_at=START, succeeded_at=START)

        judge_answer(api="b2c", code="98765", text="Never seen", at=START)
        tell_parked(cause="credentials:600111", reason="its password is wrong", at=START)
        for kind in (account_alerts.LOW_FLOAT, account_alerts.CREDENTIALS_REFUSED):
            account_alerts.tell(kind, a_shortcode, "text", at=START)
        for kind, name in ((CALLBACKS_LATE, "Read within 60 s"), (SCHEDULE_LATE, "send")):
            watch.tell([reading(kind, name)], at=START)
        watch.tell([reading(NO_WORKER, "Worker")], at=START)
        SWEEPS["alerts"].run()

        raised = set(Alert.objects.values_list("kind", flat=True))
        told = AlertMessage.objects.filter(state="sent", alert__isnull=False)
        assert len(raised) == 7
        assert set(told.values_list("alert__kind", flat=True)) == raised
        assert {each.to for each in memory.delivered} == {EMAIL}


class TestOnTheWire:
    @pytest.fixture
    def sms(self, wire: Wire, simulator: Simulator, settings: Any) -> Any:
        connections.session().mount(settings.AFRICASTALKING_BASE_URL, wire)
        yield simulator.sms
        connections.session().adapters.pop(settings.AFRICASTALKING_BASE_URL)

    def test_the_sms_service_takes_it_and_tells_what_became_of_it(
        self, sms: Any, wire: Wire, recipient: People, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        from vault.queries.notices import report_address

        sms.report_url = report_address()
        recipient(email="", phone=PHONE)
        recipient(email="", phone="254700098301")  # takes it, and does not deliver it
        account_alerts.tell(account_alerts.LOW_FLOAT, a_shortcode, "text", at=moved())

        SWEEPS["alerts"].run()
        moved.forward(hours=1)
        wire.deliver()
        deliver_due()

        problems = dict(AlertMessage.objects.values_list("to", "problem"))
        assert {message.to for message in sms.messages} == {f"+{PHONE}", "+254700098301"}
        assert problems[PHONE] == ""
        assert problems["254700098301"].startswith("Not delivered: ")
        assert Call.objects.filter(kind="alert").count() == 2
        assert not any(PHONE in str(vars(call)) for call in Call.objects.all())

    @override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
    def test_email_goes_by_djangos_mail(
        self, recipient: People, a_shortcode: Shortcode, mailoutbox: list[Any]
    ) -> None:
        recipient()
        account_alerts.tell(account_alerts.LOW_FLOAT, a_shortcode, "The float is low", at=START)

        SWEEPS["alerts"].run()

        alert = Alert.objects.get()
        assert [mail.subject for mail in mailoutbox] == ["HIGH alert: Float low"]
        assert mailoutbox[0].to == [EMAIL]
        assert f"https://vault.example/admin/core/alert/{alert.pk}/change/" in mailoutbox[0].body
