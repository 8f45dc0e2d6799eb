"""Every page there is, in the states a person meets it in: where it is, who sees it, what to do there first.

`NOT_PAGES` names the GET routes that answer no page, with the reason. A route of the apps that stands in neither list
fails `test_every_page_is_visited`.
"""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
from playwright.async_api import Page

from tests.pages.season import DARK, MANUAL

Node = Literal["hub", "shop", "standin"]
Who = Literal["guest", "shopper", "operator", "owner"]
Act = Callable[[Page], Awaitable[None]]


class Visit(msgspec.Struct, frozen=True):
    """One look at one page: the route it stands for, its address with names of the season, and what is done there."""

    name: str
    node: Node
    route: str
    path: str
    who: Who = "guest"
    status: int = 200
    act: Act | None = None


def sending(form: str, **values: str) -> Act:
    """Fill fields of a form and send it as a browser that checks nothing would."""

    async def act(page: Page) -> None:
        for name, value in values.items():
            await page.evaluate(
                "([form, name, value]) => { document.querySelector(form).elements[name].value = value }",
                [form, name, value],
            )
        async with page.expect_navigation():
            await page.evaluate("form => HTMLFormElement.prototype.submit.call(document.querySelector(form))", form)

    return act


def opening(selector: str) -> Act:
    """Open what a click opens."""

    async def act(page: Page) -> None:
        await page.locator(selector).first.click()

    return act


def giving_back(pieces: str) -> Act:
    """Choose so many of the first piece, and go on."""

    async def act(page: Page) -> None:
        await page.locator("select[name^=pieces_]").first.select_option(pieces)
        async with page.expect_navigation():
            await page.locator("form.checkout-form button").click()

    return act


BOUTIQUE, PIECE = "/b/{handle:str}", "/b/{handle:str}/p/{product_id:str}"
STOREFRONT = (
    Visit("home", "hub", "/", "/"),
    Visit("home, currencies open", "hub", "/", "/", act=opening(".chooser summary")),
    Visit("search, all", "hub", "/search", "/search"),
    Visit("search, found", "hub", "/search", "/search?q=dress"),
    Visit("search, nothing", "hub", "/search", "/search?q=zzqx"),
    Visit("search, narrowed", "hub", "/search", "/search?q=red&gender=women&department=clothing&max=400"),
    Visit("search, new", "hub", "/search", "/search?sort=newest"),
    Visit("search, a department", "hub", "/search", "/search?department=shoes"),
    Visit("search, another currency", "hub", "/search", "/search?q=dress&max=200"),
    Visit("boutiques", "hub", "/boutiques", "/boutiques"),
    Visit("boutiques, narrowed", "hub", "/boutiques", "/boutiques?country=DE"),
    Visit("boutiques, none", "hub", "/boutiques", "/boutiques?q=zzqx"),
    Visit("boutique of one kind", "hub", BOUTIQUE, "/b/{handle}?kind=dresses"),
    Visit("piece", "hub", PIECE, "/b/{handle}/p/{product}"),
    Visit("piece of a dark house", "hub", PIECE, f"/b/{DARK}/p/{{dark_product}}"),
    Visit("piece without a size", "hub", PIECE, "/b/{handle}/p/{product}", status=422,
          act=sending("form[action='/basket/add']")),
    Visit("proof of a piece", "hub", f"{PIECE}/proof", "/b/{handle}/p/{product}/proof"),
    Visit("basket, empty", "hub", "/basket", "/basket"),
    Visit("basket, full", "hub", "/basket", "/basket", "shopper"),
    Visit("basket, a wrong quantity", "hub", "/basket", "/basket", "shopper", 422,
          sending("form[action='/basket/update']", quantity="1.5")),
    Visit("checkout", "hub", "/checkout", "/checkout", "shopper"),
    Visit("checkout, faults", "hub", "/checkout", "/checkout", "shopper", 422, sending("form.checkout-form")),
    Visit("checkout, set aside", "hub", "/checkout/{token:str}/held", "/checkout/{held}/held"),
    Visit("checkout, partly refused", "hub", "/checkout/{token:str}/held", "/checkout/{refused}/held"),
    Visit("checkout, over", "hub", "/checkout/{token:str}/held", "/checkout/{over}/held"),
    Visit("order, shipped and refunded", "hub", "/order/{token:str}", "/order/{shipped}"),
    Visit("order, declined", "hub", "/order/{token:str}", "/order/{declined}"),
    Visit("order, placed", "hub", "/order/{token:str}", "/order/{placed}"),
    Visit("order, unpaid", "hub", "/order/{token:str}", "/order/{paying}"),
    Visit("order, giving pieces back", "hub", "/order/{token:str}", "/order/{returned}"),
    Visit("a return to choose", "hub", "/order/{token:str}/return/{part_id:uuid}",
          "/order/{returned}/return/{returned_part}"),
    Visit("a return of nothing", "hub", "/order/{token:str}/return/{part_id:uuid}",
          "/order/{returned}/return/{returned_part}", status=422, act=giving_back("0")),
    Visit("a return to confirm", "hub", "/order/{token:str}/return/{part_id:uuid}",
          "/order/{returned}/return/{returned_part}", act=giving_back("1")),
    Visit("a return's slip", "hub", "/order/{token:str}/returns/{return_id:uuid}/slip",
          "/order/{returned}/returns/{return_id}/slip"),
    Visit("a receipt", "hub", "/order/{token:str}/receipt/{part_id:uuid}",
          "/order/{returned}/receipt/{returned_part}"),
    Visit("how ranking works", "hub", "/how-ranking-works", "/how-ranking-works"),
    Visit("nothing here", "hub", "", "/nowhere", status=404),
    Visit("no such boutique", "hub", BOUTIQUE, "/b/nobody", status=404),
    Visit("hub sign-in", "hub", "/sign-in", "/sign-in"),
    Visit("hub sign-in link", "hub", "/sign-in/{token:str}", "{hub_link}"),
    Visit("hub sign-in link, worn", "hub", "/sign-in/{token:str}", "/sign-in/worn", status=410),
)  # fmt: skip

