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
LOG = "log_id created_at encoding public_key fingerprint keys"
KEY = "key_id public_key epoch created_at introduced_by vkey"
LINE = "seq encoded hash signature salt payload entry"
TOLD = "version made_at log_id fingerprint entries first_seq last_seq last_hash last_checkpoint files"
MANIFEST = TOLD + " export_id by signed recorded_as verification notes"
# The fields of an entry from tag 1 on, and how long they are; those from 6 to 12 are text.
FIELDS = ("version log_id seq id transaction_id kind severity outcome actor actor_kind target_kind target_id "
          "recorded_at clock payload_hash effects key_id previous_hash").split()
LENGTHS = {1: 8, 2: 16, 3: 8, 4: 16, 5: 16, 13: 8, 14: 8, 15: 32, 17: 16, 18: 32}
ENTRY = b"licentia/audit-entry/v1\n"
PRIME = 2**255 - 19
# The points of small order, without their sign: as keys they let one signature hold for many messages.
SMALL = {0, 1, PRIME - 1,
         int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
         int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little")}


def demand(holds, what):
    if not holds:
        raise ValueError(f"{what} is not as it should be")


def derive(context, data):
    return blake3(data, derive_key_context=context).digest()


def number(value):
    return value.to_bytes(8, "big", signed=True)


def encode(domain, fields):
    framed = (tag.to_bytes(2, "big") + len(value).to_bytes(4, "big") + value for tag, value in fields.items())
    return domain + b"".join(framed)


def decode(data, known):
    fields, last = {}, -1
    while data:
        tag, length = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:6], "big")
        demand(len(data) >= 6 + length and last < tag and tag in known, "a field")
        fields[tag], data, last = data[6 : 6 + length], data[6 + length :], tag
    return fields


def strong(point):
    return len(point) == 32 and (y := int.from_bytes(point, "little") % 2**255) < PRIME and y not in SMALL


def signed(key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return strong(key) and strong(signature[:32])
    except (InvalidSignature, ValueError):
        return False


def from_base64(text):
    data = base64.b64decode(text, validate=True)
    demand(base64.b64encode(data).decode() == text, "Base64")
    return data


def unique(pairs):
    demand(len(dict(pairs)) == len(pairs), "an object")
    return dict(pairs)


def parse(text, members):
    """JSON in which no member occurs twice, with exactly these at the top."""
    found = json.loads(text, object_pairs_hook=unique, parse_constant=lambda word: demand(False, word))
    demand(set(found) == set(members.split()), "an object")
    return found


def same(one, other):
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)  # 1, 1.0 and true are three things


def header(name, size, made):
    block = bytearray(512)
    numbers = f"0000644\0{0:07o}\0{0:07o}\0{size:011o}\0{made:011o}\0"
    for at, text in [(0, name), (100, numbers + " " * 8 + "0"), (257, "ustar\00000")]:
        block[at : at + len(text)] = text.encode()
    block[148:156] = f"{sum(block):07o}\0".encode()
    return bytes(block)


def unpack(data):
    parts, at, made = {}, 0, int(data[136:147], 8)
    for name in FILES:
        if name == "manifest.note" and data[at:] == bytes(1024):
            break
        start, size = at + 512, int(data[at + 124 : at + 135], 8)
        at = start + size + -size % 512
        demand(min(size, made) >= 0 and data[start - 512 : start] == header(name, size, made), f"the header of {name}")
        demand(data[start + size : at] == bytes(-size % 512), f"what follows {name}")
        parts[name] = data[start : start + size]
    demand(data[at:] == bytes(1024), "the end")
    return parts, made


def lines(data, members):
    *whole, rest = data.decode().split("\n")
    demand(not rest, "the last line")
    return [parse(line, members) for line in whole]


def vkey(name, kind, key):
    key_hash = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).hexdigest()[:8]
    return f"{name}+{key_hash}+{base64.b64encode(bytes([kind]) + key).decode()}"


