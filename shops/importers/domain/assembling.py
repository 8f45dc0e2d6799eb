"""From a draft to an entry: texts cleaned, category and wearer found, variants judged, pictures checked. Pure.

Invariants: the file never decides alone: what it does not say comes from the boutique's choices; a guess is said; a
product that cannot be shown yet is kept and says why; every row is counted once.
"""

from collections.abc import Iterator

import msgspec

from federation.vocabulary.product import Gender, Product
from shops.importers.domain.assembled_variants import Judged, judge_variants
from shops.importers.domain.choices import FileRules, ImportChoices
from shops.importers.domain.codes import code_of
from shops.importers.domain.drafts import Case, Columns, Draft, Seen, Spot
from shops.importers.domain.entries import Entry, RowTally
from shops.importers.domain.findings import Finding, found
from shops.importers.domain.picture_cells import judge_pictures
from shops.importers.domain.texts import ReadText, plain_line, plain_prose
from shops.importers.domain.words.categories import category_named, category_of_path, category_of_tags
from shops.importers.domain.words.wearers import gender_of

MATERIALS_MAX = 20
BRAND_LENGTH_MAX = 100
_KINDS_OF_SHOES = frozenset({"boots", "sandals"})
"""A type such as footwear covers these too; a title that names one says more."""
_TEXT_SENTENCES = {
    "title.html": "the title holds HTML tags",
    "text.mojibake": "letters look damaged by a wrong encoding",
    "text.control": "the text holds control or invisible characters",
    "text.too_long": "the text is longer than fits",
}


class _Desk(msgspec.Struct, frozen=True):
    """A draft being worked on, and what there is to say so far."""

    draft: Draft
    rules: FileRules
    columns: Columns
    findings: list[Finding]

    def say(self, code: str, sentence: str, *, column: str = "", raw: str = "") -> None:
        self.findings.append(_at(self.draft.spot, code, sentence, column=column, raw=raw))


def assemble(draft: Draft, rules: FileRules, seen: Seen, columns: Columns) -> Entry:
    """The entry of a draft; its place is given by whoever reads the file."""
    desk = _Desk(draft, rules, columns, list(draft.findings))
    key = code_of(draft.key)
    if not _is_admitted(desk, key, seen):
        return _refused(desk, key)
    titles = _texts(desk, draft.titles, columns.title, is_line=True)
    if not titles:
        desk.say("title.missing", "the product has no title", column=columns.title)
        return _refused(desk, key)
    category = _category(draft, rules.choices)
    case = Case(draft=draft, key=key, category=category, rules=rules, seen=seen, columns=columns)
    judged = judge_variants(case)
    desk.findings.extend(judged.findings)
    if not judged.taken:
        return _refused(desk, key)
    product = _product(desk, case, titles, judged)
    pictures, more = judge_pictures(draft.pictures, columns.image)
    desk.findings.extend(more)
    hidden = _why_hidden(desk, category, judged)
    return Entry(
        place=0,
        line=draft.spot.line,
        key=key,
        product=product,
        hidden=hidden,
        stock=judged.stock,
        pictures=pictures,
        absent=draft.absent,
        findings=_of_product(desk),
        rows=_tally(draft, judged),
        variants_read=len(draft.variants),
        variants_taken=judged.taken,
        images_read=draft.images_read,
    )


def _is_admitted(desk: _Desk, key: str, seen: Seen) -> bool:
    """Whether a product of this key may be looked at further; why not, and another spelling, are said."""
    draft = desk.draft
    if key in seen.keys:
        desk.say("key.duplicate", f"product {draft.key} stands in this file already")
        return False
    seen.keys.add(key)
    if key != draft.key:
        desk.say("key.rewritten", f"the product is called {key} here", raw=draft.key)
    if draft.unsupported:
        desk.say("type.unsupported", draft.unsupported)
    return not draft.unsupported


def _at(spot: Spot, code: str, sentence: str, *, column: str = "", raw: str = "") -> Finding:
    return found(code, sentence, column=column, raw=raw, line=spot.line, record=spot.record)


