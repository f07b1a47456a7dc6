"""Makes vectors.json from docs/FORMAT.md, sharing nothing with the Rust code. Needs argon2-cffi.

    python3 license/tests/bindings/vectors.py > license/tests/bindings/vectors.json
"""

import base64
import hashlib
import hmac
import json
import struct

from argon2.low_level import Type, hash_secret_raw

VENDOR = "acme"
JTI = "019b76da-a800-7000-8000-000000000001"
OTHER_JTI = "019b76da-a800-7000-8000-000000000002"
# Raw values as systems give them, and what remains of them.
RAW = {
    "machine_id": ("8f14e45fceea467a95756e0b1b2f5d3c\n", "8f14e45fceea467a95756e0b1b2f5d3c"),
    "product_id": ("4C4C4544-0042-4A10-8051-B4C04F4D4E32\n", "4c4c454400424a108051b4c04f4d4e32"),
    "disk": ("S4EWNX0R123456 ", "s4ewnx0r123456"),
    "network": ("3C:52:82:AA:0B:01", "3c5282aa0b01"),
    "host_name": ("Build7.example.com", "build7"),
}


def parts(*items):
    return b"".join(struct.pack(">Q", len(item)) + item for item in items)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def salt(vendor, kind):
    return hashlib.sha256(b"licentia/machine-salt/v1\n" + parts(vendor.encode(), kind.encode())).digest()[:16]


def stretch(vendor, kind, value):
    return hash_secret_raw(value.encode(), salt(vendor, kind), 2, 19456, 1, 32, Type.ID, 0x13)


def digest(jti, kind, stretched):
    message = b"licentia/machine-component/v1\n" + parts(jti.encode(), kind.encode(), stretched)
    return hashlib.sha256(message).digest()


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def totp(secret, period, now):
    mac = hmac.new(secret, struct.pack(">q", now // period), hashlib.sha1).digest()
    at = mac[19] & 15
    return "%06d" % ((struct.unpack(">I", mac[at : at + 4])[0] & 0x7FFFFFFF) % 1000000)


stretched = {kind: stretch(VENDOR, kind, value) for kind, (_, value) in RAW.items()}
fingerprint = compact(
    {
        "version": 1,
        "vendor": VENDOR,
        "components": {kind: b64(value) for kind, value in stretched.items()},
        "not_trusted": ["host_name"],
    }
)
secret = b"12345678901234567890"
bindings = {
    "machines": [
        {
            "require": 2,
            "components": {kind: b64(digest(JTI, kind, v)) for kind, v in stretched.items() if kind != "host_name"},
        }
    ],
    "totp": {"digest": "sha256:" + hashlib.sha256(secret).hexdigest(), "period": 30},
}
times = [0, 29, 30, 59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000]
print(
    json.dumps(
        {
            "vendor": VENDOR,
            "jti": JTI,
            "components": [
                {
                    "kind": kind,
                    "raw": raw,
                    "normalised": value,
                    "salt": salt(VENDOR, kind).hex(),
                    "stretched": b64(stretched[kind]),
                    "other_vendor": b64(stretch("bolt", kind, value)),
                    "digest": b64(digest(JTI, kind, stretched[kind])),
                    "other_license": b64(digest(OTHER_JTI, kind, stretched[kind])),
                }
                for kind, (raw, value) in RAW.items()
            ],
            "fingerprint": fingerprint,
            "text": "lmachine_" + b64(fingerprint.encode()),
            "bindings": compact(bindings),
            "totp": {
                "secret": base64.b32encode(secret).decode(),
                "period": 30,
                "codes": [{"now": now, "code": totp(secret, 30, now)} for now in times],
                "codes_of_60_seconds": [{"now": now, "code": totp(secret, 60, now)} for now in times],
            },
        },
        indent=2,
    )
)
