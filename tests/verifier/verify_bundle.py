#!/usr/bin/env python3
"""Verifies a bundle of Licentia's audit log. It follows docs/FORMAT.md and shares no code with Licentia.

    verify_bundle.py FILE [--log FINGERPRINT|PUBLIC-KEY-HEX] [--witness VKEY]...

Needs Python 3.11 and, from PyPI, blake3 and cryptography. Prints the verdict as JSON. Exit status 0: everything
holds. 3: something does not. 1: the file cannot be read as a bundle.
"""
import argparse, base64, hashlib, json, sys, uuid
from datetime import datetime, timedelta, timezone

from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NAMES = ["README.md", "entries.jsonl", "checkpoints.jsonl", "log.json", "manifest.json", "manifest.note"]
NOTICES = {"manifest_unsigned", "tables_absent"}
TOLERANCE = 120_000_000
WORDS = {4: "id", 5: "transaction_id", 6: "kind", 7: "severity", 8: "outcome", 9: "actor", 10: "actor_kind",
         11: "target_kind", 12: "target_id"}
# Points of small order, without their sign: as keys they would let one signature hold for many messages.
WEAK = {p % 2**255 for p in (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18)} | {int.from_bytes(bytes.fromhex(p), "little") for p in (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")}


class Unreadable(Exception):
    """The file is no bundle."""


def derive(context, data):
    return blake3(data, derive_key_context=context).digest()


def whole(number):
    return number.to_bytes(8, "big", signed=True)


def field(tag, value):
    return tag.to_bytes(2, "big") + len(value).to_bytes(4, "big") + value


def fields(data):
    """Tags ascend, nothing is left over."""
    found, last = {}, -1
    while data:
        tag, length = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:6], "big")
        if len(data) < 6 + length or tag <= last:
            raise ValueError("fields")
        found[tag], data, last = data[6:6 + length], data[6 + length:], tag
    return found


def holds(key, signature, message):
    if len(key) != 32 or int.from_bytes(key, "little") % 2**255 in WEAK:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def b64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("another spelling of Base64")
    return data


