"""Alerts: one row while a condition lasts, however often and by how many it is met."""

from datetime import timedelta
from functools import partial

import pytest

from core.alerts import close_alerts, raise_alert
from core.models import Alert, AlertSeverity


def _raise(at, key="600111"):
    return raise_alert(kind="float_low", key=key, text="The float is low", at=at)


@pytest.mark.django_db
class TestRaiseAlert:
    def test_a_hundred_repeats_are_one_row(self, noon):
        for minute in range(100):
            _raise(noon + timedelta(minutes=minute))

        alert = Alert.objects.get()
        assert alert.count == 100
        assert (alert.first_at, alert.last_at) == (noon, noon + timedelta(minutes=99))
        assert alert.severity == AlertSeverity.WARNING

    def test_another_condition_is_another_row(self, noon):
        _raise(noon)
        _raise(noon, key="600222")

        assert Alert.objects.count() == 2

    def test_after_closing_it_opens_anew(self, noon):
        _raise(noon)

        assert close_alerts(kind="float_low", key="600111", at=noon, actor="amina") == 1
        assert close_alerts(kind="float_low", key="600111", at=noon, actor="amina") == 0
        _raise(noon + timedelta(hours=1))

        closed, opened = Alert.objects.order_by("pk")
        assert (closed.closed_by, closed.closed_at, closed.count) == ("amina", noon, 1)
        assert (opened.closed_at, opened.count) == (None, 1)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_many_at_once_are_one_row_and_all_are_counted(self, noon, together):
        answers = together(*[partial(_raise, noon)] * 8)

        assert [type(answer) for answer in answers] == [Alert] * 8
        assert Alert.objects.get().count == 8

    def test_none_is_lost_while_another_closes_them(self, noon, together):
        close = partial(close_alerts, kind="float_low", key="600111", at=noon, actor="amina")

        def raising():
            for _ in range(25):
                _raise(noon)

        def closing():
            for _ in range(25):
                close()

        answers = together(raising, raising, closing, closing)

        assert answers == [None] * 4
        assert sum(Alert.objects.values_list("count", flat=True)) == 50
