"""A browser without a screen: keeps cookies, reads forms, submits them as a person would; and asks JSON.

The check uses the nodes only through what anybody can reach by HTTP. Redirects are followed like a browser does.
"""

from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import aiohttp
import msgspec

from marketplace.cli.errors import CommandError

TIMEOUT_SECONDS = 30.0
_SHOWN_CHARACTERS = 300


class Form(msgspec.Struct, frozen=True):
    """One form of a page: where it goes, what it carries already, and its buttons (name, value)."""

    action: str
    method: str
    fields: dict[str, str]
    buttons: tuple[tuple[str, str], ...]


class Page(msgspec.Struct, frozen=True):
    """An answer in HTML and where it came from in the end."""

    url: str
    status: int
    text: str

    def offers(self, part_of_action: str) -> bool:
        """Whether the page has a form whose address contains these words."""
        return any(part_of_action in (form.action or self.url) for form in self._forms())

    def form(self, part_of_action: str) -> Form:
        """The form whose address contains these words. Raises CommandError when the page has none."""
        for form in self._forms():
            if part_of_action in (form.action or self.url):
                return form
        raise CommandError(f"{self.url} ({self.status}) has no form that goes to …{part_of_action}…")

    def _forms(self) -> list[Form]:
        reader = _FormReader()
        reader.feed(self.text)
        return reader.forms


class Browser:
    """One visitor of one site."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        # Cookies of sites without a name (127.0.0.1) are kept only on request.
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def open(self, url: str) -> Page:
        """Fetch a page; a refusal is a page too."""
        async with self._client.get(urljoin(self._base, url)) as answer:
            return Page(str(answer.url), answer.status, await answer.text())

    async def submit(self, page: Page, form: Form, **fields: str) -> Page:
        """Send a form of a page with these fields filled in. Raises CommandError when that is refused."""
        values = {**form.fields, **fields}
        target = urljoin(page.url, form.action or page.url)
        async with self._client.request(form.method, target, data=values) as answer:
            made = Page(str(answer.url), answer.status, await answer.text())
        if made.status >= 400:  # noqa: PLR2004 - refusals begin here
            raise CommandError(f"{target} answered {made.status}: {words_of(made.text)}")
        return made

    async def sign_in(self, link: str) -> Page:
        """Open a one-time link and press its button; returns the page it leads to."""
        page = await self.open(link)
        return await self.submit(page, page.form("/sign-in/"))

    async def get_json(self, path: str) -> Any:
        """The JSON of an API address. Raises CommandError with the problem's words for a refusal."""
        status, body = await self.ask("GET", path)
        if status >= 400:  # noqa: PLR2004 - refusals begin here
            raise CommandError(f"{path} answered {status}: {words_of(body.decode(errors='replace'))}")
        return msgspec.json.decode(body)

    async def ask(self, method: str, path: str, content: object = None) -> tuple[int, bytes]:
        """One JSON request; returns the status and the answer's bytes, whatever they say."""
        body = b"" if content is None else msgspec.json.encode(content)
        headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if body else {})}
        async with self._client.request(
            method, urljoin(self._base, path), data=body or None, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.read()

    @property
    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise CommandError("the browser is closed")
        return self._session


def words_of(text: str) -> str:
    """The readable beginning of an answer, for an error message."""
    reader = _WordReader()
    reader.feed(text)
    return " ".join(" ".join(reader.words).split())[:_SHOWN_CHARACTERS]


class _FormReader(HTMLParser):
    """Collects forms; text areas and selects keep their first value."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: dict[str, Any] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action, method = given.get("action", ""), given.get("method", "get").upper()
            self._open = {"action": action, "method": method, "fields": {}, "buttons": []}
        elif self._open is not None:
            self._take_control(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open is not None:
            self.forms.append(Form(**{**self._open, "buttons": tuple(self._open["buttons"])}))
            self._open = None

    def _take_control(self, tag: str, given: dict[str, str]) -> None:
        if self._open is None:
            return
        name, kind = given.get("name", ""), given.get("type", "text" if tag == "input" else "submit")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self._open["fields"]):
            self._open["fields"][self._select] = given.get("value", "")
        elif tag == "button" or (tag == "input" and kind == "submit"):
            self._open["buttons"].append((name, given.get("value", "")))
        elif tag == "textarea" and name:
            self._open["fields"].setdefault(name, "")
        elif tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in given):
            self._open["fields"][name] = given.get("value", "")


class _WordReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in {"style", "script", "head"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script", "head"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
