"""Every size, count, age and time bound of FED/1, in one place so that both sides of a link read the same figures.

Pure constants; whoever reads bytes from outside applies them before decoding. Units stand last in each name.
`docs/protocol.md` prints this table; a change here is a change of the protocol.
"""

# Documents (JSON as it travels)
DOCUMENT_BYTES_MAX = 256 * 1024
"""Any single JSON document other than a log line or a log batch."""
JSON_DEPTH_MAX = 16
INTEGER_MAGNITUDE_MAX = 2**53 - 1
"""I-JSON (RFC 7493 section 2.2): integers every reader holds exactly."""

# Catalogue log
LINE_BYTES_MAX = 64 * 1024
BATCH_OPERATIONS_MAX = 200
BATCH_WIRE_BYTES_MAX = 2**20
BATCH_INFLATED_BYTES_MAX = 4 * 2**20
KEY_BYTES_MAX = 256
RECORD_TYPE_BYTES_MAX = 64
LIVE_RECORDS_MAX = 100_000
"""Live keys of one shop at one hub, unless the hub's operator grants more."""
EPOCH_MAX = 2**31 - 1
CHECKPOINT_BYTES_MAX = 8 * 1024
CHECKPOINT_SIGNATURES_MAX = 16

# Proofs, and hubs comparing what they hold
PROOF_HASHES_MAX = 64
"""Hashes in one audit path or consistency proof."""
PROOF_BYTES_MAX = 512 * 1024
"""A proof of a record or of a fork, with the operations it is judged by."""
REPLICAS_LISTED_MAX = 100
"""Checkpoints on one page of a hub's `replicas`."""
GOSSIP_HUBS_MAX = 50
"""Hubs that one hub compares itself with in a round."""
GOSSIP_INTERVAL_SECONDS = 300
GOSSIP_JITTER_SECONDS = 60

# Repair
RECON_FRAME_BYTES_MAX = 256 * 1024
RECON_ROUNDS_MAX = 8
"""Rounds of one reconciliation session; what it found is mended before another begins."""
RECON_IDS_MAX = 5_000
"""Differences one session may name; more call for a snapshot."""
RECON_LEAVES_MAX = 200
"""Leaves asked for by their hashes or places in one request."""
LOG_GAP_MAX = 50_000
"""Leaves missing at a copy's end that are fetched as lines; a longer gap is loaded from a snapshot."""
REPAIR_DAMAGE_PERCENT_MAX = 5
"""Share of a copy's keys, 200 at the least, up to which losses are mended one by one."""
REPAIR_INTERVAL_SECONDS = 600
REPAIR_JITTER_SECONDS = 120
REPAIR_WINDOW_SECONDS = 3600
REPAIR_BYTES_MAX = 64 * 2**20
REPAIR_SESSIONS_MAX = 24
"""Repairs of one copy in a window; beyond them it rests."""
SNAPSHOT_LEAVES_MIN = 10_000
"""A log shorter than this has no snapshot: it is fetched as lines."""
SNAPSHOT_LEAVES_MAX = 2_000_000
"""A log longer than this is fetched as lines: all hashes of a snapshot are held at once."""
SNAPSHOT_STALE_PERCENT = 10
"""Leaves since a snapshot, as a share of it, after which another is made."""
SNAPSHOT_LINES_MAX = 1_000
SNAPSHOT_HASHES_MAX = 16_384
"""Leaf hashes in one chunk."""
SNAPSHOT_CHUNKS_MAX = 4_096
SNAPSHOT_MANIFEST_BYTES_MAX = 2**20

# Identity
OPERATION_BYTES_MAX = 16 * 1024
OPERATIONS_MAX = 1_000
"""Operations in one party's chain."""
OPERATIONS_SEEN_MAX = 2_000
"""Operations of one party that a reader keeps, rivals included."""
ROOT_KEYS_MAX = 3
SIGN_KEYS_MAX = 16
UNDO_WINDOW_SECONDS = 72 * 3600
"""How long a higher root key may undo an operation, counted by each reader from its own first sight of it."""

# Profiles
PROFILE_BYTES_MAX = 128 * 1024
PROFILE_TTL_SECONDS_MIN = 60
LISTED_PARTIES_MAX = 500
"""Parties on one page of `/.well-known/fed-node`."""

# Request and response signatures
SIGNATURE_LIFETIME_SECONDS_MAX = 300
CLOCK_BEHIND_SECONDS_MAX = 300
"""How old `created` may be by the receiver's clock."""
CLOCK_AHEAD_SECONDS_MAX = 60
"""How far in the future `created` may lie by the receiver's clock."""
NONCE_BYTES_MIN = 16
NONCE_CHARACTERS_MAX = 128
NONCE_KEPT_SECONDS = 600
SIGNATURE_HEADER_BYTES_MAX = 4 * 1024
IDEMPOTENCY_KEY_CHARACTERS_MAX = 128
IDEMPOTENCY_KEPT_SECONDS = 48 * 3600

