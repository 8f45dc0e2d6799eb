"""The hub's own tables. Rows of federation, payouts and node are theirs; here their ids stand bare.

Invariants: a listing is a copy of a signed record and is replaced whole; prices on an order line are frozen at
checkout; nothing of an order is ever deleted. Written only by the stores of `listings` and `orders`.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from federation.node.database import proxy


class HubConfig(Table, tablename="hub_config", db=proxy):
    """The one row that says which hosted party is this hub."""

    id = SmallInt(primary_key=True)
    hub_id = Text()
    name = Text()
    created_at = Timestamptz()


class HubInvitation(Table, tablename="hub_invitation", db=proxy):
    """Who let an operator in, and who vouched for them; none for whom the owner of the machine let in."""

    account_id = UUID(primary_key=True, default=None)
    invited_by = UUID(default=None)
    invited_by_email = Text(default=None)
    invited_at = Timestamptz(default=None)
    vouched_by = Text(default=None)
    vouched_at = Timestamptz(default=None, null=True)


class HubVatCheck(Table, tablename="hub_vat_check", db=proxy):
    """What a register said of a boutique's VAT id on a day; only ever added to."""

    id = UUID(primary_key=True, default=None)
    shop_id = Text(default=None)
    vat_id = Text(default=None)
    valid = Boolean(default=None)
    name = Text(default=None)
    address = Text(default=None)
    consultation = Text(default=None)
    source = Text(default=None)
    checked_at = Timestamptz(default=None)
    asked_by = Text(default=None)


class HubShop(Table, tablename="hub_shop", db=proxy):
    """A boutique that is or was linked, with its last good profile; visible while `link_state` is accepted."""

    shop_id = Text(primary_key=True)
    hub_id = Text()
    link_name = Text()
    link_state = Text()
    handle = Text(null=True)
    profile = Bytea(null=True)
    profile_seq = BigInt(null=True)
    profile_leaf_hash = Text(null=True)
    stale = Boolean()
    stock_heard_at = Timestamptz(null=True)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class HubProduct(Table, tablename="hub_product", db=proxy):
    """The last good record of a product: exact bytes, the leaf that proves them, and what lists need at hand."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    product_id = Text()
    body = Bytea()
    seq = BigInt()
    leaf_hash = Text()
    category = Text()
    stale = Boolean()
    first_seen_at = Timestamptz()
    updated_at = Timestamptz()


class HubVariant(Table, tablename="hub_variant", db=proxy):
    """A sellable size and colour of a listed product at its published price."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    product_id = Text()
    variant_id = Text()
    sku = Text()
    price_minor = BigInt()
    currency = Text()


class HubStock(Table, tablename="hub_stock", db=proxy):
    """The newest stock register told by the shop for a variant at a location."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    variant_id = Text()
    location = Text()
    quantity = BigInt()
    vseq = BigInt()


class HubQuarantine(Table, tablename="hub_quarantine", db=proxy):
    """The newest record of a key that could not be read, until a good one or a delete follows."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    record_key = Text()
    seq = BigInt()
    faults = JSONB()
    at = Timestamptz()


class HubIndexEvent(Table, tablename="hub_index_event", db=proxy):
    """A product whose index documents must be written again; `rev` orders, the row goes once the index has it."""

    rev = BigSerial(primary_key=True)
    shop_id = Text()
    product_id = Text()
    at = Timestamptz()


class HubIndexState(Table, tablename="hub_index_state", db=proxy):
    """How far the index has come: the highest revision written, and when."""

    id = SmallInt(primary_key=True)
    rev_done = BigInt()
    written_at = Timestamptz(null=True)


class HubOrder(Table, tablename="hub_order", db=proxy):
    """One checkout of one shopper, found by its unguessable token; `checkout_key` makes a resent form harmless.

    `currency` and `language` are the shopper's; `quote` the rates promised for it, null where nothing was converted;
    `charged` are the parts that held money was taken for, as JSON, null where everything sold was;
    `coupon` is the hub's coupon as it was when the order was begun, as JSON.
    """

    id = UUID(primary_key=True, default=None)
    hub_id = Text()
    token = Text()
    number = Text()
    checkout_key = Text()
    state = Text()
    currency = Text()
    language = Text()
    email = Text()
    note = Text()
    address = JSONB()
    total_minor = BigInt()
    paid_minor = BigInt()
    payment_id = UUID(null=True, default=None)
    redirect_url = Text()
    quote = JSONB(null=True, default=None)
    asked_at = Timestamptz(null=True)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    due_at = Timestamptz(null=True)
    paid_at = Timestamptz(null=True)
    coupon = Text(null=True, default=None)
    charged = Text(null=True, default=None)


