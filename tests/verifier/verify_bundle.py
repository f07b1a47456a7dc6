#!/usr/bin/env python3
"""Verifies a bundle of Licentia's audit log, by docs/FORMAT.md and docs/VERIFY.md. Shares no code with Licentia.

    verify_bundle.py FILE [--log FINGERPRINT|PUBLIC-KEY-HEX] [--witness VKEY]...

Needs Python 3.11, blake3 and cryptography. Prints the verdict as JSON. Exit status 0: everything holds. 3: something
does not. 1: the file cannot be read as a bundle.
"""
import argparse, base64, functools, hashlib, json, sys, uuid
from datetime import datetime, timedelta

from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FILES = ["README.md", "entries.jsonl", "checkpoints.jsonl", "log.json", "manifest.json", "manifest.note"]
# The members of the JSON in them.
LOG = "log_id created_at encoding public_key fingerprint keys"
KEY = "key_id public_key epoch created_at introduced_by vkey"
LINE = "seq encoded hash signature salt payload entry"
MANIFEST = ("version export_id made_at by signed recorded_as log_id fingerprint entries first_seq last_seq last_hash "
            "last_checkpoint files verification notes")
# The fields of an entry from tag 1 on; those from the sixth on that come before the time are text.
FIELDS = ("version log_id seq id transaction_id kind severity outcome actor actor_kind target_kind target_id "
          "recorded_at clock payload_hash effects key_id previous_hash").split()
LENGTHS = {1: 8, 2: 16, 3: 8, 4: 16, 5: 16, 13: 8, 14: 8, 15: 32, 17: 16, 18: 32}
ENTRY = b"licentia/audit-entry/v1\n"
# Points of small order, without their sign: as keys they would let one signature hold for many messages.
SMALL = {0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18} | {int.from_bytes(bytes.fromhex(point), "little") for point in (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")}


def demand(holds, what):
    if not holds:
        raise ValueError(f"{what} is not as it should be")


def attempt(function, *arguments):
    """What it gives, or None."""
    try:
        return function(*arguments)
    except ValueError:
        return None


def derive(context, data):
    return blake3(data, derive_key_context=context).digest()


def number(value):
    return value.to_bytes(8, "big", signed=True)


def encode(domain, fields):
    for tag, value in fields.items():
        domain += tag.to_bytes(2, "big") + len(value).to_bytes(4, "big") + value
    return domain


def decode(data, known):
    fields, last = {}, -1
    while data:
        tag, length = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:6], "big")
        demand(len(data) >= 6 + length and last < tag and tag in known, "a field")
        fields[tag], data, last = data[6 : 6 + length], data[6 + length :], tag
    return fields


def signed(key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return not any(int.from_bytes(point, "little") % 2**255 in SMALL for point in (key, signature[:32]))


def from_base64(text):
    data = base64.b64decode(text, validate=True)
    demand(base64.b64encode(data).decode() == text, "Base64")
    return data


def unique(pairs):
    demand(len(dict(pairs)) == len(pairs), "an object")
    return dict(pairs)


def parse(text, pairs=unique):
    return json.loads(text, object_pairs_hook=pairs, parse_constant=lambda word: demand(False, word))


def whole(found, members):
    demand(set(found) == set(members.split()), "an object")
    return found


def lines(data, members):
    *text, rest = data.decode().split("\n")
    demand(not rest, "the last line")
    return [whole(parse(line), members) for line in text]


def same(one, other):
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)  # 1, 1.0 and true are three things


def unpack(data):
    """The members of the tar file. There is one way to write it, so each header is made again."""
    parts, at, made = {}, 0, int(data[136:147], 8)
    for name in FILES:
        if name == "manifest.note" and data[at:] == bytes(1024):
            break
        start, size = at + 512, int(data[at + 124 : at + 135], 8)
        head = f"{name:\0<100}0000644\0" + "0000000\0" * 2 + f"{size:011o}\0{made:011o}\0{'':8}0"
        head = f"{head:\0<257}ustar\00000".ljust(512, "\0").encode()
        head = head[:148] + f"{sum(head):07o}\0".encode() + head[156:]
        at = start + size + -size % 512
        demand(min(size, made) >= 0 and data[start - 512 : start] == head, f"where {name} begins")
        demand(data[start + size : at] == bytes(-size % 512), f"what follows {name}")
        parts[name] = data[start : start + size]
    demand(data[at:] == bytes(1024), "the end")
    return parts, made


