"""Vectors of stock: register ids, digests of tables, messages, and the answers to them."""

from typing import Any

from federation.conversations import stock
from federation.conversations.messages import StockBatch, StockPage, StockReceipt, StockRegister
from federation.documents import json

REGISTERS = (
    StockRegister(variant_id="1-s", quantity=3, vseq=41),
    StockRegister(variant_id="1-m", quantity=0, vseq=42, location="attic"),
)
SOLD = StockRegister(variant_id="1-s", quantity=2, vseq=43)
ECHO = 1_795_331_760_123


def made() -> dict[str, Any]:
    """What the file holds beside its heading."""
    table = stock.Tally().moved((), REGISTERS)
    batch = StockBatch(heartbeat=table.heartbeat, registers=(REGISTERS[1],), echo=ECHO, waited_ms=14_210)
    receipt = StockReceipt(vseq_high=42, in_step=True, echo=ECHO + 14_277)
    return {
        "registers": [
            {
                "register": json.encode(item).decode(),
                "line": f"{item.variant_id}\t{item.location}\t{item.quantity}\t{item.vseq}\n",
                "id": stock.register_id(item).hex(),
            }
            for item in (*REGISTERS, SOLD)
        ],
        "tables": [
            {"registers": [], "heartbeat": json.encode(stock.heartbeat(())).decode()},
            {"registers": [0, 1], "heartbeat": json.encode(table.heartbeat).decode()},
            {"registers": [2, 1], "heartbeat": json.encode(table.moved(REGISTERS[:1], (SOLD,)).heartbeat).decode()},
        ],
        "batch": json.encode(batch).decode(),
        "receipt": json.encode(receipt).decode(),
        "page": json.encode(StockPage(registers=REGISTERS)).decode(),
        "freshness": [{"age_seconds": age, "label": stock.freshness(age)} for age in (-6, -5, 0, 39, 40, 149, 150)],
    }