class HubCheckoutClient(Table, tablename="hub_checkout_client", db=proxy):
    """Where an unfinished order came from, as 16 bytes that mean nothing without the node's key."""

    order_id = UUID(primary_key=True, default=None)
    client = Bytea(default=None)
    at = Timestamptz(default=None)


class HubShopOrder(Table, tablename="hub_shop_order", db=proxy):
    """One boutique's part of an order with its current reservation; `attempt` counts holds tried since payment.

    What is called `list_` is in the boutique's own currency, as it published it. A boutique that has not answered by
    `answer_by` (or `extended_until`, if the operator said so) is given up; `reminded_at` is when it was reminded.
    """

    id = UUID(primary_key=True, default=None)
    order_id = UUID(default=None)
    position = SmallInt()
    shop_id = Text()
    number = Text()
    state = Text()
    reservation_id = UUID(default=None)
    attempt = SmallInt()
    held_until = Timestamptz(null=True)
    reason = Text()
    available = JSONB()
    shipping_minor = BigInt()
    list_currency = Text()
    list_shipping_minor = BigInt()
    shipping_refunded_minor = BigInt()
    carrier = Text()
    tracking = Text()
    cancellation = Text(default="none")
    placed_at = Timestamptz(null=True)
    delivered_at = Timestamptz(null=True, default=None)
    answer_by = Timestamptz(null=True, default=None)
    extended_until = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None)
    bears_fee = Boolean(default=False)
    seller = Text(null=True, default=None)
    voucher = Text(default="")
    first_reservation_id = UUID(null=True, default=None)
    updated_at = Timestamptz()


class HubOrderLine(Table, tablename="hub_order_line", db=proxy):
    """Pieces of one variant as sold, price, terms and split frozen; what was given back is counted here.

    `fixed_minor`, `floor_minor`, `cap_minor` (each for one piece) and `list_discount_minor` are in the boutique's own
    currency; the discount is what the boutique had taken off its former price, the coupon what the hub pays.
    """

    id = UUID(primary_key=True, default=None)
    shop_order_id = UUID(default=None)
    position = SmallInt()
    product_id = Text()
    variant_id = Text()
    sku = Text()
    title = Text()
    size_label = Text()
    colour = Text()
    leaf_hash = Text()
    quantity = Integer()
    unit_minor = BigInt()
    list_unit_minor = BigInt()
    commission_bp = Integer()
    vat_bp = Integer()
    commission_minor = BigInt()
    commission_vat_minor = BigInt()
    seller_minor = BigInt()
    shipped_quantity = Integer()
    refunded_quantity = Integer()
    refunded_minor = BigInt()
    rule_id = Text(default="standard")
    rule_revision = Integer(default=0)
    fixed_minor = BigInt(default=0)
    floor_minor = BigInt(default=0)
    cap_minor = BigInt(null=True, default=None)
    goods_vat_bp = Integer(default=0)
    vat_treatment = Text(default="")
    commission_base_minor = BigInt(default=0)
    referral_bp = Integer(default=0)
    referrer = Text(default="")
    referral_minor = BigInt(default=0)
    coupon_minor = BigInt(default=0)
    list_discount_minor = BigInt(default=0)
    inside_vat_bp = Integer(null=True, default=None)
    voucher_minor = BigInt(default=0)
    list_voucher_minor = BigInt(default=0)


class HubRefund(Table, tablename="hub_refund", db=proxy):
    """Money promised back to a shopper for pieces (in `parts`) or the parcel of one shop order.

    `told_at` is when its boutique was told that it had gone back.
    """

    id = UUID(primary_key=True, default=None)
    order_id = UUID(default=None)
    shop_order_id = UUID(default=None)
    parts = JSONB()
    shipping = Boolean()
    amount_minor = BigInt()
    reason = Text()
    status = Text()
    created_at = Timestamptz()
    told_at = Timestamptz(null=True, default=None)
    updated_at = Timestamptz()


class HubReturn(Table, tablename="hub_return", db=proxy):
    """Pieces of one shop order that a shopper gives back; `refund_id` names the money once it was decided on."""

    id = UUID(primary_key=True, default=None)
    order_id = UUID(default=None)
    shop_order_id = UUID(default=None)
    shop_id = Text()
    state = Text()
    withdrawal = Boolean()
    note = Text()
    reason = Text()
    shop_note = Text()
    address = JSONB(null=True, default=None)
    send_by = Timestamptz(null=True, default=None)
    paid_by = Text()
    label = Text()
    carrier = Text()
    tracking = Text()
    refund_id = UUID(null=True, default=None)
    requested_at = Timestamptz()
    changed_at = Timestamptz()


