"""The tables of a shop node; every one carries `shop_id`, and no key is unique without it but handle and shop id.

The schema itself, with its constraints and indexes, is written in `piccolo_migrations`. JSON that was signed or
came signed lies in `Bytea`, byte for byte.
"""

from piccolo.columns import UUID, BigInt, BigSerial, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Boutique(Table, tablename="shop_boutique", db=proxy):
    """One boutique hosted here: its profile record, the clock of its stock registers, what their table comes to."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    handle = Text()
    profile = Bytea()
    currency = Text()
    vseq = BigInt()
    stock_high = BigInt(default=0)
    stock_registers = BigInt(default=0)
    stock_total = Bytea(default=None)
    recovery_file = Text()
    opened_at = Timestamptz()
    departed = Boolean(default=False)


class Location(Table, tablename="shop_location", db=proxy):
    """A physical place with stock; holds take from the lowest `position` first."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    code = Text()
    name = Text()
    position = Integer()


class ProductRow(Table, tablename="shop_product", db=proxy):
    """A product as the boutique last wrote it; `state` is `published` or `withdrawn`."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    product_id = Text()
    state = Text()
    title = Text()
    category = Text()
    body = Bytea()
    changed_at = Timestamptz()


class VariantRow(Table, tablename="shop_variant", db=proxy):
    """One size and colour of a product, spread out so that SKU and stock can be looked up."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    variant_id = Text()
    product_id = Text()
    sku = Text()
    size_label = Text()
    colour_name = Text()
    price_minor = BigInt()
    position = Integer()


class Publication(Table, tablename="shop_publication", db=proxy):
    """A product body as it stood under one leaf of the log; what an order line's `leaf_hash` is checked against."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    product_id = Text()
    leaf_hash = Text()
    body = Bytea()
    published_at = Timestamptz()
    superseded_at = Timestamptz(null=True, default=None)


class Register(Table, tablename="shop_register", db=proxy):
    """The inventory level of one variant at one location: pieces there, and how many of them holds have set aside."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    variant_id = Text()
    location = Text()
    on_hand = Integer()
    held = Integer()
    vseq = BigInt()


class Movement(Table, tablename="shop_movement", db=proxy):
    """Why a register's pieces changed; `movement_id` makes a repeated click harmless."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    movement_id = UUID()
    variant_id = Text()
    location = Text()
    kind = Text()
    change = Integer()
    on_hand_after = Integer()
    moved_at = Timestamptz()


class Reservation(Table, tablename="shop_reservation", db=proxy):
    """A hub's hold on stock, or its refusal; `lines` are the asked lines in canonical JSON."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    reservation_id = UUID()
    state = Text()
    lines = Bytea()
    available = Bytea()
    held_at = Timestamptz()
    expires_at = Timestamptz()
    changed_at = Timestamptz()
    order_id = UUID(null=True, default=None)
    restocked = Boolean()


class Hold(Table, tablename="shop_hold", db=proxy):
    """The pieces of one reservation taken from one register."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    reservation_id = UUID()
    variant_id = Text()
    location = Text()
    quantity = Integer()


class Order(Table, tablename="shop_order", db=proxy):
    """A shop order as its hub placed it (`body`, exact), where it stands, and what became of its money."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    order_id = UUID()
    reservation_id = UUID()
    number = Text()
    state = Text()
    cancellation = Text()
    reason = Text()
    body = Bytea()
    currency = Text()
    placed_at = Timestamptz()
    changed_at = Timestamptz()
    promised_at = Timestamptz(null=True, default=None)
    total_minor = BigInt()
    seller_minor = BigInt()
    commission_minor = BigInt()
    commission_vat_minor = BigInt()
    shipping_minor = BigInt()
    refunded_minor = BigInt()
    seller_refunded_minor = BigInt()
    transferred_minor = BigInt()
    paid_out_minor = BigInt()
    referral_minor = BigInt(default=0)
    fee_minor = BigInt(default=0)


