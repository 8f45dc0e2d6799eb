"""Where a request comes from: our own proxy is believed, nobody else."""

import pytest

from federation.node.visitor import UNKNOWN, place_of


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