def note(text, vkeys):
    """The text that was signed, and the keys that did; it is no note if one of them is named and did not sign."""
    head, _, signatures = text.rpartition("\n\n")
    demand(head and signatures.endswith("\n") and all(c >= " " or c == "\n" for c in text), "a note")
    head, signers = head + "\n", set()
    for line in signatures[:-1].split("\n"):
        mark, name, data = line.split(" ")
        data = from_base64(data)
        demand(mark == "—" and name.split() == [name] and "+" not in name and len(data) > 4, "a line of a note")
        for known in vkeys:
            if known.startswith(f"{name}+{data[:4].hex()}+"):
                key = from_base64(known.split("+", 2)[2])
                time = f"cosignature/v1\ntime {int.from_bytes(data[4:12], 'big')}\n" if key[0] == 4 else ""
                demand(signed(key[1:], data[12 if time else 4 :], (time + head).encode()), f"the signature of {name}")
                signers.add(known)
    return head, signers


def checkpoint(text, vkeys):
    head, signers = note(text, vkeys)
    origin, size, root, *more = head[:-1].split("\n")
    demand(origin and all(more) and str(int(size)) == size and len(from_base64(root)) == 32, "a checkpoint")
    return origin, int(size), root, signers


def clock(micros):
    return (datetime(1970, 1, 1) + timedelta(microseconds=micros)).isoformat(timespec="microseconds") + "Z"


def entry_of(encoded):
    """The fields by tag, as bytes, and by name."""
    fields, entry = decode(encoded.removeprefix(ENTRY), range(1, 19)), {}
    demand(encoded.startswith(ENTRY) and set(fields) | {11, 12} == set(range(1, 19)), "an entry")
    for tag, name in enumerate(FIELDS, 1):
        value = fields.get(tag, b"")
        demand(len(value) == LENGTHS.get(tag, len(value)), name)
        entry[name] = value.decode() if 6 <= tag <= 12 else int.from_bytes(value, "big", signed=True) if len(value) == 8 else value
    return fields, entry


def effects_of(data):
    effects = []
    while data:
        end = 4 + int.from_bytes(data[:4], "big")
        demand(len(data) >= end, "an effect")
        effect, data = decode(data[4:end], (1, 2, 3)), data[end:]
        demand({1, 2} <= set(effect) and len(effect.get(3, bytes(32))) == 32, "an effect")
        effects.append((effect[1].decode(), effect[2], effect.get(3)))
    return effects


class Key:
    """A key of the log, the effect that accounts for its row, and what it signs checkpoints as."""

    def __init__(self, log, public, epoch, created_at, stated_id=None):
        self.public, self.name = public, f"licentia/{log}/{epoch}"
        self.id = derive("licentia 2026 audit key id v1", public)[:16]
        row = [b"audit_key", stated_id or self.id, public, number(epoch), number(created_at)]
        row_hash = derive("licentia 2026 row v1", encode(b"licentia/row/v1\n", dict(enumerate(row))))
        self.effect = ("audit_key", row[1], row_hash)
        self.vkey = vkey(self.name, 1, public) if strong(public) else None


