"""Kenyan mobile numbers: any usual way of writing, one form, tricks refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phones import BadPhone, normal_form, shown


class TestNormalForm:
    @pytest.mark.parametrize(
        "text",
        [
            "0700012345", "700012345", "254700012345", "+254700012345", "+254 700 012 345",
            "0700 012 345", "0700-012-345", "(0700) 012345", " 0700012345\t", "0700.012.345",
            "+254\u00a0700\u00a0012\u00a0345", "254 700 012345", "+254-700-012345",
            "+254 0700 012 345", "000254700012345",
        ],
    )  # fmt: skip
    def test_every_usual_way_is_one_number(self, text):
        assert normal_form(text) == "254700012345"

    @pytest.mark.parametrize("text", ["0110012345", "254110012345", "110012345"])
    def test_numbers_that_begin_with_1(self, text):
        assert normal_form(text) == "254110012345"

    @pytest.mark.parametrize(
        "text",
        [
            "", " ", "abc", "07000l2345", "0700 012 345 ext 5", "0700012345;ext=5", "070001234",
            "07000123456", "25470001234", "2547000123456", "+255700012345", "+1 202 555 0143",
            "+44 7700 900123", "0200012345", "254200012345", "0800012345",
            "\uff10\uff10\uff17\uff10\uff10",
            "\u0660\u0667\u0660\u0660\u0660\u0661\u0662\u0663\u0664\u0665",
            "\uff10\uff17\uff10\uff10\uff10\uff11\uff12\uff13\uff14\uff15",
            "0700012345\x00", "0700012345\n0700012346", "=0700012345",
            "'0700012345", "0" * 10_000, "7" * 33, "tel:0700012345", "0700012345,0700012346",
            "<b>0700012345</b>", "1e9", "-700012345-", "254", "+", "()", "1234", "100",
        ],
    )  # fmt: skip
    def test_tricks_are_refused_with_an_example(self, text):
        with pytest.raises(BadPhone, match="0712 345 678") as caught:
            normal_form(text)

        assert len(str(caught.value)) < 250

    @given(st.text(max_size=40) | st.text("0123456789+-() .", max_size=20))
    def test_any_text_is_a_number_or_a_bad_phone(self, text):
        try:
            msisdn = normal_form(text)
        except BadPhone:
            return
        assert len(msisdn) == 12
        assert normal_form(msisdn) == msisdn

    @given(st.from_regex(r"254[17][0-9]{8}", fullmatch=True))
    def test_the_one_form_stays_as_it_is(self, msisdn):
        assert normal_form(msisdn) == msisdn
        assert normal_form(shown(msisdn)) == msisdn
        assert normal_form(f"0{msisdn[3:]}") == msisdn