CONSOLE = tuple(
    Visit(f"console, {name}", "hub", f"/console{route}", f"/console{path}", "operator", status)
    for name, route, path, status in (
        ("overview", "", "", 200),
        ("boutiques", "/boutiques", "/boutiques", 200),
        ("a boutique", "/boutiques/{shop_id:str}", "/boutiques/{shop_id}", 200),
        ("orders", "/orders", "/orders", 200),
        ("orders of a state", "/orders", "/orders?state=paid", 200),
        ("an order, sent", "/orders/{order_id:uuid}", "/orders/{shipped_id}", 200),
        ("an order, placed", "/orders/{order_id:uuid}", "/orders/{placed_id}", 200),
        ("a refund", "/orders/{order_id:uuid}/refund",
         "/orders/{placed_id}/refund?shop_order_id={part}&quantity%3A{line}=1&reason=too+small", 200),
        ("a refund, faults", "/orders/{order_id:uuid}/refund",
         "/orders/{placed_id}/refund?shop_order_id={part}&quantity%3A{line}=some", 422),
        ("money", "/money", "/money", 200),
        *((f"money, {kind}", f"/money/{kind}", f"/money/{kind}", 200)
          for kind in ("settlements", "transfers", "payouts", "refunds", "claims")),
        *((f"money, {kind}", f"/money/{kind}", f"/money/{kind}", 200)
          for kind in ("blocked", "exposure", "disputes", "reconciliation", "corrections", "bank-files", "jobs")),
        ("money, orders", "/money/orders", "/money/orders", 200),
        ("an order in money", "/money/orders/{order_id:uuid}", "/money/orders/{shipped_id}", 200),
        ("money, by month", "/money", "/money?by=month", 200),
        ("a dispute", "/money/disputes/{dispute_id:uuid}", "/money/disputes/{dispute}", 200),
        ("a refund that failed", "/money/refunds/{refund_id:uuid}", "/money/refunds/{refund_failed}", 200),
        ("a refund to approve", "/money/refunds/{refund_id:uuid}", "/money/refunds/{refund_by_hand}", 200),
        ("commission rules", "/rules", "/rules", 200),
        ("a new commission rule", "/rules/{rule_id:str}", "/rules/new", 200),
        ("coupons", "/coupons", "/coupons", 200),
        ("people", "/people", "/people", 200),
        ("a boutique's terms", "/boutiques/{shop_id:str}/terms", "/boutiques/{shop_id}/terms", 200),
        ("trial balance", "/trial-balance", "/trial-balance", 200),
        ("papers", "/money/papers", "/money/papers", 200),
        ("papers, none found", "/money/papers", "/money/papers?kind=credit_note&month=2020-01", 200),
        ("a statement", "/money/papers/{paper_id:uuid}", "/money/papers/{statement}", 200),
        ("an invoice", "/money/papers/{paper_id:uuid}", "/money/papers/{invoice}", 200),
        ("a running statement", "/boutiques/{shop_id:str}/statement", "/boutiques/{shop_id}/statement", 200),
        ("an account", "/trial-balance/{currency:str}/{code:str}", "/trial-balance/EUR/hub:commission", 200),
        ("dead letters", "/dead-letters", "/dead-letters", 200),
        ("returns", "/returns", "/returns", 200),
        ("a return", "/returns/{return_id:uuid}", "/returns/{return_id}", 200),
        ("identity and keys", "/keys", "/keys", 200),
        ("mails", "/mails", "/mails", 200),
        ("a mail", "/mails/{mail_id:uuid}", "/mails/{mail}", 200),
    )
)  # fmt: skip