class Verifier:
    def __init__(self, data, trusted, witnesses):
        self.issues, self.witnesses, self.introduced = [], witnesses, []
        self.parts, self.made = unpack(data)
        self.log, self.manifest = parse(self.parts["log.json"], LOG), parse(self.parts["manifest.json"], MANIFEST)
        self.lines = lines(self.parts["entries.jsonl"], LINE)
        self.notes = lines(self.parts["checkpoints.jsonl"], "size note")
        self.id, public = uuid.UUID(self.log["log_id"]), from_base64(self.log["public_key"])
        if len(public) != 32:
            return self.issue("log_missing")
        log = {1: self.id.bytes, 2: number(self.log["created_at"]), 3: number(self.log["encoding"]), 4: public}
        fingerprint = derive("licentia 2026 audit log v1", encode(b"licentia/audit-log/v1\n", log))
        self.fingerprint = "blake3:" + fingerprint.hex()
        if trusted and trusted.lower() not in (self.fingerprint, public.hex()):
            self.issue("wrong_log")
        self.key = first = Key(self.id, public, 1, self.log["created_at"])
        self.keys = [first]
        for said in self.log["keys"]:
            demand(set(said) == set(KEY.split()), "a key")
            stated_id = bytes.fromhex(said["key_id"])
            key = Key(self.id, from_base64(said["public_key"]), said["epoch"], said["created_at"], stated_id)
            self.keys.append(key)
            if said["vkey"] != key.vkey or said["key_id"] != stated_id.hex():
                self.issue("key_table_altered")
        if self.log["fingerprint"] != self.fingerprint or len(self.keys) == 1:
            self.issue("key_table_altered")
        self.next, self.link, self.time, self.leaves, self.whole = 1, {fingerprint}, self.log["created_at"], [], True
        waiting = self.notes[::-1]
        for line in self.lines:
            signer = self.key
            self.entry(line)
            while waiting and waiting[-1]["size"] <= line["seq"]:
                self.checkpoint(**waiting.pop(), keys=[signer, self.key])
        for line in waiting:
            self.issue("checkpoint_beyond", line["size"])
        for place, (said, key) in enumerate(zip(self.log["keys"], self.keys[1:])):
            by = next((seq for seq, effect in self.introduced if effect == key.effect), None)
            if said["introduced_by"] != by or (by is None and (place or key.effect != first.effect)):
                self.issue("key_table_altered", said["introduced_by"])
        self.check_manifest()

    def issue(self, code, first=None, last=None):
        self.issues.append({"code": code, "seq_from": first, "seq_to": first if last is None else last})

    def entry(self, line):
        seq, hash_, signature = line["seq"], from_base64(line["hash"]), from_base64(line["signature"])
        encoded, salt, payload = (
            None if line[name] is None else from_base64(line[name]) for name in ("encoded", "salt", "payload"))
        if seq < self.next:
            self.issue("entry_inserted", seq)
        elif seq > self.next:
            self.issue("entry_missing", self.next, seq - 1)
        follows, link, before = seq == self.next, self.link, self.time
        self.next, self.link, self.time = max(self.next, seq + 1), {hash_}, None
        try:
            fields, entry = entry_of(encoded or b"")
        except ValueError:
            self.issue("entry_malformed", seq)
            self.whole, shown = False, None
        else:
            shown = readable(entry, fields, seq, hash_, signature, payload)
        if not same(line["entry"], shown):
            self.issue("readable_altered", seq)
        if not shown:
            return
        # In its place in this log it would be these bytes.
        encoded = encode(ENTRY, fields | {2: self.id.bytes, 3: number(seq)})
        self.leaves.append(hashlib.sha256(b"\0" + encoded).digest())
        self.time = recorded = entry["recorded_at"]
        if entry["version"] != 1:
            return self.issue("version_unknown", seq)
        self.link.add(derive("licentia 2026 audit entry v1", encoded))
        if len(self.link) > 1:
            self.issue("entry_altered", seq)
        if follows and entry["previous_hash"] not in link:
            self.issue("chain_broken", seq)
        if entry["key_id"] != self.key.id:
            self.issue("key_misplaced" if entry["key_id"] in [key.id for key in self.keys] else "key_unknown", seq)
        place = b"licentia/audit-signature/v1\n" + self.id.bytes + number(seq)
        if not any(signed(self.key.public, signature, place + hash_) for hash_ in self.link):
            self.issue("signature_invalid", seq)
        if before is not None:
            adjusted, expected = entry["kind"] == "clock.adjusted", max(entry["clock"], before)
            if adjusted != (before - entry["clock"] >= 120_000_000) or recorded != (entry["clock"] if adjusted else expected):
                self.issue("time_disorder", seq)
        if salt is None and payload is None:
            self.issue("payload_missing", seq)
        elif len(salt or b"") != 16 or derive("licentia 2026 audit payload v1", salt + (payload or b"")) != entry["payload_hash"]:
            self.issue("payload_altered", seq)
        try:
            keys = [effect for effect in effects_of(entry["effects"]) if effect[0] == "audit_key"]
        except ValueError:
            return self.issue("effects_malformed", seq)
        self.introduced += [(seq, effect) for effect in keys]
        if keys:
            known = [key for key in self.keys[1:] if key.effect == keys[-1] and key.id == keys[-1][1]]
            self.key = (known or [self.key])[0]
            if not known:
                self.issue("key_table_altered", seq)

    @functools.cache
    def root(self, start, end):
        """RFC 9162, 2.1.1."""
        if end - start == 1:
            return self.leaves[start]
        middle = start + 2 ** ((end - start - 1).bit_length() - 1)
        return hashlib.sha256(b"\1" + self.root(start, middle) + self.root(middle, end)).digest()

    def checkpoint(self, size, note, keys):
        for key in keys:
            try:
                origin, stated, root, signers = checkpoint(note, [key.vkey])
            except ValueError:
                continue
            if origin == key.name and signers and stated == size:
                break
        else:
            return self.issue("checkpoint_altered", size)
        if not self.whole or len(self.leaves) != size or self.root(0, size) != from_base64(root):
            self.issue("checkpoint_disagrees", size)
        try:
            checkpoint(note, self.witnesses)
        except ValueError:
            self.issue("cosignature_invalid", size)

    def check_manifest(self):
        said, entries, parts = self.manifest, self.lines, self.parts
        last_checkpoint = None
        if self.notes:
            last_checkpoint = {"size": self.notes[-1]["size"], "root": ""}
            try:
                last_checkpoint["root"] = checkpoint(self.notes[-1]["note"], [])[2]
            except ValueError:
                pass  # what is no checkpoint has no root
        expected = {
            "version": 1,
            "made_at": clock(self.made * 1_000_000).replace(".000000", ""),
            "log_id": str(self.id),
            "fingerprint": self.fingerprint,
            "entries": len(entries),
            "first_seq": entries[0]["seq"] if entries else None,
            "last_seq": entries[-1]["seq"] if entries else None,
            "last_hash": "blake3:" + from_base64(entries[-1]["hash"]).hex() if entries else self.fingerprint,
            "last_checkpoint": last_checkpoint,
            "files": [{"name": name, "bytes": len(parts[name]), "sha256": hashlib.sha256(parts[name]).hexdigest(),
                       "blake3": blake3(parts[name]).hexdigest()} for name in FILES[:4]],
        }
        if not same(expected, {name: said[name] for name in expected}):
            self.issue("manifest_disagrees")
        if type(said["verification"]) is not dict or said["verification"].get("verified") is not True:
            self.issue("export_found_issues")
        self.issue("tables_absent")
        if "manifest.note" not in parts:
            return self.issue("manifest_signature_invalid" if said["signed"] else "manifest_unsigned")
        sha256 = hashlib.sha256(parts["manifest.json"]).hexdigest()
        try:
            text, signers = note(parts["manifest.note"].decode(), [self.key.vkey])
            demand(said["signed"] and signers, "the signature")
            demand(text == f"licentia/bundle/v1\n{self.key.name}\nsha256:{sha256}\n", "the manifest")
        except ValueError:
            self.issue("manifest_signature_invalid")


