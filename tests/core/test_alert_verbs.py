"""What persons do with an alert at any door: acknowledge, assign, close; and how it gets worse."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User

from core import alerts
from core.alerts import Raised, close_many, raise_alert, raise_many, tell_anew
from core.callers import Caller, NotAllowed
from core.models import Alert, AlertSeverity, Step
from core.refusals import Refused
from tests.staff import at_the_desk

REASON = "Float is being topped up"
ASHA = Caller(actor="asha", origin="admin", partners=None, permissions=None)
CRITICAL, WARNING, NOTICE = AlertSeverity.CRITICAL, AlertSeverity.WARNING, AlertSeverity.NOTICE

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert(noon):
    return raise_alert(kind="float_low", key="600111", text="The float is low", at=noon)


class TestAcknowledge:
    def test_it_is_kept_with_who_and_why(self, alert, noon):
        alerts.acknowledge(alert_id=alert.pk, reason=REASON, caller=ASHA, at=noon)

        alert.refresh_from_db()
        assert (alert.acknowledged_by, alert.acknowledged_at) == ("asha", noon)
        assert alert.closed_at is None
        assert Step.objects.get().because == f"acknowledged: {REASON}"

    def test_once_is_enough(self, alert, noon):
        alerts.acknowledge(alert_id=alert.pk, reason=REASON, caller=ASHA, at=noon)

        with pytest.raises(Refused, match="asha has acknowledged it already"):
            alerts.acknowledge(alert_id=alert.pk, reason=REASON, caller=ASHA, at=noon)

    def test_it_ends_when_the_alert_gets_worse_and_only_then(self, alert, noon):
        alerts.acknowledge(alert_id=alert.pk, reason=REASON, caller=ASHA, at=noon)
        again = partial(raise_alert, kind="float_low", key="600111", at=noon)

        milder = again(text="Not so low", severity=NOTICE)
        same = again(text="Low again")
        worse = again(text="It is empty", severity=CRITICAL)
        after = again(text="Low again")

        assert [each.acknowledged_by for each in (milder, same)] == ["asha", "asha"]
        assert (worse.acknowledged_by, worse.acknowledged_at) == ("", None)
        assert [each.text for each in (milder, same)] == ["The float is low"] * 2
        assert (after.severity, after.text, after.count) == (CRITICAL, "It is empty", 5)


class TestAssign:
    def test_it_is_given_to_a_colleague_and_taken_back(self, alert, noon):
        at_the_desk("core.change_alert")
        name = User.objects.get().username
        give = partial(
            alerts.assign, alert_id=alert.pk, reason="she knows the bank", caller=ASHA, at=noon
        )

        given = give(to=name).assigned_to
        with pytest.raises(Refused, match=f"it is {name}'s already"):
            give(to=name)
        taken = give(to="").assigned_to

        assert (given, taken) == (name, "")
        assert [step.because for step in Step.objects.order_by("id")] == [
            f"assigned to {name}: she knows the bank", "assigned to nobody: she knows the bank",
        ]  # fmt: skip

    def test_those_who_may_not_work_on_alerts_cannot_have_it(self, alert, noon):
        at_the_desk("core.view_alert")
        name = User.objects.get().username

        for to in (name, "nobody-known"):
            with pytest.raises(Refused, match=r"assigned to: .* may work on alerts"):
                alerts.assign(alert_id=alert.pk, to=to, reason=REASON, caller=ASHA, at=noon)


class TestClose:
    def test_it_is_kept_with_who_and_why(self, alert, noon):
        alerts.close(alert_id=alert.pk, reason=REASON, caller=ASHA, at=noon)

        alert.refresh_from_db()
        assert (alert.closed_by, alert.closed_at) == ("asha", noon)
        assert Step.objects.get().because == f"closed: {REASON}"

    @pytest.mark.parametrize("verb", [alerts.acknowledge, alerts.close, alerts.assign])
    def test_what_is_not_open_is_refused(self, alert, noon, verb):
        act = partial(verb, **{"to": ""} if verb is alerts.assign else {})
        alerts.close(alert_id=alert.pk, reason=REASON, caller=ASHA, at=noon)

        with pytest.raises(alerts.NotOpen, match="closed already by asha"):
            act(alert_id=alert.pk, reason=REASON, caller=ASHA, at=noon)
        with pytest.raises(alerts.NotOpen, match="there is no alert 987654"):
            act(alert_id=987654, reason=REASON, caller=ASHA, at=noon)

    @pytest.mark.parametrize("verb", [alerts.acknowledge, alerts.close, alerts.assign])
    def test_only_those_who_may_and_only_with_a_reason(self, alert, noon, verb):
        act = partial(
            verb, alert_id=alert.pk, at=noon, **({"to": ""} if verb is alerts.assign else {})
        )
        viewer = Caller(
            actor="baraka", origin="api", partners=None, permissions=frozenset({"core.view_alert"})
        )
        of_one = Caller(actor="c", origin="api", partners=frozenset(), permissions=None)

        with pytest.raises(Refused, match="reason: write 8 to 500"):
            act(reason="short", caller=ASHA)
        with pytest.raises(NotAllowed, match=r"core\.change_alert"):
            act(reason=REASON, caller=viewer)
        with pytest.raises(NotAllowed, match="sees one partner"):
            act(reason=REASON, caller=of_one)

        assert not Step.objects.exists()


class TestMany:
    def test_many_are_raised_in_one_statement(self, noon, django_assert_num_queries):
        rows = [
            Raised(kind="k", key=str(n), severity=WARNING, text=f"text {n}", count=n + 1)
            for n in range(100)
        ]

        with django_assert_num_queries(1):
            raise_many(rows, at=noon)
        with django_assert_num_queries(1):
            raise_many(rows, at=noon + timedelta(hours=1))

        assert Alert.objects.count() == 100
        last = Alert.objects.get(key="99")
        assert (last.count, last.first_at, last.text) == (200, noon, "text 99")
        assert last.last_at == noon + timedelta(hours=1)

    def test_telling_anew_opens_and_counts_nothing(self, alert, noon):
        mild = Raised(kind="float_low", key="600111", severity=NOTICE, text="Nearly full")

        tell_anew([mild, Raised(kind="other", key="1", severity=CRITICAL, text="x")])

        told = Alert.objects.get()
        assert (told.severity, told.text, told.count) == (NOTICE, "Nearly full", 1)

    def test_those_that_ended_are_closed_at_once(self, alert, noon, django_assert_num_queries):
        raise_alert(kind="float_low", key="600222", text="t", at=noon)
        raise_alert(kind="other", key="600111", text="t", at=noon)

        with django_assert_num_queries(1):
            closed = close_many(
                [("float_low", "600111"), ("other", "600111")], at=noon, actor="system"
            )

        assert closed == 2
        assert Alert.objects.get(closed_at=None).key == "600222"
        assert close_many([], at=noon, actor="system") == 0