class OrderLineRow(Table, tablename="shop_order_line", db=proxy):
    """One line of a shop order; lines never vanish, `refunded` counts pieces given back."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    order_id = UUID()
    line_id = Text()
    position = Integer()
    product_id = Text()
    variant_id = Text()
    sku = Text()
    title = Text()
    size_label = Text()
    colour = Text()
    quantity = Integer()
    unit_price_minor = BigInt()
    shipped = Integer()
    refunded = Integer()


class OrderEventRow(Table, tablename="shop_order_event", db=proxy):
    """What was said about an order, by the shop (`out`) or the hub (`in`); append-only.

    `step_id` comes from the form that made a step, so that a second click of it changes nothing.
    """

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    order_id = UUID()
    event_id = UUID()
    direction = Text()
    kind = Text()
    body = Bytea()
    said_at = Timestamptz()
    step_id = UUID(null=True, default=None)


class ReturnRow(Table, tablename="shop_return", db=proxy):
    """Pieces of one order that a shopper gives back, as its hub asked and as far as it has come."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    order_id = UUID()
    return_id = UUID()
    state = Text()
    withdrawal = Boolean()
    note = Text()
    reason = Text()
    address = Bytea(null=True, default=None)
    send_by = Timestamptz(null=True, default=None)
    paid_by = Text()
    label = Text()
    shop_note = Text()
    carrier = Text()
    tracking = Text()
    requested_at = Timestamptz()
    changed_at = Timestamptz()


class ReturnLineRow(Table, tablename="shop_return_line", db=proxy):
    """Pieces of one order line in a return: asked for, arrived, given back at what share, put on sale again."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    return_id = UUID()
    line_id = Text()
    quantity = Integer()
    reason = Text()
    received = Integer()
    refunded = Integer()
    percent = Integer()
    restocked = Integer()


class ImportRun(Table, tablename="shop_import", db=proxy):
    """One import of a file: the file, how far it has come (`next_line` is the first place not yet done), its counts.

    `totals` is its report without findings; `may_withdraw` that the owner let a thinner catalogue in.
    """

    id = BigSerial(primary_key=True)
    shop_id = Text()
    import_id = UUID()
    file_name = Text()
    content = Bytea()
    state = Text()
    next_line = Integer()
    lines_total = Integer()
    imported = Integer()
    unchanged = Integer()
    rejected = Integer()
    started_at = Timestamptz()
    finished_at = Timestamptz(null=True, default=None)
    format = Text()
    translations = Bytea()
    totals = Bytea()
    may_withdraw = Boolean()


class ImportFault(Table, tablename="shop_import_fault", db=proxy):
    """One finding of an import: its place in the file, a code and a sentence, how grave, what was done."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    import_id = UUID()
    line = Integer()
    pointer = Text()
    code = Text()
    message = Text()
    severity = Text()
    done = Text()
    file = Text()
    record = Integer()
    product = Text()
    found = Text()
    told = Text(default="")


class ImportChoice(Table, tablename="shop_import_choice", db=proxy):
    """What a boutique decided about its own files, as JSON."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    body = Bytea()


class ImportProduct(Table, tablename="shop_import_product", db=proxy):
    """A product of the boutique's last whole catalogue file: the run that saw it, and why it is not shown, if so.

    `digest` tells whether a product that is not shown changed: its body lies nowhere else.
    """

    id = BigSerial(primary_key=True)
    shop_id = Text()
    product_id = Text()
    run_id = UUID()
    hidden = Text()
    digest = Text()


class ImportPicture(Table, tablename="shop_import_picture", db=proxy):
    """A picture that a file names by its address: the hash once it is here, or how often it was asked for in vain."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    product_id = Text()
    position = Integer()
    address = Text()
    alt = Text()
    sha256 = Text(null=True, default=None)
    attempts = Integer()
    reason = Text()


