"""The vectors, read by a second implementation that is written from the text alone and shares no code with the first.

Whatever only the text says (what is hashed, in which order, which bytes) is done here once more, with a signature
library, zstd and the standard library. Where this and the code differ, the text is wrong.
"""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import nacl.bindings
import zstandard

FOLDER = Path(__file__).parents[2] / "docs" / "protocol" / "vectors"
Item = tuple[int, bytes]


def read(name: str) -> dict[str, Any]:
    """A file of vectors."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature holds, by libsodium's rules."""
    try:
        return nacl.bindings.crypto_sign_open(signature + message, key) == message
    except nacl.exceptions.BadSignatureError:
        return False


def keyid_of(key: bytes) -> str:
    return base64url(sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{base64url(key)}"}}'.encode()))


def public_of(seed: str) -> bytes:
    public: bytes = nacl.bindings.crypto_sign_seed_keypair(bytes.fromhex(seed))[0]
    return public


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A note's text, and its signature lines as (name, key hash and signature)."""
    text, _, lines = note.rpartition("\n\n\u2014 ")
    found = [line.split(" ") for line in lines.removesuffix("\n").split("\n\u2014 ")]
    return text + "\n", [(name, base64.b64decode(blob)) for name, blob in found]


def signed_by(note: str, name: str, key: bytes) -> bool:
    """Whether a note bears a good plain signature of `key` under `name`."""
    text, lines = split_note(note)
    wanted = sha256(name.encode(), b"\n\x01", key)[:4]
    return any(called == name and blob[:4] == wanted and holds(key, text.encode(), blob[4:]) for called, blob in lines)


def countersigned_by(note: str, name: str, key: bytes) -> int | None:
    """The time of a good countersignature, or None."""
    text, lines = split_note(note)
    wanted = sha256(name.encode(), b"\n\x04", key)[:4]
    for called, blob in lines:
        if called == name and blob[:4] == wanted:
            seconds = int.from_bytes(blob[4:12], "big")
            if holds(key, f"cosignature/v1\ntime {seconds}\n{text}".encode(), blob[12:]):
                return seconds
    return None


def party_id_of(genesis: str) -> str:
    text, _ = split_note(genesis)
    digest = base64.b32encode(sha256(text.encode())).decode().lower()
    return {"shop": "s1", "hub": "h1"}[json.loads(text)["kind"]] + digest[:32]


def leaf_hash(line: str) -> bytes:
    return sha256(b"\0", line.encode())


def root_of(hashes: list[bytes]) -> bytes:
    if len(hashes) <= 1:
        return hashes[0] if hashes else sha256()
    left = 1
    while left * 2 < len(hashes):
        left *= 2
    return sha256(b"\1", root_of(hashes[:left]), root_of(hashes[left:]))


def included(leaf: bytes, place: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that an audit path leads to (RFC 9162 section 2.1.3.2), None for a path of another length."""
    at, last, root = place, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = sha256(b"\1", step, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = sha256(b"\1", root, step)
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


def grown(old: int, new: int, roots: tuple[bytes, bytes], path: list[bytes]) -> bool:
    """Whether a consistency proof holds (RFC 9162 section 2.1.4.2)."""
    if old in {0, new}:
        return not path and (old == 0 or roots[0] == roots[1])
    steps = [roots[0], *path] if old & (old - 1) == 0 else list(path)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = sha256(b"\1", step, first), sha256(b"\1", step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = sha256(b"\1", second, step)
        at, last = at >> 1, last >> 1
    return (first, second, last) == (*roots, 0)


def varint(number: int) -> bytes:
    digits = [number & 127]
    while number := number >> 7:
        digits.append(number & 127 | 128)
    return bytes(reversed(digits))


def unvarint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    while True:
        number, at = number << 7 | data[at] & 127, at + 1
        if not data[at - 1] & 128:
            return number, at


def fingerprint(items: list[Item]) -> bytes:
    total = sum(int.from_bytes(name, "little") for _, name in items) % 2**256
    return sha256(total.to_bytes(32, "little"), varint(len(items)))[:16]


class Teller:
    """A Negentropy message being written."""

    def __init__(self) -> None:
        self.data = b"\x61"
        self.moment = 0
        self.skipped: tuple[int, bytes] | None = None

    def say(self, bound: tuple[int, bytes], mode: int, payload: bytes) -> None:
        if self.skipped is not None:
            waiting, self.skipped = self.skipped, None
            self.say(waiting, 0, b"")
        moment, prefix = bound
        spelled = 0 if moment == 2**64 - 1 else moment - self.moment + 1
        self.moment = moment
        self.data += varint(spelled) + varint(len(prefix)) + prefix + varint(mode) + payload


def answered(items: list[Item], question: bytes) -> bytes:
    """What the answering side says, by the rules of the text; frames are never full here."""
    teller, at, moment, low = Teller(), 1, 0, 0
    while at < len(question):
        told, at = unvarint(question, at)
        moment = 2**64 - 1 if told == 0 else moment + told - 1
        length, at = unvarint(question, at)
        bound, at = (moment, question[at : at + length]), at + length
        mode, at = unvarint(question, at)
        high = low + sum(item < bound for item in items[low:])
        here = items[low:high]
        if mode == 2:
            count, at = unvarint(question, at)
            at += 32 * count
            teller.say(bound, 2, varint(len(here)) + b"".join(name for _, name in here))
        elif mode == 0 or question[at : at + 16] == fingerprint(here):
            teller.skipped = bound
        elif len(here) < 32:
            teller.say(bound, 2, varint(len(here)) + b"".join(name for _, name in here))
        else:
            cut(teller, items, (low, high), bound)
        at += 16 if mode == 1 else 0
        low = high
    return teller.data


def cut(teller: Teller, items: list[Item], span: tuple[int, int], bound: tuple[int, bytes]) -> None:
    """Sixteen equal shares, the first of them one longer where they do not come out even."""
    low, high = span
    count = high - low
    for share in range(16):
        end = low + count // 16 + (share < count % 16)
        teller.say(bound if end == high else between(items[end - 1], items[end]), 1, fingerprint(items[low:end]))
        low = end


def between(before: Item, after: Item) -> tuple[int, bytes]:
    if before[0] != after[0]:
        return after[0], b""
    length = next(place for place in range(32) if before[1][place] != after[1][place]) + 1
    return after[0], after[1][:length]


def test_notes_keys_and_party_ids_are_as_the_text_says() -> None:
    """Key hashes, thumbprints, signatures over texts, ids from the genesis, heads countersigned."""
    documents, identity = read("documents"), read("identity")
    note = documents["note"]
    key = public_of(note["seed"])
    assert signed_by(note["note"], note["name"], key)
    profile, operations = (json.loads(documents["party"][name]) for name in ("profile", "operations"))
    assert party_id_of(operations["operations"][0]) == profile["party_id"]
    for row in identity["keys"]["accepted"]:
        assert (base64url(public_of(row["seed"])), keyid_of(public_of(row["seed"]))) == (row["public"], row["keyid"])
    for row in identity["chain"]:
        text, lines = split_note(row["operation"])
        assert sha256(text.encode()).hex() == row["hash"]
        roots = {keyid_of(unbase64url(x)): unbase64url(x) for x in row["root_keys"]}
        assert any(name in roots and signed_by(row["operation"], name, roots[name]) for name, _ in lines)
    assert party_id_of(identity["chain"][0]["operation"]) == identity["chain"][0]["party_id"]


def test_requests_and_answers_are_signed_as_the_text_says() -> None:
    """Each base put together by the component list verifies; each body has its digest."""
    made = read("signatures")
    keys = {row["keyid"]: bytes.fromhex(row["public"]) for row in made["keys"].values()}
    asked = {row["what"]: row for row in made["requests"]}
    for row in [*made["requests"], *made["answers"]]:
        headers, question = row["headers"], asked.get(row.get("to", ""), row)
        body = bytes.fromhex(row["body_hex"]) if "body_hex" in row else row["body"].encode()
        if body:
            assert headers["Content-Digest"] == f"sha-256=:{base64.b64encode(sha256(body)).decode()}:"
        base = base_of(row, question)
        assert base == row.get("signature_base", base)
        keyid = re.search(r'keyid="([^"]+)"', headers["Signature-Input"])
        assert keyid is not None
        signature = base64.b64decode(headers["Signature"].removeprefix("fed=:").removesuffix(":"))
        assert holds(keys[keyid[1]], base.encode(), signature)


def base_of(row: dict[str, Any], question: dict[str, Any]) -> str:
    """The signature base of a request, or of an answer to `question`."""
    spelled = row["headers"]["Signature-Input"].removeprefix("fed=")
    target = {"@method": question["method"], "@authority": question["authority"], "@path": question["path"]}
    target["@query"] = f"?{question['query']}"
    own = {name.lower(): value for name, value in row["headers"].items()}
    asked = {name.lower(): value.removeprefix("fed=") for name, value in question["headers"].items()}
    lines = []
    for name, tail in re.findall(r'"([^"]+)"((?:;req(?:;key="fed")?)?)', spelled[: spelled.index(")")]):
        source = {**asked, **target} if tail else {**own, **target, "@status": str(row.get("status"))}
        lines.append(f'"{name}"{tail}: {source[name]}')
    return "\n".join([*lines, f'"@signature-params": {spelled}'])


def test_the_log_is_hashed_and_proven_as_the_text_says() -> None:
    """Leaf hashes, every root, every inclusion and consistency proof, checkpoints, the batch."""
    made = read("log")
    hashes = [leaf_hash(line) for line in made["lines"]]
    assert [value.hex() for value in hashes] == made["leaf_hashes"]
    roots = [root_of(hashes[:size]) for size in range(len(hashes) + 1)]
    assert [value.hex() for value in roots] == made["roots"]
    for row in made["inclusion"]:
        path = [bytes.fromhex(step) for step in row["proof"]]
        assert included(hashes[row["seq"]], row["seq"], row["size"], path) == roots[row["size"]]
    for row in made["consistency"]:
        path = [bytes.fromhex(step) for step in row["proof"]]
        assert grown(row["old"], row["new"], (roots[row["old"]], roots[row["new"]]), path)
    keys = {name: bytes.fromhex(row["public"]) for name, row in read("signatures")["keys"].items()}
    origin, size, root = split_note(made["countersigned"])[0].split("\n")[:3]
    assert signed_by(made["countersigned"], origin, keys["shop"])
    assert (int(size), base64.b64decode(root)) == (len(hashes), roots[-1])
    hub = json.loads(made["record_proof"])["witnesses"][0]["party"]
    assert countersigned_by(made["countersigned"], hub, keys["hub"]) is not None
    plain = zstandard.ZstdDecompressor().decompress(bytes.fromhex(made["batch"]["wire_hex"])).decode()
    note, *lines = plain.removesuffix("\n").split("\n")
    assert (json.loads(note), lines) == (made["checkpoint"], made["lines"])


def test_forks_are_proven_as_the_text_says() -> None:
    """Each kind shows its contradiction by the hashes inside it."""
    proofs = {kind: json.loads(text) for kind, text in read("log")["fork_proofs"].items()}
    roots = proofs["two-roots"]
    assert roots["first_size"] == roots["second_size"]
    assert roots["first_root"] != roots["second_root"]
    prefix = proofs["two-prefixes"]
    ends = (bytes.fromhex(prefix["prefix_root"]), bytes.fromhex(prefix["second_root"]))
    path = [bytes.fromhex(step) for step in prefix["consistency"]]
    assert grown(prefix["first_size"], prefix["second_size"], ends, path)
    assert prefix["prefix_root"] != prefix["first_root"]
    leaves = proofs["two-leaves"]
    for which, leaf in zip(("first", "second"), leaves["leaves"], strict=True):
        path = [bytes.fromhex(step) for step in leaf["inclusion"]]
        place, size = json.loads(leaf["line"])["s"], leaves[f"{which}_size"]
        assert included(leaf_hash(leaf["line"]), place, size, path) == bytes.fromhex(leaves[f"{which}_root"])


def test_stock_is_digested_as_the_text_says() -> None:
    """Ids of registers, sums of tables."""
    made = read("stock")
    for row in made["registers"]:
        assert sha256(row["line"].encode()).hex() == row["id"]
    for table in made["tables"]:
        total = sum(int.from_bytes(bytes.fromhex(made["registers"][at]["id"]), "little") for at in table["registers"])
        told = json.loads(table["heartbeat"])
        assert (total % 2**256).to_bytes(32, "little").hex() == told["digest"]
        assert told["count"] == len(table["registers"])


def test_sessions_are_answered_as_the_text_says() -> None:
    """Every answer of every session, byte for byte; varints and fingerprints."""
    made = read("repair")
    for row in made["varints"]:
        assert varint(row["number"]).hex() == row["bytes"]
    ids = [bytes.fromhex(name) for name in made["ids"]]
    for row in made["fingerprints"]:
        span = list(enumerate(ids))[row["from"] : row["to"]]
        assert fingerprint(span).hex() == row["fingerprint"]
    for session in made["sessions"]:
        items = sorted((moment, bytes.fromhex(name)) for moment, name in session["answerer"])
        for step in session["messages"]:
            assert answered(items, bytes.fromhex(step["question"])).hex() == step["answer"], session["what"]


def test_several_leaves_are_proven_as_the_text_says() -> None:
    """The proof's subtrees stand from left to right and make the root with the leaves."""
    made = read("repair")["proof_of_several"]
    hashes = [bytes.fromhex(value) for value in made["leaf_hashes"]]
    given: dict[int, bytes] = {place: hashes[place] for place in made["places"]}
    steps = [bytes.fromhex(step) for step in made["proof"]]

    def root(low: int, high: int) -> bytes:
        if not any(low <= place < high for place in given):
            return steps.pop(0)
        if high - low == 1:
            return given[low]
        left = 1
        while left * 2 < high - low:
            left *= 2
        return sha256(b"\1", root(low, low + left), root(low + left, high))

    assert root(0, len(hashes)).hex() == made["root"]
    assert not steps


def test_receipts_manifests_and_mailboxes_are_signed_as_the_text_says() -> None:
    """A receipt under its name and over its event; a snapshot and an archive by the party; what lies in a mailbox."""
    shop, hub = (bytes.fromhex(read("signatures")["keys"][name]["public"]) for name in ("shop", "hub"))
    receipt = read("orders")["receipt"]
    said = json.loads(split_note(receipt["note"])[0])
    assert said["sha256"] == sha256(receipt["event"].encode()).hex()
    assert signed_by(receipt["note"], f"{said['to']}/receipts", shop)
    snapshot = read("repair")["snapshot"]
    assert signed_by(snapshot["manifest"], said["to"], shop)
    told = json.loads(split_note(snapshot["manifest"])[0])
    for name in ("hash", "line"):
        chunk = bytes.fromhex(snapshot[f"{name}_chunk_hex"])
        assert sha256(chunk).hex() == told["hashes" if name == "hash" else "lines"][0]["sha256"]
    archive = read("archive")
    manifest = json.loads(split_note(archive["manifest"])[0])
    assert signed_by(archive["manifest"], manifest["party"], shop)
    for member in manifest["members"]:
        assert sha256(archive["members"][member["name"]].encode()).hex() == member["sha256"]
    asked = json.loads(archive["export_asked"])
    wish = json.loads(split_note(asked["wish"])[0])
    genesis = json.loads(archive["members"]["identity/operations.jsonl"])["operation"]
    root = unbase64url(json.loads(split_note(genesis)[0])["root_keys"][0])
    assert asked["claim"] == wish["claim"] == sha256(archive["export_secret"].encode()).hex()
    assert signed_by(asked["wish"], keyid_of(root), root)
    waiting = json.loads(read("mailbox")["page"])["requests"][0]
    row = {**waiting, "authority": "outbox.invalid", "headers": _titled(waiting["headers"])}
    signature = base64.b64decode(waiting["headers"]["signature"].removeprefix("fed=:").removesuffix(":"))
    assert holds(hub, base_of(row, row).encode(), signature)


def _titled(headers: dict[str, str]) -> dict[str, str]:
    return {name.title(): value for name, value in headers.items()}