DESK = "/portal/{handle:str}"
PORTAL = (
    Visit("portal, boutiques", "shop", "/portal", "/portal", "owner"),
    *(
        Visit(f"portal, {name}", "shop", f"{DESK}{route}", f"/portal/{{handle}}{path}", "owner", status, act)
        for name, route, path, status, act in (
            ("overview", "", "", 200, None),
            ("products", "/products", "/products", 200, None),
            ("products, none found", "/products", "/products?q=zzqx", 200, None),
            ("a product", "/products/{product_id:str}", "/products/{product}", 200, None),
            ("a product, faults", "/products/{product_id:str}", "/products/{product}", 422,
             sending("main form.sheet", title_en="", v0_price="cheap")),
            ("a new product", "/new-product", "/new-product", 200, None),
            ("a new product, faults", "/new-product", "/new-product", 422, sending("main form.sheet")),
            ("stock", "/stock", "/stock", 200, None),
            ("stock, faults", "/stock", "/stock", 422, sending("#figures-form", r0_on_hand="many")),
            ("vouchers", "/vouchers", "/vouchers", 200, None),
            ("vouchers, faults", "/vouchers", "/vouchers", 422,
             sending("main form.sheet", code="MOTH-2026", off="much")),
            ("orders", "/orders", "/orders", 200, None),
            ("an order, sent", "/orders/{row:int}", "/orders/{shipped_row}", 200, None),
            ("an order, accepted", "/orders/{row:int}", "/orders/{accepted_row}", 200, None),
            ("a packing slip", "/orders/{row:int}/slip", "/orders/{shipped_row}/slip", 200, None),
            ("returns", "/returns", "/returns", 200, None),
            ("returns, none", "/returns", "/returns?state=rejected", 200, None),
            ("a return, agreed", "/returns/{row:int}", "/returns/{return_row}", 200, None),
            ("a return, to answer", "/returns/{row:int}", "/returns/{asked_row}", 200, None),
            ("not delivered", "/undelivered", "/undelivered", 200, None),
            ("money", "/money", "/money", 200, None),
            ("money, movements", "/money/movements", "/money/movements?show=all", 200, None),
            ("money, no movements found", "/money/movements", "/money/movements?order=zzqx", 200, None),
            ("money, by order", "/money/orders", "/money/orders", 200, None),
            ("money, papers", "/money/papers", "/money/papers", 200, None),
            ("money, a paper", "/money/papers/{paper_id:uuid}", "/money/papers/{statement}", 200, None),
            ("money, payouts", "/money/payouts", "/money/payouts", 200, None),
            ("money, disputes", "/money/disputes", "/money/disputes", 200, None),
            ("money, a dispute", "/money/disputes/{hub_id:str}/{dispute_id:uuid}",
             "/money/disputes/{hub_id}/{dispute}", 200, None),
            ("getting paid", "/getting-paid", "/getting-paid", 200, None),
            ("papers", "/getting-paid/{hub_id:str}/papers", "/getting-paid/{hub_id}/papers", 200, None),
            ("hubs", "/hubs", "/hubs", 200, None),
            ("identity and keys", "/keys", "/keys", 200, None),
            ("leaving", "/leave", "/leave", 200, None),
            ("moving", "/move", "/move", 200, None),
            ("profile", "/profile", "/profile", 200, None),
            ("profile, faults", "/profile", "/profile", 422, sending("main form.sheet", country="Italy", name="")),
            ("imports", "/import", "/import", 200, None),
            ("an import, looked at", "/import/{import_id:str}", "/import/{import_checked}", 200, None),
            ("an import, done", "/import/{import_id:str}", "/import/{import_done}", 200, None),
            ("import settings", "/import-settings", "/import-settings", 200, None),
            ("import settings, faults", "/import-settings", "/import-settings", 422,
             sending("main form.sheet", vat_rate="much")),
        )
    ),
    Visit("portal, an order to accept", "shop", "/portal/{handle:str}/orders/{row:int}",
          f"/portal/{MANUAL}/orders/{{placed_row}}", "owner"),
)  # fmt: skip