class VoucherRow(Table, tablename="shop_voucher", db=proxy):
    """A voucher that the boutique made (`terms`, JSON), when it ended it, and when hubs `heard` so (JSON, by hub)."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    voucher_id = UUID()
    code = Text()
    terms = Text()
    words = Text()
    made_at = Timestamptz()
    stopped_at = Timestamptz(null=True)
    heard = Text(default="{}")


class VoucherListRow(Table, tablename="shop_voucher_list", db=proxy):
    """How often a boutique's list of vouchers has changed."""

    shop_id = Text(primary_key=True)
    revision = BigInt()


class VoucherToldRow(Table, tablename="shop_voucher_told", db=proxy):
    """What a hub is known to have of the list, and how often each code is used there (`uses`, JSON)."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    revision = BigInt()
    told_at = Timestamptz(null=True)
    uses = Text()
    problem = Text()


class MediaFile(Table, tablename="shop_media", db=proxy):
    """A picture that a boutique uses; the bytes lie in the media folder under their SHA-256."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    sha256 = Text()
    media_type = Text()
    width = Integer()
    height = Integer()
    size_bytes = Integer()
    kept_at = Timestamptz()


class Archive(Table, tablename="shop_archive", db=proxy):
    """The archive that a boutique last asked for in its portal; the file lies in the node's archives folder."""

    shop_id = Text(primary_key=True, default=None)
    asked_at = Timestamptz(default=None)
    is_final = Boolean(default=False)
    state = Text(default=None)
    size_bytes = BigInt(default=0)
    reason = Text(default="")
    ready_at = Timestamptz(null=True, default=None)
    sha256 = Text(default="")


class Handover(Table, tablename="shop_handover", db=proxy):
    """Who may fetch a boutique's last archive over the wire: by a ticket of its owner or the claim of its new node."""

    shop_id = Text(primary_key=True, default=None)
    ticket_hash = Text(default="")
    ticket_until = Timestamptz(null=True, default=None)
    redeemed_by = Text(default="")
    claim = Text(default="")
    claimed_at = Timestamptz(null=True, default=None)
    claimed_from = Text(default="")
    sent_bytes = BigInt(default=0)
    sent_whole_at = Timestamptz(null=True, default=None)


class HubAccount(Table, tablename="shop_account", db=proxy):
    """What a hub last told of the boutique's account: `state` and `papers` as they came on the wire, at `told_at`.

    `is_whole` once every movement is here, `is_cut` when the oldest were let go, `adds_up` as long as they come to it.
    """

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    state = Bytea(null=True, default=None)
    papers = Bytea(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)
    is_whole = Boolean(default=False)
    is_cut = Boolean(default=False)
    adds_up = Boolean(default=True)


class HubAccountLine(Table, tablename="shop_account_line", db=proxy):
    """One movement on the boutique's accounts at a hub, as the hub told it; `parts` is JSON.

    `in_all_minor` is what the hub owed the boutique in that currency after it, summed from all movements before.
    """

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    line_id = BigInt()
    at = Timestamptz()
    kind = Text()
    account = Text()
    currency = Text()
    amount_minor = BigInt()
    balance_minor = BigInt()
    order_id = UUID(null=True, default=None)
    order_number = Text()
    title = Text()
    note = Text()
    parts = Text()
    in_all_minor = BigInt(default=0)


class HubPaper(Table, tablename="shop_account_paper", db=proxy):
    """One form of a statement, invoice or credit note, byte for byte as a hub issued it."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    paper_id = UUID()
    form = Text()
    sha256 = Text()
    content = Bytea()
    kept_at = Timestamptz()


class HubRenewal(Table, tablename="shop_account_renewal", db=proxy):
    """When a hub is asked again of the boutique's account there; `wanted_at` is when something last called for it."""

    id = BigSerial(primary_key=True)
    shop_id = Text()
    hub_id = Text()
    due_at = Timestamptz()
    tried_at = Timestamptz(null=True, default=None)
    silence = Text(default="")
    failures = Integer(default=0)
    papers_missing = Integer(default=0)
    wanted_at = Timestamptz()
