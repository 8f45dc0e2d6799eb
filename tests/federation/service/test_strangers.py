"""How many strangers a node meets in a minute: one that introduces thousands shuts out nobody but its neighbours."""

from datetime import UTC, datetime, timedelta

import pytest

from federation.conversations.messages import LinkProposal
from federation.documents import json
from federation.documents.times import text_of
from federation.node import clock
from federation.service import parties
from federation.service.peers import Introduction, lookup_for
from federation.service.strangers import STRANGERS_PER_MINUTE_MAX, STRANGERS_PER_PLACE_MAX, Strangers, domain_of
from federation.vocabulary.errors import QuotaError
from federation.vocabulary.ids import new_id
from tests.federation.nodes import Pair

NOW = datetime(2026, 11, 22, 12, 0, 7, tzinfo=UTC)


def refuses(counted: Strangers, network: str, url: str, now: datetime = NOW) -> bool:
    """Whether another stranger is turned away."""
    try:
        counted.admit(network, url, now)
    except QuotaError as error:
        return error.retry_after_seconds == 60
    return False


def test_one_network_shuts_out_only_itself() -> None:
    """Whatever domains it names; the next minute it may go on."""
    counted = Strangers()
    for number in range(STRANGERS_PER_PLACE_MAX):
        assert not refuses(counted, "198.18.7.0/24", f"https://s{number}.example/p")
    assert refuses(counted, "198.18.7.0/24", "https://another.example/p")
    assert not refuses(counted, "198.18.8.0/24", "https://honest.test/p")
    assert not refuses(counted, "198.18.7.0/24", "https://another.example/p", NOW + timedelta(minutes=1))


def test_one_domain_shuts_out_only_itself() -> None:
    """Whatever networks it comes from and whatever names it makes up below its own."""
    counted = Strangers()
    for number in range(STRANGERS_PER_PLACE_MAX):
        assert not refuses(counted, f"198.18.{number}.0/24", f"https://s{number}.evil.example/p")
    assert refuses(counted, "198.19.1.0/24", "https://new.evil.example/p")
    assert not refuses(counted, "198.19.1.0/24", "https://honest.test/p")


def test_all_together_are_bounded() -> None:
    """Also when each comes from a place of its own."""
    counted = Strangers()
    for number in range(STRANGERS_PER_MINUTE_MAX):
        assert not refuses(counted, f"network {number}", f"https://own-{number}.example-{number}.test/p")
    assert refuses(counted, "another", "https://honest.test/p")


def test_places_beyond_the_bound_share_a_count() -> None:
    """What is remembered stays bounded, and whoever fills it up shuts out those who come later than it, not before."""
    counted = Strangers(places_max=2)
    assert not refuses(counted, "first", "https://first.test/p")
    for number in range(STRANGERS_PER_PLACE_MAX):
        assert not refuses(counted, f"network {number}", "http://127.0.0.1/p")
    assert refuses(counted, "late", "http://127.0.0.1/p")
    assert not refuses(counted, "first", "https://first.test/p")


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://shop.example.org/fed", "example.org"),
        ("https://example.org:8443/fed", "example.org"),
        ("https://9.9.9.9/fed", "9.9.9.0/24"),
        ("https://[2606:4700::1]/fed", "2606:4700::/48"),
        ("http://127.0.0.1:7101/fed", ""),
        ("https://outbox.invalid/fed/v1/s1x/profile", ""),
    ],
)
def test_an_address_counts_for_whoever_has_it(url: str, domain: str) -> None:
    """The registered name, or the network; this machine itself and no address at all count for nobody."""
    assert domain_of(url) == domain


async def test_a_flood_from_one_network_touches_neither_newcomers_nor_known_parties(strangers: Pair) -> None:
    """A newcomer of another network is met, and then heard from anywhere."""
    shop, hub = strangers.shop, strangers.hub
    proposal = LinkProposal(
        id=str(new_id()),
        shop=shop.party_id,
        hub=hub.party_id,
        profile_url=parties.profile_url(shop.settings, shop.party_id),
        proposed_at=text_of(clock.now()),
    )
    with hub.here() as fed:
        now = clock.now()
        for _ in range(STRANGERS_PER_PLACE_MAX):
            fed.strangers.admit("flooded", "http://127.0.0.1/", now)

        async def meet(network: str) -> None:
            introduction = Introduction("profile", json.encode(proposal), network)
            await lookup_for(fed, shop.party_id, "any", int(now.timestamp()), introduction=introduction)

        with pytest.raises(QuotaError, match="network"):
            await meet("flooded")
        await meet("another")
        await meet("flooded")
