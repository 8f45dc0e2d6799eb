"""The pages of products: list, new, edit, withdraw and publish again, pictures."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from federation.log.records import product_key
from federation.node import clock
from federation.node.languages import language
from federation.node.listing import Listing, listing
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.records import Refusal
from federation.service import refusals
from federation.vocabulary.errors import GalleriaError, RecordInvalidError
from federation.vocabulary.money import Money
from federation.vocabulary.product import CATEGORIES, COLOUR_FAMILIES
from federation.vocabulary.wording import message, sentence
from shops.catalog import service, store
from shops.importers.store import products as imported
from shops.node import shop_node
from shops.portal import forms
from shops.portal.door import back_to, boutique_of, render
from shops.portal.seen import differences, seen_mark
from shops.portal.sheets import PRODUCT_COLUMNS, product_cells, spoken
from shops.portal.unshown import unshown
from shops.portal.views import STATE_WORDS, kept_words
from shops.store import BoutiqueView

SIZE_SYSTEMS = ("IT", "FR", "DE", "ES", "EU", "UK", "US", "JP", "INT", "ISO", "CM", "WL", "ONE")


CHANGED_MEANWHILE = message(
    "This product was changed after you had opened this page. Nothing is lost: your words are still in the form."
)


@get("/portal/{handle:str}/products")
async def products(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """The boutique's products, newest change first."""
    boutique = await boutique_of(request, handle)
    asked = listing(
        request.query_params,
        columns=store.PRODUCT_SORTS,
        own="-changed",
        filters=("q", "state"),
        descending_first=("changed", "variants", "sellable", "price"),
    )
    state = asked.filters["state"]
    if state == "kept":
        return await _kept_back(request, boutique, asked)
    rows = await store.product_rows(
        boutique.shop_id,
        search=asked.filters["q"],
        state=state if state in {"published", "withdrawn"} else "",
        sorting=asked.sorting,
        offset=asked.offset,
        limit=asked.limit,
        language=language(),
    )
    currency = boutique.profile.currency
    if asked.wants_file:
        return download("products", spoken(PRODUCT_COLUMNS), [product_cells(row, currency) for row in rows])
    return render(
        request,
        "products.html",
        boutique,
        list=asked,
        rows=asked.shown(rows),
        more=len(rows) > asked.per_page,
        words=STATE_WORDS,
        categories=CATEGORIES,
        currency=currency,
        money=Money,
        kept=await imported.kept_back_count(boutique.shop_id),
    )


async def _kept_back(request: AnyRequest, boutique: BoutiqueView, asked: Listing) -> Response[Any]:
    """What the last import keeps back: not on sale, each with its reason and what to do."""
    rows = await imported.kept_back(boutique.shop_id, asked.filters["q"], asked.offset, asked.limit)
    return render(
        request,
        "kept.html",
        boutique,
        list=asked,
        rows=asked.shown(rows),
        more=len(rows) > asked.per_page,
        why=kept_words,
    )