SITE = (
    Visit("shop node", "shop", "/", "/"),
    Visit("boutique's own site", "shop", "/{address:str}", "/@{handle}"),
    Visit("boutique's own site, dark", "shop", "/{address:str}", f"/@{DARK}"),
    Visit("boutique's own piece", "shop", "/{address:str}/p/{product_id:str}", "/@{handle}/p/{product}"),
    Visit("shop node, nothing here", "shop", "", "/nobody/at/all", status=404),
    Visit("shop sign-in", "shop", "/sign-in", "/sign-in"),
    Visit("shop sign-in link", "shop", "/sign-in/{token:str}", "{shop_link}"),
)

STANDIN = (
    Visit("payment", "standin", "/pay/{page_id:str}", "/pay/{open_payment}"),
    Visit("payment, the bank asks", "standin", "/pay/{page_id:str}", "/pay/{paying_payment}"),
    Visit("payment, over", "standin", "/pay/{page_id:str}", "/pay/{over_payment}"),
    Visit("papers at the provider", "standin", "/setup/{account_id:str}/{link_id:str}", "{papers}"),
    Visit("control desk", "standin", "/", "/"),
    Visit("control desk, payments", "standin", "/desk/payments", "/desk/payments"),
    Visit("control desk, a payment", "standin", "/desk/payments/{page_id:str}", "/desk/payments/{paid_payment}"),
    Visit("control desk, accounts", "standin", "/desk/accounts", "/desk/accounts"),
    Visit("control desk, an account", "standin", "/desk/accounts/{account_id:str}", "/desk/accounts/{account}"),
    Visit("stand-in, nothing here", "standin", "", "/nowhere", status=404),
)


def boutique_pages(handles: tuple[str, ...]) -> tuple[Visit, ...]:
    """Each house's own page on the hub."""
    return tuple(Visit(f"boutique {handle}", "hub", BOUTIQUE, f"/b/{handle}") for handle in handles)


VISITS = (*STOREFRONT, *CONSOLE, *PORTAL, *SITE, *STANDIN)

NOT_PAGES = {
    "/api/": "JSON for programs",
    "/media/": "pictures",
    "/covers/": "pictures",
    "/static/": "style sheets, scripts, fonts",
    "/healthz": "a word for the supervisor",
    "/readyz": "a word for the supervisor",
    "/.well-known/": "documents for other nodes",
    "/fed/": "documents for other nodes",
    "/v1/": "Stripe's addresses, for programs",
    "/v2/": "Stripe's addresses, for programs",
    "/levers/": "levers, for programs",
    "/portal/{handle:str}/import/{import_id:str}/report.csv": "a file to save",
    "/portal/{handle:str}/leave/archive": "a file to save",
    "/portal/{handle:str}/money/papers/{paper_id:uuid}/{form:str}": "a file to save",
    "/b/{handle:str}/p/{product_id:str}/proof.json": "a file to save",
    "/console/money/bank-files/{file_id:uuid}/pain001.xml": "a file to save",
    "/console/money/disputes/{dispute_id:uuid}/files/{file_id:uuid}": "a file to save",
    "/console/money/papers/{paper_id:uuid}/{form:str}": "a file to save",
    "/order/{token:str}/receipt/{part_id:uuid}/pdf": "a file to save",
}
"""Beginnings of routes that answer no page, and what they answer."""