def note(text, vkeys, needed=False):
    """What was signed. It is no note if one of the keys is named and did not sign it; one of them may be needed."""
    head, _, signatures = text.rpartition("\n\n")
    demand(head and signatures.endswith("\n") and all(c >= " " or c == "\n" for c in text), "a note")
    head, signers = head + "\n", 0
    for line in signatures[:-1].split("\n"):
        mark, name, data = line.split(" ")
        data = from_base64(data)
        demand(mark == "—" and name.split() == [name] and "+" not in name and len(data) > 4, "a signature line")
        for vkey in vkeys:
            if vkey.startswith(f"{name}+{data[:4].hex()}+"):
                kind, *key = from_base64(vkey.split("+", 2)[2])
                time = f"cosignature/v1\ntime {int.from_bytes(data[4:12], 'big')}\n" if kind == 4 else ""
                demand(signed(bytes(key), data[12 if time else 4 :], (time + head).encode()), "a signature")
                signers += 1
    demand(signers or not needed, "that nobody signed")
    return head


def checkpoint(text):
    origin, size, root, *more = note(text, [])[:-1].split("\n")
    demand(origin and all(more) and str(int(size)) == size and len(from_base64(root)) == 32, "a checkpoint")
    return origin, int(size), root


def entry_of(encoded):
    fields = decode(encoded.removeprefix(ENTRY), range(1, 19))
    demand(encoded.startswith(ENTRY) and set(fields) | {11, 12} == set(range(1, 19)), "an entry")
    demand(all(len(fields[tag]) == length for tag, length in LENGTHS.items()), "the length of a field")
    entry = {name: fields.get(tag) for tag, name in enumerate(FIELDS, 1)}
    entry |= {name: entry[name].decode() for name in FIELDS[5:12] if entry[name] is not None}
    entry |= {name: str(uuid.UUID(bytes=entry[name])) for name in ("id", "transaction_id")}
    entry |= {name: int.from_bytes(entry[name], "big", signed=True) for name in ("version", "recorded_at", "clock")}
    return fields, entry


def effects_of(data):
    """Noun, id and hash of each."""
    effects = []
    while data:
        end = 4 + int.from_bytes(data[:4], "big")
        demand(len(data) >= end, "an effect")
        effect, data = decode(data[4:end], (1, 2, 3)), data[end:]
        demand({1, 2} <= set(effect) and len(effect.get(3, bytes(32))) == 32, "an effect")
        effects.append((effect[1].decode(), effect[2], effect.get(3)))
    return effects


def clock(micros):
    return (datetime(1970, 1, 1) + timedelta(microseconds=micros)).isoformat(timespec="microseconds") + "Z"


def readable(seq, entry, stored, signature, body):
    """An entry as lists show it."""
    payload = None
    if body is not None:
        found = attempt(lambda: [parse(body.decode(), dict)])
        payload = found[0] if found else body.decode("utf-8", "replace")
    return {name: entry[name] for name in ["id", *FIELDS[5:12]]} | {
        "seq": seq, "payload": payload, "created_at": clock(entry["recorded_at"]), "metadata": {
            "hash": "blake3:" + stored.hex(), "previous_hash": "blake3:" + entry["previous_hash"].hex(),
            "signature": "ed25519:" + signature.hex(), "key_id": entry["key_id"].hex(), "version": entry["version"],
            "transaction_id": entry["transaction_id"], "clock": clock(entry["clock"])}}


class Key:
    """A key of the log: what an effect says of its row, and what it signs notes as."""

    def __init__(self, log, public, epoch, created_at, stated_id=None):
        self.public, self.name = public, f"licentia/{log}/{epoch}"
        self.id = derive("licentia 2026 audit key id v1", public)[:16]
        row = {0: b"audit_key", 1: stated_id or self.id, 2: public, 3: number(epoch), 4: number(created_at)}
        self.effect = ("audit_key", row[1], derive("licentia 2026 row v1", encode(b"licentia/row/v1\n", row)))
        key_hash = hashlib.sha256(f"{self.name}\n\1".encode() + public).hexdigest()[:8]
        self.vkey = f"{self.name}+{key_hash}+" + base64.b64encode(b"\1" + public).decode()


