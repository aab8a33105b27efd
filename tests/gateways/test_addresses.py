"""Addresses that a person typed in, as they are written (attack 38)."""

from ipaddress import IPv4Network, IPv6Network

import pytest

from gateways.http import address_problem


class TestWhatIsWritten:
    @pytest.mark.parametrize(
        "url",
        [
            "https://mifos.example.org", "https://mifos.example.org:8443",
            "https://mifos.example.org:8443/", "https://mifos.example.org/lender/one",
            "https://mifos.example.org:9443/fineract-provider/api/v1", "https://41.90.4.4",
            "https://[2c0f:fe38::7]:8443", "https://mifos",
        ],
    )  # fmt: skip
    def test_plain_addresses_are_fine(self, url: str) -> None:
        assert not address_problem(url, ())

    @pytest.mark.parametrize(
        ("url", "word"),
        [
            ("", "1 to 255"),
            ("https://" + "a" * 250 + ".org", "1 to 255"),
            ("http://mifos.example.org", "https"),
            ("ftp://mifos.example.org", "https"),
            ("file:///etc/passwd", "https"),
            ("gopher://mifos.example.org", "https"),
            ("mifos.example.org", "https"),
            ("//mifos.example.org", "https"),
            ("https://user@mifos.example.org", "user"),
            ("https://mifos.example.org@127.0.0.1", "user"),
            ("https://user:word@mifos.example.org", "user"),
            ("https://mifos.example.org?x=1", "path"),
            ("https://mifos.example.org#x", "path"),
            ("https://mifos.example.org/../admin", "path"),
            ("https://mifos.example.org/a%2fb", "path"),
            ("https://mifos.example.org:22", "port 22"),
            ("https://mifos.example.org:25", "port 25"),
            ("https://mifos.example.org:80", "port 80"),
            ("https://mifos.example.org:0", "port 0"),
            ("https://mifos.example.org:70000", "address"),
            ("https://mifos.example.org:a", "address"),
            ("https://", "name"),
            ("https://mifos..example", "name"),
            ("https://-mifos.example", "name"),
            ("https://mifos_example.org", "name"),
            ("https://mifos.example.org\\@127.0.0.1", "blanks"),
            ("https://mifos.example.org ", "blanks"),
            ("https://mifos.example.org\n", "blanks"),
            ("https://mifos.example.org\r\nHost: x", "blanks"),
            ("https://mifоs.example.org", "plain letters"),  # a Cyrillic o
            ("https://xn--mifs-2we.example.org", "look like"),
            ("https://①②⑦.0.0.1", "plain letters"),
        ],
    )
    def test_odd_ones_are_refused_with_an_example(self, url: str, word: str) -> None:
        problem = address_problem(url, ())

        assert word in problem
        assert "such as" in problem

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1", "127.8.9.10", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",
            "169.254.169.254", "0.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1",
            "198.18.0.1", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]",
            "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[2002:7f00:1::]", "[64:ff9b::7f00:1]",
            "[2001:0:53aa:64c:0:fbff:80ff:fffe]", "[ff02::1]", "[::127.0.0.1]", "[fec0::1]",
        ],
    )  # fmt: skip
    def test_addresses_inside_are_refused(self, host: str) -> None:
        assert address_problem(f"https://{host}:8443", ())

    @pytest.mark.parametrize(
        "host",
        [
            "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.1", "1.2.3", "0x7f.0.0.1",
            "127.0.0.01", "256.1.1.1",
        ],
    )  # fmt: skip
    def test_numbers_in_odd_notation_are_no_names(self, host: str) -> None:
        assert "four parts" in address_problem(f"https://{host}:8443", ())

    def test_a_network_that_is_named_may_be_called_without_tls_too(self) -> None:
        inside = (IPv4Network("10.20.0.0/16"), IPv6Network("fd00:1::/32"))

        problems = [
            address_problem(f"{scheme}://{host}:8080", inside)
            for scheme in ("http", "https")
            for host in ("10.20.3.4", "[fd00:1::7]", "fineract")
        ]

        assert problems == [""] * 6
        assert "VAULT_MIFOS_PRIVATE_NETWORKS" in address_problem("https://10.21.0.1:8443", inside)
        assert "only https" in address_problem("http://41.90.4.4:8080", inside)

    def test_a_metadata_address_is_refused_whatever_is_named(self) -> None:
        everywhere = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))

        assert address_problem("https://169.254.169.254", everywhere)
        assert address_problem("http://[fe80::1]:8080", everywhere)