def strict(text):
    def unique(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a member twice")
        return dict(pairs)
    return json.loads(text, object_pairs_hook=unique, parse_constant=lambda _: 1 / 0)


def same(one, other):
    """1, 1.0 and true are three things."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def header(name, size, made):
    """The one header that a member can have (ustar)."""
    head = bytearray(512)
    for at, value in ((0, name), (100, "0000644\0"), (108, "0000000\0"), (116, "0000000\0"), (124, f"{size:011o}\0"),
                      (136, f"{made:011o}\0"), (148, " " * 8), (156, "0"), (257, "ustar\00000")):
        head[at:at + len(value)] = value.encode()
    head[148:156] = f"{sum(head):07o}\0".encode()
    return bytes(head)


def members(data):
    found, at, made = {}, 0, None
    for name in NAMES:
        if name == NAMES[-1] and len(data) - at == 1024:
            break
        try:
            size, made_here = int(data[at + 124:at + 135], 8), int(data[at + 136:at + 147], 8)
        except ValueError:
            raise Unreadable(f"{name} does not begin where it should")
        made = made_here if made is None else made
        end = at + 512 + size
        if data[at:at + 512] != header(name, size, made) or end > len(data):
            raise Unreadable(f"{name} does not begin where it should")
        found[name] = data[at + 512:end]
        at = end + -size % 512
        if any(data[end:at]):
            raise Unreadable(f"behind {name} there is something")
    if data[at:] != bytes(1024):
        raise Unreadable("the end is not where it should be")
    return found, made


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


class Tree:
    """The right edge of a Merkle tree."""
    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, node):
        size = self.size
        while size & 1:
            node, size = hashlib.sha256(b"\1" + self.peaks.pop() + node).digest(), size >> 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        node = None
        for peak in reversed(self.peaks):
            node = peak if node is None else hashlib.sha256(b"\1" + peak + node).digest()
        return node or hashlib.sha256(b"").digest()


def key_hash(name, kind, key):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def note(text, keys):
    """The text of a note, and of each known key its signature as (name, time); raises when one does not hold."""
    head, _, lines = text.rpartition("\n\n")
    if not head or not lines.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in text):
        raise ValueError("no note")
    head, signed = head + "\n", {}
    for line in lines[:-1].split("\n"):
        mark, name, data = line.split(" ")
        data = b64(data)
        if mark != "\u2014" or len(data) < 5:
            raise ValueError("no signature line")
        for known, kind, key in keys:
            if name == known and data[:4] == key_hash(name, kind, key):
                time = int.from_bytes(data[4:12], "big") if kind == 4 else None
                message = head if kind == 1 else f"cosignature/v1\ntime {time}\n{head}"
                if not holds(key, data[4:] if kind == 1 else data[12:], message.encode()):
                    raise ValueError(f"the signature of {name} does not hold")
                signed[name] = time
    return head, signed


def clock(micros):
    try:
        moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=micros)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    except OverflowError:
        return f"{micros} microseconds since 1970"


class Verifier:
    def __init__(self, data, trusted, witnesses):
        self.issues, self.trusted = [], trusted
        self.witnesses = []
        for vkey in witnesses:
            name, _, material = vkey.split("+", 2)
            material = b64(material)
            self.witnesses.append((name, material[0], material[1:]))
        self.parts, self.made = members(data)
        try:
            self.log, self.manifest = (strict(self.parts[name].decode()) for name in ("log.json", "manifest.json"))
            self.lines = [strict(line) for line in self.split("entries.jsonl")]
            self.notes = [(line["size"], line["note"]) for line in map(strict, self.split("checkpoints.jsonl"))]
            self.keys = [(bytes.fromhex(key["key_id"]), b64(key["public_key"]), key["epoch"], key["created_at"],
                          key["introduced_by"]) for key in self.log["keys"]]
            self.id, self.first = uuid.UUID(self.log["log_id"]), b64(self.log["public_key"])
            self.entries()
        except (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError) as error:
            raise Unreadable(repr(error))
        self.check_manifest()

    def split(self, name):
        text = self.parts[name].decode()
        if text and not text.endswith("\n"):
            raise ValueError("the last line does not end")
        return text.split("\n")[:-1]

    def issue(self, code, first=None, last=None):
        self.issues.append({"code": code, "seq_from": first, "seq_to": last or first})

    def origin(self, epoch):
        return f"licentia/{self.id}/{epoch}"

    def entries(self):
        row = field(1, self.id.bytes) + field(2, whole(self.log["created_at"])) + field(3, whole(self.log["encoding"])) + field(4, self.first)
        fingerprint = derive("licentia 2026 audit log v1", b"licentia/audit-log/v1\n" + row)
        self.fingerprint = "blake3:" + fingerprint.hex()
        if self.trusted and self.trusted.lower() not in (self.fingerprint, self.first.hex()):
            self.issue("wrong_log")
        if self.log["fingerprint"] != self.fingerprint:
            self.issue("key_table_altered")
        first = (derive("licentia 2026 audit key id v1", self.first)[:16], self.first, 1, self.log["created_at"], None)
        if not self.keys or self.keys[0] != first:
            self.issue("key_table_altered")
        for key, said in zip(self.keys, self.log["keys"]):
            name = self.origin(key[2])
            vkey = f"{name}+{key_hash(name, 1, key[1]).hex()}+{base64.b64encode(bytes([1]) + key[1]).decode()}"
            if said["vkey"] != vkey or key[0] != derive("licentia 2026 audit key id v1", key[1])[:16]:
                self.issue("key_table_altered")
        self.force, self.next, self.before, self.time = first, 1, fingerprint, self.log["created_at"]
        self.tree, self.waiting, introduced = Tree(), list(self.notes), {}
        for line in self.lines:
            signer, new = self.force, self.entry(line)
            introduced.update(new)
            while self.waiting and self.waiting[0][0] <= line["seq"]:
                self.checkpoint(*self.waiting.pop(0), (signer, self.force))
        for size, _ in self.waiting:
            self.issue("checkpoint_beyond", size)
        for key in self.keys[1:]:
            if key[4] is None or introduced.get(key[4]) != key:
                self.issue("key_table_altered", key[4])

    def entry(self, line):
        """One entry against the one before it; the keys that come in with it."""
        seq, shown = line["seq"], line["entry"]
        if seq != self.next:
            self.issue("entry_inserted" if seq < self.next else "entry_missing", min(seq, self.next), max(seq - 1, seq if seq < self.next else self.next))
        self.next = max(self.next, seq + 1)
        hash_, signature = b64(line["hash"]), b64(line["signature"])
        salt, body = (None if line[name] is None else b64(line[name]) for name in ("salt", "payload"))
        try:
            encoded = b64(line["encoded"])
            domain = b"licentia/audit-entry/v1\n"
            found = fields(encoded.removeprefix(domain))
            words = {name: found[tag].decode() if tag > 5 else str(uuid.UUID(bytes=found[tag]))
                     for tag, name in WORDS.items() if tag in found}
            times = [int.from_bytes(found[tag], "big", signed=True) for tag in (1, 3, 13, 14)]
            if not encoded.startswith(domain) or set(range(1, 19)) - {11, 12} - set(found) or max(found) > 18 or [len(found[tag]) for tag in (1, 2, 3, 13, 14, 15, 17, 18)] != [8, 16, 8, 8, 8, 32, 16, 32]:
                raise ValueError("fields")
        except (KeyError, TypeError, ValueError):
            self.issue("entry_malformed", seq)
            self.tree = None
            self.before = self.time = None
            return {}
        version, stated, recorded, now = times
        if version != 1:
            self.issue("version_unknown", seq)
        if derive("licentia 2026 audit entry v1", encoded) != hash_ or stated != seq or found[2] != self.id.bytes:
            self.issue("entry_altered", seq)
        if self.before is not None and found[18] != self.before:
            self.issue("chain_broken", seq)
        if found[17] != self.force[0]:
            self.issue("key_misplaced" if found[17] in [key[0] for key in self.keys] else "key_unknown", seq)
        if not holds(self.force[1], signature, b"licentia/audit-signature/v1\n" + self.id.bytes + whole(seq) + hash_):
            self.issue("signature_invalid", seq)
        adjusted = words["kind"] == "clock.adjusted"
        if self.time is not None and not (
                recorded == now and self.time - now >= TOLERANCE if adjusted
                else recorded == max(now, self.time) and self.time - now < TOLERANCE):
            self.issue("time_disorder", seq)
        if body is None and salt is None:
            self.issue("payload_missing", seq)
        elif len(salt or b"") != 16 or derive("licentia 2026 audit payload v1", salt + (body or b"")) != found[15]:
            self.issue("payload_altered", seq)
        self.before, self.time = hash_, recorded
        text = None if body is None else body.decode("utf-8", "replace")
        try:
            payload = json.loads(text, parse_constant=lambda _: 1 / 0) if text is not None else None
        except (ValueError, ZeroDivisionError):
            payload = text
        readable = {"target_kind": None, "target_id": None} | words | {
            "seq": seq, "payload": payload, "created_at": clock(recorded), "metadata": {
                "hash": "blake3:" + hash_.hex(), "previous_hash": "blake3:" + found[18].hex(),
                "signature": "ed25519:" + signature.hex(), "key_id": found[17].hex(),
                "transaction_id": words["transaction_id"], "clock": clock(now), "version": version}}
        del readable["transaction_id"]
        if not same(readable, shown):
            self.issue("readable_altered", seq)
        if self.tree:
            self.tree.push(leaf(encoded))
        return self.effects(seq, found[16])

    def effects(self, seq, data):
        """A key that an entry accounts for is in force from the next entry on."""
        new = {}
        try:
            while data:
                length = int.from_bytes(data[:4], "big")
                if len(data) < 4 + length:
                    raise ValueError("cut off")
                effect, data = fields(data[4:4 + length]), data[4 + length:]
                effect[1].decode(), effect[2]
                if set(effect) - {1, 2, 3} or len(effect.get(3, bytes(32))) != 32:
                    raise ValueError("an effect")
                if effect[1] != b"audit_key":
                    continue
                row = [key for key in self.keys if key[0] == effect[2] and self.row(key) == effect.get(3)]
                if not row:
                    self.issue("key_table_altered", seq)
                for key in row[:1]:
                    self.force, new[seq] = key, key
        except (KeyError, ValueError):
            self.issue("effects_malformed", seq)
        return new

    def row(self, key):
        columns = (b"audit_key", key[0], key[1], whole(key[2]), whole(key[3]))
        data = b"".join(field(tag, value) for tag, value in enumerate(columns))
        return derive("licentia 2026 row v1", b"licentia/row/v1\n" + data)

    def checkpoint(self, size, text, keys):
        for name, key in {(self.origin(key[2]), key[1]) for key in keys}:
            try:
                head, signed = note(text, [(name, 1, key)])
                lines = head.split("\n")
                if name not in signed or lines[0] != name or lines[1] != str(size):
                    continue
                root = b64(lines[2])
            except (ValueError, IndexError):
                continue
            if not self.tree or self.tree.size != size or self.tree.root() != root:
                self.issue("checkpoint_disagrees", size)
            try:
                note(text, self.witnesses)
            except ValueError:
                self.issue("cosignature_invalid", size)
            return
        self.issue("checkpoint_altered", size)

    def check_manifest(self):
        said, data = self.manifest, self.parts["manifest.json"]
        files = [{"name": name, "bytes": len(self.parts[name]), "sha256": hashlib.sha256(self.parts[name]).hexdigest(),
                  "blake3": blake3(self.parts[name]).hexdigest()} for name in NAMES[:4]]
        seqs = [line["seq"] for line in self.lines] or [None]
        last = "blake3:" + b64(self.lines[-1]["hash"]).hex() if self.lines else self.fingerprint
        try:
            checkpoint = {"size": self.notes[-1][0], "root": self.notes[-1][1].split("\n")[2]} if self.notes else None
        except IndexError:
            checkpoint = {"size": self.notes[-1][0], "root": ""}
        expected = {"version": 1, "made_at": clock(self.made * 1_000_000).replace(".000000", ""), "log_id": str(self.id),
                    "fingerprint": self.fingerprint, "entries": len(self.lines), "first_seq": seqs[0], "last_seq": seqs[-1],
                    "last_hash": last, "last_checkpoint": checkpoint, "files": files}
        if any(not same(said.get(name), value) for name, value in expected.items()):
            self.issue("manifest_disagrees")
        if said.get("verification", {}).get("verified") is not True:
            self.issue("export_found_issues")
        self.issue("tables_absent")
        if "manifest.note" not in self.parts:
            self.issue("manifest_signature_invalid" if said.get("signed") is not False else "manifest_unsigned")
            return
        name = self.origin(self.force[2])
        try:
            head, signed = note(self.parts["manifest.note"].decode(), [(name, 1, self.force[1])])
        except ValueError:
            head, signed = "", {}
        expected = f"licentia/bundle/v1\n{name}\nsha256:{hashlib.sha256(data).hexdigest()}\n"
        if said.get("signed") is not True or name not in signed or head != expected:
            self.issue("manifest_signature_invalid")


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("file")
    options.add_argument("--log", help="the fingerprint, or the log's first public key as 64 hex digits")
    options.add_argument("--witness", action="append", default=[], help="a witness to believe, by its verifier key")
    given = options.parse_args()
    try:
        with open(given.file, "rb") as file:
            found = Verifier(file.read(), given.log, given.witness)
    except (Unreadable, OSError) as error:
        print(json.dumps({"verified": False, "error": str(error), "issues": []}))
        return 1
    verified = all(issue["code"] in NOTICES for issue in found.issues)
    print(json.dumps({"verified": verified, "fingerprint": found.fingerprint, "entries_checked": len(found.lines),
                      "issues": sorted(found.issues, key=lambda issue: issue["seq_from"] or 0)}, indent=2))
    return 0 if verified else 3


if __name__ == "__main__":
    sys.exit(main())