def readable(entry, fields, seq, hash_, signature, payload):
    """The entry as lists show it."""
    try:
        shown = None if payload is None else json.loads(payload, parse_constant=lambda word: demand(False, word))
    except ValueError:
        shown = payload.decode("utf-8", "replace")
    words = {name: entry[name] for tag, name in enumerate(FIELDS[5:10])}
    return words | {
        "seq": seq, "id": str(uuid.UUID(bytes=entry["id"])), "payload": shown, "created_at": clock(entry["recorded_at"]),
        "target_kind": entry["target_kind"] if 11 in fields else None,
        "target_id": entry["target_id"] if 12 in fields else None,
        "metadata": {
            "hash": "blake3:" + hash_.hex(), "previous_hash": "blake3:" + entry["previous_hash"].hex(),
            "signature": "ed25519:" + signature.hex(), "key_id": entry["key_id"].hex(), "clock": clock(entry["clock"]),
            "transaction_id": str(uuid.UUID(bytes=entry["transaction_id"])), "version": entry["version"],
        },
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("file")
    options.add_argument("--log", help="the fingerprint, or the log's first public key as 64 hex digits")
    options.add_argument("--witness", action="append", default=[], help="a witness to believe, by its verifier key")
    given = options.parse_args()
    try:
        with open(given.file, "rb") as file:
            found = Verifier(file.read(), given.log, given.witness)
    except (AttributeError, KeyError, OSError, OverflowError, TypeError, ValueError) as error:
        print(json.dumps({"verified": False, "error": str(error), "issues": []}))
        return 1
    verified = all(issue["code"] in ("manifest_unsigned", "tables_absent") for issue in found.issues)
    print(json.dumps({"verified": verified, "entries_checked": len(found.lines), "issues": found.issues}, indent=2))
    return 0 if verified else 3


if __name__ == "__main__":
    sys.exit(main())