class HubReturnLine(Table, tablename="hub_return_line", db=proxy):
    """Pieces of one order line in a return, and how many of them were given back at what share of their price."""

    id = BigSerial(primary_key=True)
    return_id = UUID(default=None)
    line_id = UUID(default=None)
    quantity = Integer()
    reason = Text()
    refunded = Integer()
    percent = Integer()


class HubRates(Table, tablename="hub_rates", db=proxy):
    """Exchange rates of one day by one source, as units for one euro; kept for ever."""

    id = BigSerial(primary_key=True)
    day = Date()
    source = Text()
    per_euro = JSONB()
    kept_at = Timestamptz()


class HubPicture(Table, tablename="hub_picture", db=proxy):
    """A picture that a listing names, by its hash: wanted until made, or missing for a reason; due while wanted.

    Loose is one that perhaps nobody names any more: looked at when due, then wanted again or deleted.
    """

    sha256 = Text(primary_key=True)
    shop_id = Text()
    url = Text()
    state = Text()
    attempts = Integer()
    due_at = Timestamptz(null=True)
    reason = Text()
    width = Integer()
    height = Integer()
    seen_at = Timestamptz()
    made_at = Timestamptz(null=True)


class HubSince(Table, tablename="hub_since", db=proxy):
    """Since when a piece is shown, kept while its boutique is followed anew."""

    id = BigSerial(primary_key=True)
    shop_id = Text(default=None)
    product_id = Text(default=None)
    first_seen_at = Timestamptz(default=None)


class HubDeparture(Table, tablename="hub_departure", db=proxy):
    """A boutique that has left: since when, where it says it is, and when the copy of its log was forgotten."""

    shop_id = Text(primary_key=True, default=None)
    left_at = Timestamptz(default=None)
    forward = Text(default="")
    last_note = Bytea(default=b"")
    log_purged_at = Timestamptz(null=True, default=None)


class HubRuleRevision(Table, tablename="hub_rule_revision", db=proxy):
    """A whole list of commission rules as somebody left it, in force from `effective_from`; never changed."""

    revision = Integer(primary_key=True, default=None)
    rules = Text(default=None)
    change = Text(default=None)
    made_by = Text(default=None)
    made_at = Timestamptz(default=None)
    effective_from = Timestamptz(default=None)


class HubCoupon(Table, tablename="hub_coupon", db=proxy):
    """A coupon that the hub pays: what it takes off, when and how often it can be used; stopped, never deleted."""

    code = Text(primary_key=True, default=None)
    words = Text(default=None)
    kind = Text(default=None)
    amount_minor = BigInt(default=None)
    percent_bp = Integer(default=None)
    currency = Text(default=None)
    minimum_minor = BigInt(default=None)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(null=True, default=None)
    uses_max = Integer(null=True, default=None)
    per_shopper_max = Integer(null=True, default=None)
    made_by = Text(default=None)
    made_at = Timestamptz(default=None)
    stopped_at = Timestamptz(null=True, default=None)


class HubCouponUse(Table, tablename="hub_coupon_use", db=proxy):
    """One use of a coupon by one order; given back when the order ended without being paid."""

    order_id = UUID(primary_key=True, default=None)
    code = Text(default=None)
    email = Text(default=None)
    taken_at = Timestamptz(default=None)
    given_back_at = Timestamptz(null=True, default=None)


class HubVoucherList(Table, tablename="hub_voucher_list", db=proxy):
    """Which list of its own vouchers a boutique told of last."""

    shop_id = Text(primary_key=True, default=None)
    revision = BigInt(default=None)
    told_at = Timestamptz(null=True, default=None)


class HubVoucher(Table, tablename="hub_voucher", db=proxy):
    """A boutique's voucher; `terms` is null once it is offered no more."""

    id = BigSerial(primary_key=True)
    shop_id = Text(default=None)
    code = Text(default=None)
    terms = Text(null=True, default=None)


class HubVoucherUse(Table, tablename="hub_voucher_use", db=proxy):
    """An order's use of a boutique's voucher."""

    id = BigSerial(primary_key=True)
    order_id = UUID(default=None)
    shop_id = Text(default=None)
    code = Text(default=None)
    taken_at = Timestamptz(default=None)
    given_back_at = Timestamptz(null=True, default=None)


class HubWrongCode(Table, tablename="hub_wrong_code", db=proxy):
    """A code that could not be used, as a hash; `giver` is whose it would be, a boutique's id or empty for the hub.

    `visitor`, `place` and `network` stand for where it came from and mean nothing without the node's key.
    """

    id = BigSerial(primary_key=True)
    visitor = Bytea(default=None)
    place = Bytea(default=None)
    network = Bytea(default=None)
    giver = Text(default=None)
    code = Bytea(default=None)
    at = Timestamptz(default=None)
