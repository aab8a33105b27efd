"""What notices say: within one SMS, without phones, in both languages."""

from dataclasses import replace

import pytest

from tests.wire import START
from vault.models import NoticeKind
from vault.rules import notice_texts
from vault.rules.notice_texts import Facts, plain, where_in_words

URL = "https://vault.example.org/r/" + "x" * 44
FACTS = Facts(
    partner="Umoja Lettings", amount_minor=1_250_000, currency="KES", at=START,
    of="Rose Court, A7", receipt="UKL7ABCDEF", fee_minor=62_500, owed_minor=1_187_500, count=3,
    where="paybill 600222, account PROP001", url=URL,
)  # fmt: skip
LONG = "Mlimani Heights Residential Apartments and Shops of the Example Family Trust"


class TestSms:
    def test_it_is_worded_once_for_a_kind_and_language(self) -> None:
        text = notice_texts.sms("rent_received", "en", FACTS)

        assert text == (
            f"Umoja Lettings: KES 12,500 received for Rose Court, A7. Receipt UKL7ABCDEF. {URL}"
        )

    def test_the_owner_reads_what_is_theirs(self) -> None:
        text = notice_texts.sms("rent_for_owner", "sw", FACTS)

        assert text == (
            "Umoja Lettings: Kodi KES 12,500 ya Rose Court, A7 imepokelewa, risiti UKL7ABCDEF. "
            "Ada KES 625, yako KES 11,875."
        )

    @pytest.mark.parametrize("kind", NoticeKind.values)
    @pytest.mark.parametrize("language", ["en", "sw"])
    @pytest.mark.parametrize(
        "url", [URL, "https://a-long-name.of-a-platform.example/r/" + "x" * 90]
    )
    def test_long_names_are_shortened_until_it_is_one_message(
        self, kind: str, language: str, url: str
    ) -> None:
        facts = replace(
            FACTS, partner=LONG, of=LONG, amount_minor=123_456_789_00, where=LONG, url=url
        )

        text = notice_texts.sms(kind, language, facts)

        assert len(text) <= 160
        assert "KES 123,456,789" in text

    def test_a_link_is_left_out_whole_or_kept_whole(self) -> None:
        too_long = "https://vault.example.org/r/" + "x" * 120

        kept = notice_texts.sms("rent_received", "en", replace(FACTS, of=LONG))
        left = notice_texts.sms("rent_received", "en", replace(FACTS, url=too_long))

        assert kept.endswith(URL)
        assert "https" not in left
        assert "Receipt UKL7ABCDEF" in left

    def test_letters_that_make_a_message_twice_as_dear_are_plain(self) -> None:
        assert plain("Café “Náirobi” – {Nyümba} 家") == 'Cafe "Nairobi" - ?Nyumba? ?'


class TestEmail:
    @pytest.mark.parametrize("kind", NoticeKind.values)
    @pytest.mark.parametrize("language", ["en", "sw"])
    def test_subject_is_one_line_and_the_text_names_the_day(
        self, kind: str, language: str
    ) -> None:
        facts = replace(FACTS, of=LONG * 3, partner="Umoja\nLettings")

        subject, text = notice_texts.email(kind, language, facts)

        assert len(subject) <= 150
        assert "\n" not in subject
        assert "21/11/2026" in text


class TestWhere:
    def test_a_phone_is_named_by_its_end_only(self) -> None:
        english = where_in_words(language="en", msisdn="254700030106")
        swahili = where_in_words(language="sw", msisdn="254700030106")

        assert english == "the phone ending in 106"
        assert swahili == "simu inayoishia 106"

    def test_a_till_has_no_account(self) -> None:
        till = where_in_words(language="en", number="512704", is_till=True)
        paybill = where_in_words(language="sw", number="600222", account="PROP001")

        assert till == "till 512704"
        assert paybill == "paybill 600222, akaunti PROP001"
