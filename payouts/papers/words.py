"""The words of papers in each language they are written in, and how numbers and days are written there.

A paper keeps the language it was issued in, so its words are chosen by the document, never by who looks at it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from federation.vocabulary.money import CURRENCY_EXPONENTS
from payouts.domain.statement import EntryKind

MINUS = "\u2212"
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "it": [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
}

KIND_WORDS: Mapping[str, Mapping[EntryKind, str]] = {
    "en": {
        EntryKind.SALE: "Sale",
        EntryKind.SHIPPING: "Shipping",
        EntryKind.REFERRAL: "For a shopper you sent",
        EntryKind.EXCHANGE: "Exchanged into the currency you are paid in",
        EntryKind.FEE: "Your part of the payment provider’s fee",
        EntryKind.REFUND: "Given back to the shopper",
        EntryKind.DISPUTE: "Taken back by the shopper’s bank",
        EntryKind.DISPUTE_RETURNED: "Dispute won: money returned",
        EntryKind.DISPUTE_FEE: "Fee of a lost dispute",
        EntryKind.ADJUSTMENT: "Correction",
        EntryKind.RESERVE_KEPT: "Kept back as reserve",
        EntryKind.RESERVE_RELEASED: "Reserve let go",
        EntryKind.RESERVE_USED: "Reserve used for what you owed",
        EntryKind.CLAIM_OPENED: "You owe this, as it had been sent to you",
        EntryKind.CLAIM_NETTED: "What you owed taken from a later sale",
        EntryKind.CLAIM_REVERSED: "What you owed taken back from your account",
        EntryKind.CLAIM_WRITTEN_OFF: "What you owed given up by the hub",
        EntryKind.TRANSFER: "Sent to you",
        EntryKind.TRANSFER_RETURNED: "Came back from your bank",
    },
    "it": {
        EntryKind.SALE: "Vendita",
        EntryKind.SHIPPING: "Spedizione",
        EntryKind.REFERRAL: "Per un cliente che hai inviato",
        EntryKind.EXCHANGE: "Cambiato nella valuta in cui sei pagato",
        EntryKind.FEE: "La tua parte della commissione del servizio di pagamento",
        EntryKind.REFUND: "Rimborsato al cliente",
        EntryKind.DISPUTE: "Ripreso dalla banca del cliente",
        EntryKind.DISPUTE_RETURNED: "Contestazione vinta: somma restituita",
        EntryKind.DISPUTE_FEE: "Spese di una contestazione persa",
        EntryKind.ADJUSTMENT: "Rettifica",
        EntryKind.RESERVE_KEPT: "Trattenuto come riserva",
        EntryKind.RESERVE_RELEASED: "Riserva svincolata",
        EntryKind.RESERVE_USED: "Riserva usata per quanto dovevi",
        EntryKind.CLAIM_OPENED: "Lo devi tu, perché ti era gi\u00e0 stato inviato",
        EntryKind.CLAIM_NETTED: "Quanto dovevi, tolto da una vendita successiva",
        EntryKind.CLAIM_REVERSED: "Quanto dovevi, ripreso dal tuo conto",
        EntryKind.CLAIM_WRITTEN_OFF: "Quanto dovevi, condonato dall’hub",
        EntryKind.TRANSFER: "Inviato a te",
        EntryKind.TRANSFER_RETURNED: "Tornato dalla tua banca",
    },
}
"""What each kind of entry is called."""

STATEMENT_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "statement": "Statement",
        "draft": "Draft of a statement",
        "draft_note": "The period is still running: this is how it stands now, and it is not kept.",
        "for": "For",
        "from": "From",
        "number": "Number",
        "period": "Period",
        "issued": "Issued",
        "follows": "Follows statement",
        "vat_id": "VAT id",
        "amounts_in": "All amounts in {currency}. Days are counted in UTC.",
        "summary": "In short",
        "opening": "Balance at the beginning",
        "closing": "Balance at the end",
        "closing_owed": "Balance at the end (you owe the hub)",
        "entry": "1 entry",
        "entries": "{count} entries",
        "where": "Where the balance lies",
        "held": "Held until its moment comes",
        "releasable": "Free to be sent",
        "in_transfer": "Being sent",
        "reserve": "Kept back as reserve",
        "owed": "Owed by you",
        "movements": "Entry by entry",
        "day": "Day",
        "what": "What",
        "amount": "Amount",
        "balance": "Balance",
        "no_entries": "Nothing happened in this period.",
        "payouts": "Payouts to your bank",
        "payouts_note": "They move money that was sent to you before, and change nothing of the balance here.",
        "arrives": "Arrives",
        "state": "State",
        "paid": "paid",
        "coupon": "hub’s coupon",
        "commission": "commission",
        "commission_vat": "its VAT",
        "referral": "referral",
        "vat_inside": "VAT inside",
        "moved": "moves {amount} inside the balance",
        "order": "order {number}",
        "by_hub_bank": "from the hub’s bank",
        "page": "Page {number} of {count}",
        "check": "This statement can be checked: the signed file beside it shows that {hub} issued exactly this.",
        "submitting": "asked for",
        "in_transit": "on its way",
        "arrived": "paid",
        "failed": "failed",
    },
    "it": {
        "statement": "Estratto conto",
        "draft": "Bozza di estratto conto",
        "draft_note": "Il periodo è ancora in corso: questa è la situazione di adesso, non viene conservata.",
        "for": "Per",
        "from": "Da",
        "number": "Numero",
        "period": "Periodo",
        "issued": "Emesso",
        "follows": "Segue l’estratto conto",
        "vat_id": "Partita IVA",
        "amounts_in": "Tutti gli importi in {currency}. I giorni sono contati in UTC.",
        "summary": "In breve",
        "opening": "Saldo iniziale",
        "closing": "Saldo finale",
        "closing_owed": "Saldo finale (a tuo debito verso l’hub)",
        "entry": "1 movimento",
        "entries": "{count} movimenti",
        "where": "Dove si trova il saldo",
        "held": "Trattenuto fino al suo momento",
        "releasable": "Pronto per l’invio",
        "in_transfer": "In corso d’invio",
        "reserve": "Trattenuto come riserva",
        "owed": "Dovuto da te",
        "movements": "Movimento per movimento",
        "day": "Giorno",
        "what": "Che cosa",
        "amount": "Importo",
        "balance": "Saldo",
        "no_entries": "In questo periodo non è successo nulla.",
        "payouts": "Pagamenti alla tua banca",
        "payouts_note": "Spostano denaro che ti era gi\u00e0 stato inviato e non cambiano il saldo qui.",
        "arrives": "Arriva",
        "state": "Stato",
        "paid": "pagato",
        "coupon": "buono dell’hub",
        "commission": "commissione",
        "commission_vat": "sua IVA",
        "referral": "segnalazione",
        "vat_inside": "IVA inclusa",
        "moved": "sposta {amount} all’interno del saldo",
        "order": "ordine {number}",
        "by_hub_bank": "dalla banca dell’hub",
        "page": "Pagina {number} di {count}",
        "check": (
            "Questo estratto conto è verificabile: il file firmato che lo accompagna prova che {hub} "
            "ha emesso esattamente questo."
        ),
        "submitting": "richiesto",
        "in_transit": "in viaggio",
        "arrived": "pagato",
        "failed": "fallito",
    },
}
"""The words around a statement."""

INVOICE_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "invoice": "Commission invoice",
        "credit_note": "Credit note",
        "for": "Invoiced to",
        "from": "Invoiced by",
        "number": "Number",
        "issued": "Date of issue",
        "period": "Period of the services",
        "refers": "Corrects invoice",
        "refers_value": "{number} of {day}",
        "vat_id": "VAT id",
        "service": "Commission for sales through {hub}",
        "service_back": "Commission given back for sales through {hub}",
        "rate": "VAT",
        "net": "Net",
        "vat": "VAT amount",
        "gross": "Total",
        "total": "Total",
        "orders": "By order",
        "order": "Order",
        "settled": "Already settled: it was kept from what you are paid for these sales. Nothing is to be paid.",
        "settled_back": "Already settled: it was taken off what you had to give back for these sales.",
        "page": "Page {number} of {count}",
        "no-vat-id": "VAT of the hub’s country, as the boutique had told no valid VAT id",
        "reverse-charge": "Reverse charge: VAT is due from the recipient (Directive 2006/112/EC, art. 44 and 196).",
        "vat_id_checked": "The recipient’s VAT id was found in the register {register} on {day}.",
        "outside-scope": (
            "Outside the scope of VAT: the service is supplied where the recipient is established "
            "(Directive 2006/112/EC, art. 44)."
        ),
    },
    "it": {
        "invoice": "Fattura di commissioni",
        "credit_note": "Nota di credito",
        "for": "Destinatario",
        "from": "Emittente",
        "number": "Numero",
        "issued": "Data di emissione",
        "period": "Periodo delle prestazioni",
        "refers": "Rettifica la fattura",
        "refers_value": "{number} del {day}",
        "vat_id": "Partita IVA",
        "service": "Commissioni sulle vendite tramite {hub}",
        "service_back": "Commissioni restituite sulle vendite tramite {hub}",
        "rate": "IVA",
        "net": "Imponibile",
        "vat": "Imposta",
        "gross": "Totale",
        "total": "Totale",
        "orders": "Ordine per ordine",
        "order": "Ordine",
        "settled": (
            "Gi\u00e0 regolata: la commissione è stata trattenuta da quanto ti spetta per queste vendite. "
            "Non c’è nulla da pagare."
        ),
        "settled_back": "Gi\u00e0 regolata: è stata tolta da quanto dovevi restituire per queste vendite.",
        "page": "Pagina {number} di {count}",
        "no-vat-id": "IVA del paese dell’hub, perché la boutique non aveva una partita IVA valida",
        "reverse-charge": (
            "Inversione contabile (reverse charge): l’imposta è dovuta dal destinatario "
            "(direttiva 2006/112/CE, art. 44 e 196)."
        ),
        "vat_id_checked": "La partita IVA del destinatario risultava nel registro {register} il {day}.",
        "outside-scope": (
            "Fuori campo IVA: la prestazione è resa dove è stabilito il destinatario (direttiva 2006/112/CE, art. 44)."
        ),
    },
}
"""The words of invoices and credit notes; treatments of VAT are said by their own codes."""


def amount_text(minor: int, currency: str, language: str) -> str:
    """An amount without its currency: 1,234.50 or 1.234,50, below zero with a minus sign."""
    exponent = CURRENCY_EXPONENTS[currency]
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    whole, part = (digits[:-exponent], digits[-exponent:]) if exponent else (digits, "")
    grouped = f"{int(whole):,}"
    if language == "it":
        grouped = grouped.replace(",", ".")
    point = "," if language == "it" else "."
    return (MINUS if minor < 0 else "") + grouped + (point + part if part else "")


def day_text(time: str, language: str) -> str:
    """The day of a document's time in full: 30 November 2026."""
    day = datetime.fromisoformat(time)
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def period_text(start: str, end: str, language: str) -> str:
    """A period whose end is not part of it: a whole month by its name, else the first and the last day."""
    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end) - timedelta(seconds=1)
    following = datetime.fromisoformat(end)
    if first.day == following.day == 1 and (first.hour, following.hour) == (0, 0) and first.month == last.month:
        return f"{_MONTHS[language][first.month - 1]} {first.year}"
    return f"{day_text(start, language)} \u2013 {day_text(last.strftime('%Y-%m-%dT%H:%M:%SZ'), language)}"


def rate_text(basis_points: int, language: str) -> str:
    """A rate: 22 %, 25.5 %."""
    whole, part = divmod(basis_points, 100)
    digits = f"{part:02d}".rstrip("0")
    point = "," if language == "it" else "."
    return f"{whole}{point + digits if digits else ''}\u00a0%"