@get("/portal/{handle:str}/new-product")
async def blank_product(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """The empty form."""
    boutique = await boutique_of(request, handle)
    return _form(request, boutique, forms.product_fields(None), None)


def _form(
    request: AnyRequest,
    boutique: BoutiqueView,
    fields: forms.Fields,
    stored: store.StoredProduct | None,
    problem: GalleriaError | None = None,
    *,
    changed: bool = False,
    refused: Sequence[Refusal] = (),
) -> Response[Any]:
    """The form of a product; `changed` says that it was changed since this form was opened, and lists where.

    `refused` is what hubs say against the version published now.
    """
    return render(
        request,
        "product.html",
        boutique,
        status_code=422 if problem else 200,
        fields=fields,
        stored=stored,
        seen=seen_mark(stored.product) if stored else "",
        differences=differences(fields, stored.product) if stored and changed else [],
        rows=forms.variant_rows(fields),
        problem=problem,
        faults={fault.pointer: fault.message for fault in problem.errors} if problem else {},
        languages=forms.LANGUAGES,
        categories=[(code, label) for code, (label, _) in CATEGORIES.items()],
        families=COLOUR_FAMILIES,
        systems=SIZE_SYSTEMS,
        words=STATE_WORDS,
        unshown=unshown(refused),
    )


@post("/portal/{handle:str}/new-product")
async def create_product(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Write and publish a product that is not there yet."""
    boutique = await boutique_of(request, handle)
    fields = forms.fields_of(await request.form())
    try:
        product = forms.product_from(fields, boutique.profile.currency, None)
        await _refuse_known(boutique, product.id)
        await service.save_product(boutique.shop_id, product, clock.now())
    except RecordInvalidError as error:
        return _form(request, boutique, fields, None, error)
    return back_to(request, boutique, f"/products/{product.id}", message("Saved and published. Now set its stock."))


async def _refuse_known(boutique: BoutiqueView, product_id: str) -> None:
    if await store.products(boutique.shop_id, [product_id]):
        raise RecordInvalidError(
            sentence("there is a product %(code)s already: choose another article code", code=product_id)
        )


@get("/portal/{handle:str}/products/{product_id:str}")
async def product(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Response[Any]:
    """One product's form."""
    boutique = await boutique_of(request, handle)
    stored = await service.product(boutique.shop_id, product_id)
    refused = await refusals.heard(boutique.shop_id, product_key(product_id))
    return _form(request, boutique, forms.product_fields(stored.product), stored, refused=refused)


@post("/portal/{handle:str}/products/{product_id:str}")
async def save_product(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Response[Any]:
    """Write and publish a product as the form says."""
    boutique = await boutique_of(request, handle)
    fields = forms.fields_of(await request.form())
    stored = await service.product_to_change(boutique.shop_id, product_id)
    if fields.get("seen") not in {None, seen_mark(stored.product)}:
        return _form(request, boutique, fields, stored, RecordInvalidError(CHANGED_MEANWHILE), changed=True)
    try:
        changed = forms.product_from(fields, boutique.profile.currency, stored.product)
        saved = await service.save_product(boutique.shop_id, changed, clock.now())
    except RecordInvalidError as error:
        return _form(request, boutique, fields, stored, error)
    said = message("Nothing had changed.") if saved.outcome == "unchanged" else message("Saved and published.")
    return back_to(request, boutique, f"/products/{product_id}", said)


@post("/portal/{handle:str}/products/{product_id:str}/withdraw")
async def withdraw(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Response[Any]:
    """Take it off sale everywhere."""
    boutique = await boutique_of(request, handle)
    await service.withdraw(boutique.shop_id, product_id, clock.now())
    return back_to(request, boutique, f"/products/{product_id}", message("Withdrawn from sale everywhere."))


@post("/portal/{handle:str}/products/{product_id:str}/publish")
async def publish(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Response[Any]:
    """Put it back on sale."""
    boutique = await boutique_of(request, handle)
    await service.publish_again(boutique.shop_id, product_id, clock.now())
    return back_to(request, boutique, f"/products/{product_id}", message("On sale again."))


@post("/portal/{handle:str}/products/{product_id:str}/delete")
async def delete(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Response[Any]:
    """Withdraw it and forget it."""
    boutique = await boutique_of(request, handle)
    await service.delete(boutique.shop_id, product_id, clock.now())
    return back_to(request, boutique, "/products", message("Deleted."))


@post("/portal/{handle:str}/products/{product_id:str}/pictures")
async def add_picture(request: AnyRequest, handle: FromPath[str], product_id: FromPath[str]) -> Response[Any]:
    """Add an uploaded picture at the end."""
    boutique = await boutique_of(request, handle)
    form = await request.form()
    upload = form.get("picture")
    path = f"/products/{product_id}#pictures"
    if not isinstance(upload, UploadFile) or not upload.filename:
        return back_to(request, boutique, path, message("Choose a picture file first."), failed=True)
    place, settings = (product_id, str(form.get("alt", "")).strip()), shop_node(request).settings
    try:
        await service.add_picture(settings, boutique.shop_id, place, await upload.read(), clock.now())
    except GalleriaError as error:
        return back_to(request, boutique, path, error.sentence, failed=True)
    return back_to(request, boutique, path, message("Picture added and published."))


@post("/portal/{handle:str}/products/{product_id:str}/pictures/{sha256:str}/remove")
async def remove_picture(
    request: AnyRequest, handle: FromPath[str], product_id: FromPath[str], sha256: FromPath[str]
) -> Response[Any]:
    """Take a picture off the product; the file stays for other products."""
    boutique = await boutique_of(request, handle)
    await service.remove_picture(boutique.shop_id, product_id, sha256, clock.now())
    return back_to(request, boutique, f"/products/{product_id}#pictures", message("Picture removed."))


HANDLERS = [
    products,
    blank_product,
    create_product,
    product,
    save_product,
    withdraw,
    publish,
    delete,
    add_picture,
    remove_picture,
]