def _of_product(desk: _Desk) -> tuple[Finding, ...]:
    key = desk.draft.key[:80]
    return tuple(msgspec.structs.replace(finding, product=key) for finding in desk.findings)


def _refused(desk: _Desk, key: str) -> Entry:
    draft = desk.draft
    heads = any(variant.is_head for variant in draft.variants)
    rows = len(draft.variants) + (0 if heads else 1) + draft.image_rows + draft.refused_rows
    return Entry(
        place=0,
        line=draft.spot.line,
        key=key,
        findings=_of_product(desk),
        rows=RowTally(refused=rows, skipped=draft.skipped_rows),
        variants_read=len(draft.variants),
        images_read=draft.images_read,
    )


def _tally(draft: Draft, judged: Judged) -> RowTally:
    return RowTally(
        product=1,
        variant=judged.rows_taken,
        image=draft.image_rows,
        skipped=draft.skipped_rows,
        refused=judged.rows_refused + draft.refused_rows,
    )


def _texts(desk: _Desk, texts: dict[str, str], column: str, *, is_line: bool) -> dict[str, str]:
    """The clean texts by language, empty ones left out; what was wrong is said."""
    clean = {}
    for language, raw in texts.items():
        read = plain_line(raw) if is_line else plain_prose(raw)
        if read.text:
            clean[language] = read.text
        if read.problems:
            desk.findings.extend(_text_findings(read, desk.draft, column, raw))
    return clean


def _text_findings(read: ReadText, draft: Draft, column: str, raw: str) -> Iterator[Finding]:
    for problem in read.problems:
        if problem == "html.removed":
            yield _at(draft.spot, problem, f"markup that may not stay: {read.removed}", column=column)
        else:
            yield _at(draft.spot, problem, _TEXT_SENTENCES[problem], column=column, raw=raw)


def _category(draft: Draft, choices: ImportChoices) -> str:
    """The boutique's own decision first, then what its words mean; empty when nobody knows."""
    for name in (draft.type, *draft.paths):
        decided = choices.categories.get(name.casefold()) if name else None
        if decided:
            return decided
    language = choices.language
    by_title = category_named(draft.titles.get(language, ""), language)
    told = (category_named(draft.type, language) if draft.type else None) or next(
        filter(None, map(category_of_path, draft.paths)), None
    )
    if told == "shoes" and by_title in _KINDS_OF_SHOES:
        return by_title
    by_tags = category_of_tags(draft.tags, language) if draft.tags and not told else None
    return told or by_tags or by_title or choices.default_category


def _gender(draft: Draft, choices: ImportChoices) -> Gender:
    if draft.is_childs:
        return "children"
    words = (draft.titles.get(choices.language, ""), draft.type)
    return gender_of(draft.genders) or gender_of(draft.tags) or gender_of(words) or choices.gender


def _product(desk: _Desk, case: Case, titles: dict[str, str], judged: Judged) -> Product:
    draft = desk.draft
    materials = dict.fromkeys(filter(None, (plain_line(each).text for each in draft.materials)))
    return Product(
        id=case.key,
        title=titles,
        category=case.category,
        gender=_gender(draft, desk.rules.choices),
        variants=judged.variants,
        description=_texts(desk, draft.bodies, desk.columns.body, is_line=False),
        brand=plain_line(draft.brand, BRAND_LENGTH_MAX).text,
        materials=tuple(materials)[:MATERIALS_MAX],
        care=_texts(desk, draft.care, "care", is_line=False),
    )


def _why_hidden(desk: _Desk, category: str, judged: Judged) -> str:
    """Why the product is kept back, which is said too; empty when it may be shown."""
    draft = desk.draft
    if draft.hidden:
        desk.say("status.not_listed", f"the shop keeps this product back: {draft.hidden}")
    if not category:
        own = draft.type or next(iter(draft.paths), "")
        reason = f"no category of ours is known for {own!r}" if own else "the product names no type or category"
        sentence = f"{reason}: choose one in your import settings"
        desk.say("category.unmapped", sentence, column=desk.columns.category, raw=own)
    if draft.hidden:
        return draft.hidden
    if judged.only_free:
        return "price"
    return "" if category else "category"