# Stock
STOCK_BATCH_MAX = 500
STOCK_PAGE_MAX = 2_000
"""Registers in one answer to a shop that reads back what a hub has of it."""
STOCK_QUANTITY_MAX = 1_000_000
VSEQ_LIFT_MAX = 1_000_000_000
"""How far beyond its own highest number a shop that was restored lifts its counter on a hub's word."""
HEARTBEAT_INTERVAL_SECONDS = 15
HEARTBEAT_JITTER_SECONDS = 3
FRESH_SECONDS = 40
"""Younger than this a register is shown as it is."""
SOFT_SECONDS = 150
"""Older than FRESH_SECONDS, younger than this: counts are hidden. Older still: sold only after a live hold."""

# Reservations and orders
RESERVATION_LINES_MAX = 100
RESERVATION_TTL_SECONDS_MIN = 60
RESERVATION_TTL_SECONDS_MAX = 900
RESERVATION_REMEMBERED_SECONDS = 21 * 24 * 3600
OPEN_HOLDS_PER_HUB_MAX = 500
OPEN_HOLDS_SHARE_PERCENT_MAX = 20
"""Share of one register, rounded up, that one hub may hold at once."""
LINE_QUANTITY_MAX = 1_000
ORDER_LINES_MAX = 100
ORDER_EVENTS_MAX = 1_000
"""Events of one order in one direction."""
EVENT_BUFFER_MAX = 1_000

# The mailbox of a party that nobody can connect to
MAILBOX_WAIT_SECONDS_MAX = 25
"""How long a hub keeps such a party waiting for a request to hand over."""
MAILBOX_REQUESTS_MAX = 64
"""Requests waiting for one party, and answers in one message."""
MAILBOX_WAITING_BYTES_MAX = 4 * 2**20
MAILBOX_PAGE_BYTES_MAX = 256 * 1024
"""Bodies handed over at once, unless the first alone is longer."""
MAILBOX_ANSWERS_BYTES_MAX = 2 * 2**20
MAILBOX_WATCHED_MAX = 200
"""Mailboxes that one request may watch."""
MAILBOX_TICKET_SECONDS = 600
"""How long a visit entitles others of the same node to watch a party's mailbox with theirs."""
MAILBOX_AWAY_SECONDS = 40
"""Who has not looked into its mailbox for so long is asked nothing: the answer is at once that it is away."""

# Pictures of a party that nobody can connect to
PICTURE_BYTES_MAX = 10 * 2**20
PICTURE_PART_BYTES_MAX = 512 * 1024

# An archive over the wire
EXPORT_PART_BYTES_MAX = 2**20
EXPORT_PART_SECONDS_MAX = 60.0
"""How long one part may take: time enough for a line of 150 kbit/s."""

# Pages of the provider for a boutique's papers
PAPER_PAGES_PER_MINUTE_MAX = 6
"""Pages that a hub has made for one boutique in a minute; the provider limits how many it makes for all of them."""

# A boutique's own vouchers
VOUCHERS_MAX = 100
VOUCHER_PRODUCTS_MAX = 200
VOUCHER_AMOUNT_MINOR_MAX = 10_000_000
VOUCHER_USES_MAX = 1_000_000
VOUCHERS_BYTES_MAX = 2 * 2**20
VOUCHER_TELLS_PER_MINUTE_MAX = 60
"""Lists and questions about vouchers that a hub answers one boutique in a minute."""

# A boutique's account at a hub
ACCOUNT_CURRENCIES_MAX = 20
ACCOUNT_ROWS_MAX = 200
"""Shares that wait, reserves, debts in one answer: of each so many."""
ACCOUNT_PAYOUTS_MAX = 60
ACCOUNT_PAYOUT_ORDERS_MAX = 20
"""Orders named with one payout."""
ACCOUNT_LINES_MAX = 500
"""Movements on one page."""
ACCOUNT_PARTS_MAX = 1_000
"""Parts of one movement; a hub ends a page early rather than send many more than these in all."""
ACCOUNT_READS_PER_MINUTE_MAX = 240
"""Questions about its account that a hub answers one boutique in a minute."""
PAPERS_MAX = 500
PAPER_BYTES_MAX = 16 * 2**20
PAPER_PART_BYTES_MAX = 512 * 1024

# What a boutique says of a disputed payment
DISPUTES_LISTED_MAX = 100
EVIDENCE_CHARACTERS_MAX = 5_000
EVIDENCE_FILE_BYTES_MAX = 2 * 2**20
EVIDENCE_FILES_MAX = 6
"""Files of one boutique about one dispute."""
EVIDENCE_PER_MINUTE_MAX = 30
"""Questions and answers about disputes that a hub takes from one boutique in a minute."""
EVIDENCE_SECONDS_MAX = 30.0
"""How long handing in one file may take."""

# Talking to a peer
REQUESTS_IN_FLIGHT_MAX = 2
CONNECT_TIMEOUT_SECONDS = 2.0
TOTAL_TIMEOUT_SECONDS = 5.0
RETRY_DELAY_SECONDS_MIN = 1
RETRY_DELAY_SECONDS_MAX = 300
RETRY_GIVE_UP_SECONDS = 3 * 24 * 3600
