from typing import Any

import pytest

from reconciliation.rules.live_frames import Allowance, BadFrame, TooLarge, read_frame


class TestFrames:
    @pytest.mark.parametrize("kind", ["ping", "get_stats"])
    def test_a_known_one_is_a_command(self, kind: str) -> None:
        assert read_frame(f'{{"type": "{kind}"}}', None).kind == kind

    def test_more_fields_than_we_know_do_no_harm(self) -> None:
        found = read_frame('{"type":"reconcile_session","sessionId":" QHX12345 ","x":[1]}', None)

        assert (found.kind, found.session_id) == ("reconcile_session", "QHX12345")

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("{", "JSON"), ("", "JSON"), ("[" * 3000, "JSON"), ("[]", "object"), ("7", "object"),
            ('{"type": 1}', "type:"), ('{"type": ["ping"]}', "type:"), ("{}", "type:"),
            ('{"type": "reconcile_session"}', "sessionId:"),
            ('{"type": "reconcile_session", "sessionId": 7}', "sessionId:"),
            ('{"type": "reconcile_session", "sessionId": " "}', "sessionId:"),
            ('{"type": "reconcile_session", "sessionId": "' + "x" * 201 + '"}', "sessionId:"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named_with_an_example(self, text: str, word: str) -> None:
        with pytest.raises(BadFrame, match=word) as told:
            read_frame(text, None)

        assert "such as" in str(told.value)

    @pytest.mark.parametrize(("text", "data"), [("é" * 2_049, None), (None, b"x" * 4_097)])
    def test_four_kilobytes_are_the_most(self, text: Any, data: Any) -> None:
        with pytest.raises(TooLarge):
            read_frame(text, data)


class TestAllowance:
    def test_a_burst_and_then_so_many_a_second(self) -> None:
        allowance = Allowance(burst=3, per_second=2, now_s=10)

        taken = [allowance.take(now_s=10) for _ in range(4)]
        later = [allowance.take(now_s=11) for _ in range(3)]

        assert taken == [True, True, True, False]
        assert later == [True, True, False]
