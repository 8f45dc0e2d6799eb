"""What must hold of every page: landmarks, headings, labels, alternatives, guarded forms. Our own reader of HTML."""

from collections import Counter
from html.parser import HTMLParser

_UNLABELLED_KINDS = {"hidden", "submit", "button"}
_VOID = {"meta", "link", "img", "input", "br", "hr", "line", "rect", "path", "circle"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.labels_for: set[str] = set()
        self.controls: list[tuple[str, dict[str, str], bool]] = []
        self.images: list[dict[str, str]] = []
        self.tags: Counter[str] = Counter()
        self.forms: list[dict[str, str]] = []
        self.guarded: set[int] = set()
        self.headings: list[int] = []
        self.language = ""
        self.styled: list[str] = []
        self._open: list[str] = []
        self.texts: dict[int, str] = {}
        self._buttons: list[int] = []
        self.button_count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "svg" not in self._open:
            self.tags[tag] += 1
        if "id" in given:
            self.ids[given["id"]] += 1
        if "style" in given or any(name.startswith("on") for name in given):
            self.styled.append(tag)
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "label" and "for" in given:
            self.labels_for.add(given["for"])
        if tag in {"input", "select", "textarea"}:
            self._control(tag, given)
        self._content(tag, given)
        if tag not in _VOID:
            self._open.append(tag)

    def _content(self, tag: str, given: dict[str, str]) -> None:
        if tag == "img":
            self.images.append(given)
        if tag == "form":
            self.forms.append(given)
        if tag == "button":
            self._buttons.append(self.button_count)
            self.texts[self.button_count] = given.get("aria-label", "")
            self.button_count += 1
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))

    def _control(self, tag: str, given: dict[str, str]) -> None:
        if given.get("name") == "csrf_token":
            self.guarded.add(len(self.forms) - 1)
        if tag != "input" or given.get("type", "text") not in _UNLABELLED_KINDS:
            self.controls.append((tag, given, "label" in self._open))

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._buttons:
            self._buttons.pop()
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        for number in self._buttons:
            self.texts[number] += data.strip()


def faults(html: str) -> list[str]:
    """Everything that is wrong with a page, as sentences; an empty list when it is sound."""
    reader = _Reader()
    reader.feed(html)
    found = [f"id {name!r} stands {times} times" for name, times in reader.ids.items() if times > 1]
    single = ("h1", "main", "title")
    found += [f"there are {reader.tags[tag]} <{tag}>, not one" for tag in single if reader.tags[tag] != 1]
    found += [f"<{tag}> has a style or handler of its own" for tag in reader.styled]
    if not reader.language:
        found.append("the page does not say its language")
    if "content" not in reader.ids or 'href="#content"' not in html:
        found.append("nothing to skip to")
    for tag, given, wrapped in reader.controls:
        if not (wrapped or given.get("id") in reader.labels_for or given.get("aria-label")):
            found.append(f"<{tag} name={given.get('name')!r}> has no label")
    found += [f"picture {given.get('src')!r} has no alt" for given in reader.images if "alt" not in given]
    found += [f"button {number} says nothing" for number, text in reader.texts.items() if not text]
    for place, given in enumerate(reader.forms):
        if given.get("method", "get").lower() == "post" and place not in reader.guarded:
            found.append(f"the form to {given.get('action')!r} carries no csrf_token")
    jumps = [(a, b) for a, b in zip(reader.headings, reader.headings[1:], strict=False) if b > a + 1]
    return found + [f"a heading jumps from h{a} to h{b}" for a, b in jumps]