class Verifier:
    def __init__(self, data, trusted, witnesses):
        self.issues, self.witnesses, self.introduced, self.leaves, self.whole = [], witnesses, [], [], True
        self.seen, (self.parts, self.made) = set(), unpack(data)
        self.log = whole(parse(self.parts["log.json"].decode()), LOG)
        self.manifest = whole(parse(self.parts["manifest.json"].decode()), MANIFEST)
        self.lines = lines(self.parts["entries.jsonl"], LINE)
        self.notes = lines(self.parts["checkpoints.jsonl"], "size note")
        self.id, public = uuid.UUID(self.log["log_id"]), from_base64(self.log["public_key"])
        if len(public) != 32:
            return self.expect(False, "log_missing")
        self.check_log(public, trusted)
        self.check_entries()
        self.check_manifest()

    def expect(self, holds, code, first=None, last=None):
        if not holds:
            self.issues.append({"code": code, "seq_from": first, "seq_to": first if last is None else last})

    def check_log(self, public, trusted):
        row = {1: self.id.bytes, 2: number(self.log["created_at"]), 3: number(self.log["encoding"]), 4: public}
        fingerprint = derive("licentia 2026 audit log v1", encode(b"licentia/audit-log/v1\n", row))
        self.fingerprint = "blake3:" + fingerprint.hex()
        self.expect(not trusted or trusted.lower() in (self.fingerprint, public.hex()), "wrong_log")
        self.expect(self.log["fingerprint"] == self.fingerprint and self.log["keys"], "key_table_altered")
        self.next, self.link, self.time, self.last_hash = 1, {fingerprint}, self.log["created_at"], fingerprint
        self.keys, self.key = [], Key(self.id, public, 1, self.log["created_at"])
        for said in (whole(key, KEY) for key in self.log["keys"]):
            public, stated_id = from_base64(said["public_key"]), bytes.fromhex(said["key_id"])
            self.keys.append(Key(self.id, public, said["epoch"], said["created_at"], stated_id))
            agrees = said["vkey"] == self.keys[-1].vkey and said["key_id"] == stated_id.hex()
            self.expect(agrees, "key_table_altered")

    def check_entries(self):
        first, waiting = self.key, [(line["size"], line["note"]) for line in reversed(self.notes)]
        for line in self.lines:
            signer = self.key
            self.entry(line)
            while waiting and waiting[-1][0] <= line["seq"]:
                self.checkpoint(*waiting.pop(), [signer, self.key])
        for size, _ in waiting:
            self.expect(False, "checkpoint_beyond", size)
        for said, key in zip(self.log["keys"], self.keys):
            by = next((seq for seq, effect in self.introduced if effect == key.effect), None)
            accounted = by is not None or key is self.keys[0] and key.effect == first.effect
            self.expect(accounted and said["introduced_by"] == by, "key_table_altered", said["introduced_by"])

    def entry(self, line):
        seq, stored, signature = line["seq"], from_base64(line["hash"]), from_base64(line["signature"])
        nullable = [line["encoded"], line["salt"], line["payload"]]
        encoded, salt, body = (None if text is None else from_base64(text) for text in nullable)
        self.expect(seq >= self.next, "entry_inserted", seq)
        self.expect(seq <= self.next, "entry_missing", self.next, seq - 1)
        follows, link, before = seq == self.next, self.link, self.time
        self.next, self.link, self.time = max(self.next, seq + 1), {stored}, None
        self.last_hash = stored
        fields, entry = attempt(entry_of, encoded or b"") or (None, None)
        self.whole = self.whole and bool(fields)
        if not fields:
            self.expect(line["entry"] is None, "readable_altered", seq)
            return self.expect(False, "entry_malformed", seq)
        self.expect(same(line["entry"], readable(seq, entry, stored, signature, body)), "readable_altered", seq)
        # What it would be at this place in this log.
        encoded = encode(ENTRY, fields | {2: self.id.bytes, 3: number(seq)})
        self.leaves.append(hashlib.sha256(b"\0" + encoded).digest())
        self.time = entry["recorded_at"]
        if entry["version"] != 1:
            return self.expect(False, "version_unknown", seq)
        self.link = {stored, derive("licentia 2026 audit entry v1", encoded)}
        self.expect(len(self.link) == 1, "entry_altered", seq)
        self.expect(not follows or entry["previous_hash"] in link, "chain_broken", seq)
        known = any(key.id == entry["key_id"] for key in [self.key, *self.keys])
        self.expect(entry["key_id"] == self.key.id, "key_misplaced" if known else "key_unknown", seq)
        place = b"licentia/audit-signature/v1\n" + self.id.bytes + number(seq)
        holds = any(signed(self.key.public, signature, place + hash_) for hash_ in self.link)
        self.expect(holds, "signature_invalid", seq)
        if before is not None:
            adjusted, now = entry["kind"] == "clock.adjusted", entry["clock"]
            holds = adjusted == (before - now >= 120_000_000) and self.time == (now if adjusted else max(now, before))
            self.expect(holds, "time_disorder", seq)
        gone, salt, body = salt is None and body is None, salt or b"", body or b""
        hashed = derive("licentia 2026 audit payload v1", salt + body)
        self.expect(not gone, "payload_missing", seq)
        self.expect(gone or len(salt) == 16 and hashed == entry["payload_hash"], "payload_altered", seq)
        effects = attempt(effects_of, entry["effects"])
        self.expect(effects is not None, "effects_malformed", seq)
        keys = [effect for effect in effects or [] if effect[0] == "audit_key"]
        self.introduced += [(seq, effect) for effect in keys]
        if keys:
            known = [key for key in self.keys if key.effect == keys[-1] and key.id == keys[-1][1]]
            self.expect(known, "key_table_altered", seq)
            self.key = known[0] if known else self.key

    @functools.cache
    def root(self, start, end):
        if end - start == 1:
            return self.leaves[start]
        middle = start + 2 ** ((end - start - 1).bit_length() - 1)
        return hashlib.sha256(b"\1" + self.root(start, middle) + self.root(middle, end)).digest()

    def checkpoint(self, size, text, keys):
        origin, stated, root = attempt(checkpoint, text) or ("", 0, "")
        if stated != size or not any(key.name == origin and attempt(note, text, [key.vkey], True) for key in keys):
            return self.expect(False, "checkpoint_altered", size)
        agrees = self.whole and len(self.leaves) == size and self.root(0, size) == from_base64(root)
        self.expect(agrees, "checkpoint_disagrees", size)
        holds = attempt(note, text, self.witnesses)
        self.expect(holds, "cosignature_invalid", size)
        self.seen |= {vkey for vkey in self.witnesses if holds and attempt(note, text, [vkey], True)}

    def check_manifest(self):
        said, parts, seqs = self.manifest, self.parts, [line["seq"] for line in self.lines] or [None]
        last = self.notes[-1] if self.notes else None
        root = last and (attempt(checkpoint, last["note"]) or ("", 0, ""))[2]
        files = [{"name": name, "bytes": len(parts[name]), "sha256": hashlib.sha256(parts[name]).hexdigest(),
                  "blake3": blake3(parts[name]).hexdigest()} for name in FILES[:4]]
        made_at = clock(self.made * 1_000_000).replace(".000000", "")
        expected = {"version": 1, "made_at": made_at, "log_id": str(self.id),
                    "fingerprint": self.fingerprint, "entries": len(self.lines), "first_seq": seqs[0],
                    "last_seq": seqs[-1], "last_hash": "blake3:" + self.last_hash.hex(), "files": files,
                    "last_checkpoint": last and {"size": last["size"], "root": root}}
        self.expect(same(expected, {name: said[name] for name in expected}), "manifest_disagrees")
        found = said["verification"]
        self.expect(type(found) is dict and found.get("verified") is True, "export_found_issues")
        self.expect(False, "tables_absent")
        self.expect(self.seen.issuperset(self.witnesses), "not_witnessed")
        if "manifest.note" not in parts:
            return self.expect(False, "manifest_signature_invalid" if said["signed"] else "manifest_unsigned")
        text = attempt(note, attempt(parts["manifest.note"].decode) or "", [self.key.vkey], True)
        sha256 = hashlib.sha256(parts["manifest.json"]).hexdigest()
        holds = said["signed"] and text == f"licentia/bundle/v1\n{self.key.name}\nsha256:{sha256}\n"
        self.expect(holds, "manifest_signature_invalid")


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("file")
    options.add_argument("--log", help="the fingerprint, or the log's first public key as 64 hex digits")
    options.add_argument("--witness", action="append", default=[], help="a witness to believe, by its verifier key")
    given = options.parse_args()
    try:
        with open(given.file, "rb") as file:
            found = Verifier(file.read(), given.log, given.witness)
    except (AttributeError, KeyError, OSError, OverflowError, RecursionError, TypeError, ValueError) as error:
        print(json.dumps({"verified": False, "error": str(error), "issues": []}))
        return 1
    verified = all(issue["code"] in ("manifest_unsigned", "tables_absent", "not_witnessed") for issue in found.issues)
    print(json.dumps({"verified": verified, "entries_checked": len(found.lines), "issues": found.issues}, indent=2))
    return 0 if verified else 3


if __name__ == "__main__":
    sys.exit(main())
