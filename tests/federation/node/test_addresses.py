"""Where the guarded door may lead: every spelling of a place that is nobody's shop is seen through."""

import pytest

from federation.node.addresses import DoorRefusedError, check_address, check_host, checked_url
from federation.node.door import Door

SPECIAL = {
    "this network": ("0.0.0.0", "0.1.2.3"),  # noqa: S104 - refused, not bound
    "private": ("10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    "carrier's own": ("100.64.0.1", "100.100.100.200", "100.127.255.255"),
    "loopback": ("127.0.0.1", "127.255.255.254"),
    "link-local": ("169.254.169.254", "169.254.0.1"),
    "a cloud's inside": ("168.63.129.16",),
    "protocol assignments": ("192.0.0.1", "192.0.0.170", "192.31.196.1", "192.52.193.1", "192.175.48.1"),
    "documentation": ("192.0.2.1", "198.51.100.7", "203.0.113.9"),
    "relays": ("192.88.99.1",),
    "benchmarks": ("198.18.0.1", "198.19.255.255"),
    "multicast": ("224.0.0.1", "239.255.255.250"),
    "reserved": ("240.0.0.1", "255.255.255.255"),
    "v6 loopback and unspecified": ("::1", "::"),
    "v6 link-local": ("fe80::1", "fe80::1%eth0", "febf::1"),
    "v6 private": ("fc00::1", "fd12:3456:789a::1", "fec0::1"),
    "v6 multicast": ("ff02::1", "ff0e::1"),
    "v6 documentation": ("2001:db8::1", "3fff::1"),
    "v6 benchmarks, identifiers and other assignments": ("2001:2::1", "2001:10::1", "2001:20::1", "2001:1::1"),
    "v6 discard, segments, unassigned": ("100::1", "5f00::1", "4000::1", "a000::1"),
    "mapped": ("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe"),
    "compatible": ("::127.0.0.1", "::a00:1"),
    "translated": ("64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "::ffff:0:a00:1"),
    "6to4": ("2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1"),
    "Teredo": ("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    "ISATAP": ("2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:127.0.0.1"),
}

MISSPELT = {
    "one number": ("2130706433", "0", "4294967295", "134744072"),
    "octal": ("0177.0.0.1", "0177.0.0.01", "017700000001", "010.8.8.8"),
    "hexadecimal": ("0x7f.0.0.1", "0x7f000001", "0X7F.1", "0x8.0x8.0x8.0x8"),
    "parts left out": ("127.1", "10.1", "127.0.1"),
    "leading zeros": ("008.008.008.008", "127.000.000.001"),
    "dots at the end": ("127.0.0.1.", "localhost.", "example.org.", "example.org.."),
    "empty parts": ("a..b.example", ".example", ".", ".."),
    "too long": (f"{'a' * 64}.example", ".".join(["a" * 60] * 5)),
    "local names": ("localhost", "intranet", "postgres", "a.localhost", "printer.local", "metadata.google.internal"),
    "reverse and hidden names": ("1.0.0.127.in-addr.arpa", "box.home.arpa", "abc.onion"),
    "percent": ("127.0.0.1%2f.example.org", "%31%32%37.0.0.1", "example%2eorg"),
    "characters that names have not": ("exa_mple.org", "-a.example.org", "a-.example.org", "a b.example", "*.example"),
    "other scripts": (
        "ex\u00e4mple.org",
        "\u2460\u2461\u2466.0.0.1",
        "example\u3002org",
        "\u0430pple.com",
        "127.0.0.\uff11",
    ),
    "v6 in other words": ("0:0:0:0:0:0:0:1", "2606:4700:0::1", "::FFFF:8.8.8.8", "2606:4700::00ff"),
}

URLS = (
    *("http://example.org/", "https://example.org:8443/", "https://example.org:80/", "https://example.org:0/"),
    *("https://example.org:99999/", "https://example.org:x/", "ftp://example.org/", "file:///etc/passwd"),
    *(
        "gopher://example.org/",
        "javascript:alert(1)",
        "//example.org/",
        "https:example.org",
        "https://",
        "https:///x",
        "",
    ),
    *("https://user:pw@example.org/", "https://@example.org/", "https://example.org@127.0.0.1/"),
    *("https://example.org\\@127.0.0.1/", "https://example.org\\.evil.example/", "https://exa\tmple.org/"),
    *(
        "https://example.org/a\r\nHost: x",
        " https://example.org/",
        "https://example.org/ x",
        "https://example.org/\x00",
    ),
    *("https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::1", "https://[fe80::1%25lo]/"),
    *("https://localhost/", "https://LOCALHOST/", "https://[v1.x]/", "https://ex\u00e4mple.org/"),
    "https://example.org/" + "x" * 3000,
)


@pytest.mark.parametrize("address", [address for group in SPECIAL.values() for address in group])
def test_special_addresses_are_refused(address: str) -> None:
    """No address of special purpose is approached, in whatever dress it comes."""
    with pytest.raises(DoorRefusedError):
        check_address(address, is_listed=False)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
        "::ffff:8.8.8.8",
    ],
)
def test_public_addresses_pass(address: str) -> None:
    """A public address may be approached."""
    check_address(address, is_listed=False)


@pytest.mark.parametrize("host", [host for group in MISSPELT.values() for host in group])
def test_misspelt_hosts_are_refused(host: str) -> None:
    """A host that could be read in two ways, or names no place on the Internet, is refused and not repaired."""
    with pytest.raises(DoorRefusedError):
        check_host(host)


@pytest.mark.parametrize(
    "host",
    ["example.org", "xn--exmple-cua.org", "a-b.c1.co.uk", "1and1.com", "3.example.org", "8.8.8.8", "2606:4700::1"],
)
def test_names_and_plain_addresses_pass(host: str) -> None:
    """Full names, their ASCII spelling when they are of another script, and addresses in their one spelling pass."""
    check_host(host)


@pytest.mark.parametrize("url", URLS)
async def test_unfit_urls_are_refused(url: str) -> None:
    """Only https on port 443 of a public name is approached, and only where every reader reads the same name."""
    with pytest.raises(DoorRefusedError):
        await Door().request("GET", url, headers={}, body=b"", max_bytes=10)


def test_listed_addresses_must_be_loopback() -> None:
    """The list opens loopback only, so a listed name that resolves elsewhere stays shut."""
    check_address("127.0.0.1", is_listed=True)
    check_address("::ffff:127.0.0.1", is_listed=True)
    with pytest.raises(DoorRefusedError):
        check_address("8.8.8.8", is_listed=True)


def test_a_host_is_read_in_lower_case() -> None:
    """Names are compared without case."""
    assert checked_url("https://Example.ORG/A").hostname == "example.org"
