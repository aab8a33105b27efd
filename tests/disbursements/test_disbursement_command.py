"""manage.py disbursement: one payout by anything that names it, and its timeline."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("disbursement", *arguments, stdout=out)
    return out.getvalue()


class TestDisbursement:
    @pytest.mark.parametrize("name", ["REF-00001", "0700100001", "+254700100001", "1,250"])
    def test_it_is_found_as_in_the_search_box(self, pay: Any, name: str) -> None:
        pay("00001")

        text = said(name)

        assert "REF-00001 of Umoja Example Ltd: KES 1,250.00 to +254700100001" in text
        assert "queued: May be sent" in text

    def test_the_timeline_tells_everything_in_order(self, wire: Any, pay: Any) -> None:
        row = pay("00001")
        wire.run(hours=1)

        answer = json.loads(said(str(row.pk), "--json"))

        titles = [event["title"] for event in answer["timeline"]]
        moments = [event["at"] for event in answer["timeline"]]
        assert answer["status"] == "completed"
        assert "Instructed: queued" in titles
        assert any("Payment booked" in title for title in titles)
        assert moments == sorted(moments)

    def test_several_are_named_and_none_is_shown(self, pay: Any) -> None:
        pay("00001")
        pay("00002")

        with pytest.raises(CommandError, match=r"REF-00001.*Give the id of one") as refused:
            said("1,250")

        assert refused.value.returncode == 1

    def test_nothing_found_tells_what_to_give(self, engine_db: None) -> None:
        with pytest.raises(CommandError, match="names no payout"):
            said("REF-NOBODY")
