"""Fills corpus/ from the golden vectors, so that a run begins where the tests end."""
import base64
import hashlib
import json
import pathlib

here = pathlib.Path(__file__).parent


def save(target, data):
    folder = here / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    data = data.encode() if isinstance(data, str) else data
    if len(data) < 16 * 1024:
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def claims(token):
    try:
        part = token.split(".")[1]
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (ValueError, IndexError):
        return b""


for path in sorted(here.parent.glob("tests/vectors*/*.json")):
    vector = json.loads(path.read_text())
    text = vector.get("text", vector.get("license"))
    if isinstance(text, str):
        save("token", text)
        save("token", claims(text))
        try:
            save("bindings", json.dumps(json.loads(claims(text))["bindings"], separators=(",", ":")))
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
    save("jwks", json.dumps(vector["keys"]))
    save("bindings", vector.get("machine", ""))
    save("bindings", (vector.get("totp") or {}).get("secret", ""))
    if isinstance(vector.get("list"), str):
        save("status_list", b"\0" + vector["list"].encode())
        save("status_list", b"\1" + claims(vector["list"]))
        try:
            packed = json.loads(claims(vector["list"]))["status_list"]["lst"]
            packed = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
            for bits in range(2, 6):
                save("status_list", bytes([bits]) + packed)
        except (ValueError, KeyError, TypeError, RecursionError):
            pass

pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"
for text in [pem, pem * 2, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"]:
    save("jwks", text)
