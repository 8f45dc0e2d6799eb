"""Where a request comes from: our own proxy is believed, nobody else."""

import pytest

from federation.node.visitor import UNKNOWN, network_of, place_of


@pytest.mark.parametrize(
    ("peer", "forwarded", "place"),
    [
        ("93.184.215.14", "", "93.184.215.14"),
        ("93.184.215.14", "1.2.3.4", "93.184.215.14"),
        ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.7", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "rubbish", "127.0.0.1"),
        ("2606:4700::5:1", "", "2606:4700::/64"),
        ("2606:4700::5:2", "", "2606:4700::/64"),
        ("::ffff:93.184.215.14", "", "93.184.215.14"),
        ("", "1.2.3.4", UNKNOWN),
    ],
)
def test_a_place_is_told_by_the_connection_or_our_proxy(peer: str, forwarded: str, place: str) -> None:
    """The connection's other end, or what a proxy of ours says last; a household of IPv6 is one place."""
    assert place_of(peer, forwarded) == place


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("93.184.215.14", "1.2.3.4", "93.184.215.0/24"),
        ("127.0.0.1", "93.184.215.99", "93.184.215.0/24"),
        ("2606:4700:0:9::1", "", "2606:4700::/48"),
        ("::ffff:93.184.215.14", "", "93.184.215.0/24"),
        ("127.0.0.1", "", ""),
        ("10.0.0.7", "rubbish", ""),
        ("", "1.2.3.4", ""),
    ],
)
def test_a_network_is_what_somebody_is_given_whole(peer: str, forwarded: str, network: str) -> None:
    """An IPv4 /24 or an IPv6 /48; a request of this machine itself says nothing of who asks."""
    assert network_of(peer, forwarded) == network
