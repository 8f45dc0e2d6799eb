"""The storefront for somebody who reads Italian: every page whole, and nothing of it left in English."""

import re

import httpx
import pytest

from federation.node.languages import speaking
from federation.vocabulary.wording import sentence
from marketplace.storefront import destinations
from marketplace.storefront.words import WORDING
from payouts.adapters.memory import Fault
from payouts.errors import ProviderRefusedError, ProviderUnavailableError
from tests.marketplace.gallery import Gallery
from tests.marketplace.markup import faults
from tests.marketplace.orders.world import APPS
from tests.marketplace.storefront.test_buying import put_in_basket, send_checkout
from tests.support.clients import form

pytestmark = pytest.mark.apps(*APPS)

PIECE = "/b/zagara-figlie/p/orange-grove-shirt-dress"
ENGLISH = re.compile(
    r"\b(?:the|and|with|from|your|you|its|was|piece|pieces|basket|search|size|sizes|colour|price|shipping|delivery"
    r"|free|working|days|black|white|dresses|shoes|bags|women|men|italy|france|today|nothing|order)\b",
    re.IGNORECASE,
)


def read_aloud(html: str) -> str:
    """What a page of ours says in its own language: without markup, and without what says it is in another one."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", html, flags=re.DOTALL)
    body = re.sub(r'<(\w+)\b[^>]*\blang="(?!it)[a-z]+"[^>]*>.*?</\1>', " ", body, flags=re.DOTALL)
    spoken = re.findall(r'\b(?:aria-label|placeholder|title)="([^"]*)"', body)
    return " ".join([re.sub(r"<[^>]*>", " ", body), *spoken])


def sound_italian(answer: httpx.Response) -> str:
    """The page, when it is sound, says it is Italian and is."""
    assert '<html lang="it">' in answer.text
    assert faults(answer.text) == []
    assert sorted({word.lower() for word in ENGLISH.findall(read_aloud(answer.text))}) == []
    return answer.text


@pytest.fixture
def reader(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """The browser of somebody who prefers Italian."""
    browser.headers["Accept-Language"] = "it-IT,it;q=0.9,en;q=0.5"
    return browser


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Dove sono"), ("/search", "Filtra e ordina"), ("/search?q=lino&max=300", "fino a 300\xa0€"),
        ("/search?q=zzqx", "Non abbiamo trovato niente"), ("/search?gender=women&category=dresses", "Abiti"),
        ("/search?colour=white", "Bianco"), ("/boutiques", "Ovunque"), ("/b/zagara-figlie", "I pezzi"),
        ("/b/zagara-figlie?kind=dresses", "Abiti"), (PIECE, "Prezzo con consegna (Italia)"),
        ("/basket", "Ancora vuoto"),
        ("/how-ranking-works", "Che cosa non conta"), ("/sign-in", "Mandami un link"), ("/b/nobody", "ha traslocato"),
    ],
)  # fmt: skip
async def test_every_page_is_whole_in_italian(reader: httpx.AsyncClient, path: str, words: str) -> None:
    """Each page a shopper can open says everything in Italian."""
    assert words in sound_italian(await reader.get(path))


async def test_buying_is_whole_in_italian(reader: httpx.AsyncClient) -> None:
    """Basket, faults of the form, a changed basket, the boutiques' answers: all in Italian."""
    await put_in_basket(reader, 0)
    await put_in_basket(reader, 1)
    assert "Spedizione, 2 pacchi" in sound_italian(await reader.get("/basket"))
    assert "Chiedi alle boutique e paga" in sound_italian(await reader.get("/checkout"))
    faulty = sound_italian(await send_checkout(reader, postcode="", email="not an address"))
    assert "2 campi da rivedere" in faulty
    assert "Al pacco serve il CAP." in faulty
    assert "Qualcosa nel carrello è cambiato" in sound_italian(await send_checkout(reader, quote="stale"))
    data = {"country": "JP", "next": "/basket"}
    await form(reader, "/basket", data, action="/destination")
    assert '<option value="JP" selected>Giappone</option>' in sound_italian(await reader.get("/basket"))


async def test_each_page_names_itself_in_other_languages(browser: httpx.AsyncClient) -> None:
    """The head says where this very page stands in each language, its question kept."""
    head = (await browser.get("/search?q=lino&lang=it")).text.partition("</head>")[0]
    found = dict(re.findall(r'<link rel="alternate" hreflang="([a-z-]+)" href="[^"]*?(/search[^"]*)">', head))
    assert found == {
        "en": "/search?q=lino&amp;lang=en",
        "it": "/search?q=lino&amp;lang=it",
        "x-default": "/search?q=lino",
    }


@pytest.mark.parametrize("language", ["en", "it"])
async def test_a_refusal_holds_no_markup_of_the_visitor(browser: httpx.AsyncClient, language: str) -> None:
    """What somebody wrote into an address comes back as text, percent signs and all."""
    page = (await browser.get(f"/search?min=%3Cimg/src%3Dx%3E100%25s&lang={language}")).text
    assert "<img/src=x>" not in page
    assert "&lt;img/src=x&gt;100%s" in page


def test_a_sentence_kept_as_a_value_is_said_in_the_readers_language() -> None:
    """The refusal reads English to machines, and its message with the same values to an Italian."""
    kept = sentence("Only %(num)s left; please lower the quantity.", num=2)
    assert kept == "Only 2 left; please lower the quantity."
    with speaking("it"):
        assert WORDING.said(kept) == "Pezzi rimasti: 2; riduci la quantità."


def test_countries_stand_by_their_own_names() -> None:
    """The list of destinations is in the reader's language, and in its order."""
    with speaking("it"):
        names = list(destinations.offered().values())
    assert names == sorted(names)
    assert {"Germania", "Stati Uniti", "Paesi Bassi"} <= set(names)


async def test_a_silent_provider_is_told_kindly(reader: httpx.AsyncClient, gallery: Gallery) -> None:
    """Whoever cannot get to the payment page reads why in their language, and not what the provider answered."""
    await put_in_basket(reader, 0)
    for error, words in (
        (ProviderUnavailableError("read timeout at 10.0.0.1"), "al momento non risponde"),
        (ProviderRefusedError("no such currency"), "Non è stato possibile avviare il pagamento"),
    ):
        gallery.world.till.faults.append(Fault("create_payment", error))
        barred = await send_checkout(reader)
        assert barred.status_code == 409
        assert words in sound_italian(barred)
        assert str(error) not in barred.text
