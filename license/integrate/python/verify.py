#!/usr/bin/env python3
"""Verifies a license offline, with PyJWT. Run by .ci/run on every case that our own verifier is run on.

    verify.py LICENSE KEYS AUDIENCE [STATUS_LIST]

Prints `valid`, the claims and what was not checked, and exits with 0; or prints the reason and exits with 3.
"""
import base64, json, sys, time, zlib
import jwt
from jwt.algorithms import OKPAlgorithm

LEEWAY = 60
MOST_UNPACKED = 4 * 1024 * 1024
ALGORITHMS = ["EdDSA", "Ed25519"]
# The newer name of the same signature (RFC 9864), which PyJWT does not know yet.
jwt.register_algorithm("Ed25519", OKPAlgorithm())


class No(Exception):
    """A reason, in the words of docs/FORMAT.md."""


def verify_license(text, keys, audience):
    text = text.removeprefix("\ufeff").strip()
    if text.startswith("-----BEGIN LICENSE-----\n") and text.endswith("\n-----END LICENSE-----"):
        text = text.removeprefix("-----BEGIN LICENSE-----").removesuffix("-----END LICENSE-----").strip()
    claims, kid = verify_token(text, "licentia+jwt", keys, 64 * 1024, audience)
    if "bindings" in claims:
        raise No("unsupported_claim")  # bound to machines, and this program cannot look at those
    try:
        place = claims["status"]["status_list"] if "status" in claims else {"idx": 0, "uri": "none"}
        if type(place["idx"]) is not int or place["idx"] < 0 or not isinstance(place["uri"], str):
            raise No("malformed")
    except (KeyError, TypeError):
        raise No("malformed")
    return claims, kid


def verify_status(claims, kid, text, keys):
    """Looks the license up in its status list, the file at claims["status"]["status_list"]["uri"]."""
    if "status" not in claims:
        return
    try:
        status, list_kid = verify_token(text.strip(), "statuslist+jwt", keys, 8 * 1024 * 1024)
        if "exp" not in status and time.time() - LEEWAY >= status["iat"] + status.get("ttl", 1 << 60):
            raise No("expired")
        bits, packed = status["status_list"]["bits"], decode(status["status_list"]["lst"])
        if type(bits) is not int or bits not in (1, 2, 4, 8):
            raise No("malformed")
        unpacking = zlib.decompressobj()
        statuses = unpacking.decompress(packed, MOST_UNPACKED + 1)
        if len(statuses) > MOST_UNPACKED:
            raise No("too_large")
        if not unpacking.eof or unpacking.unused_data:
            raise No("malformed")
    except (KeyError, TypeError, zlib.error):
        raise No("status_list_malformed")
    except No as why:
        raise No({"expired": "status_list_stale"}.get(str(why), f"status_list_{why}"))
    place = claims["status"]["status_list"]
    if status["sub"] != place["uri"]:
        raise No("status_list_wrong_address")
    # Who speaks for a vendor: a key bound to it, else a list that names it, else the key of the license itself.
    vendor = keys[list_kid].get("iss", status.get("iss"))
    if vendor != claims["iss"] if vendor else list_kid != kid:
        raise No("status_list_issuer_mismatch")
    at, shift = divmod(place["idx"] * bits, 8)
    if at >= len(statuses):
        raise No("status_list_index_outside")
    value = statuses[at] >> shift & (1 << bits) - 1
    if value:
        raise No({1: "revoked", 2: "suspended", 3: "superseded"}.get(value, "unknown_status"))


def verify_token(text, typ, keys, most, audience=None):
    if len(text) > most:
        raise No("too_large")
    parts = text.split(".")
    if len(parts) != 3:
        raise No("malformed")
    header = read(parts[0])
    if header.get("alg") not in ALGORITHMS:
        raise No("unsupported_algorithm")
    if str(header.get("typ")).lower().removeprefix("application/") != typ:
        raise No("wrong_type")  # a status list, signed with the same key, is no license
    if any(name in ("crit", "b64", "jwk", "jku") or name.startswith("x5") for name in header):
        raise No("malformed")  # a license neither extends JWS nor brings its own key
    kid = header.get("kid")
    if not isinstance(kid, str) or len(decode(parts[2])) != 64:
        raise No("malformed")
    if kid not in keys:
        raise No("unknown_key")
    required = ["iss", "sub", "aud", "iat", "jti"] if audience else ["sub", "iat"]
    try:
        jwt.decode(
            text, jwt.PyJWK(keys[kid], algorithm="EdDSA").key, algorithms=ALGORITHMS, audience=audience, leeway=LEEWAY,
            options={"require": required, "verify_aud": audience is not None},
        )
    except jwt.InvalidSignatureError:
        raise No("bad_signature")
    except jwt.MissingRequiredClaimError:
        raise No("missing_claim" if audience else "malformed")
    except jwt.InvalidAudienceError:
        raise No("wrong_audience")
    except jwt.ImmatureSignatureError:
        raise No("not_yet_valid")
    except jwt.ExpiredSignatureError:
        raise No("expired")
    except (jwt.InvalidTokenError, TypeError, ValueError):
        raise No("malformed")
    claims = read(parts[1])  # PyJWT takes "12" and 12.5 for a time, and the last of two members with one name
    for name in ("iat", "nbf", "exp", "ttl"):
        if name in claims and (type(claims[name]) is not int or claims[name] < 0):
            raise No("malformed")
    for name in ("iss", "sub", "jti"):
        if name in claims and (not isinstance(claims[name], str) or not claims[name]):
            raise No("malformed")
    if isinstance(claims.get("aud"), list) and "" in claims["aud"]:
        raise No("malformed")
    # A key that is bound to a vendor speaks for nobody else.
    if claims.get("iss") not in (None, keys[kid].get("iss", claims.get("iss"))):
        raise No("issuer_mismatch")
    return claims, kid


def read(part):
    def once(members):
        if len(dict(members)) != len(members):
            raise ValueError("a member occurs twice")
        return dict(members)

    try:
        value = json.loads(decode(part), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise No("malformed")
    if not isinstance(value, dict):
        raise No("malformed")
    return value


def decode(part):
    """The one spelling of Base64url; Python's own decoder passes over what it does not know."""
    try:
        decoded = base64.urlsafe_b64decode(part + "==")
        if base64.urlsafe_b64encode(decoded).decode().rstrip("=") == part:
            return decoded
    except ValueError:
        pass
    raise No("malformed")


def main(license_file, keys_file, audience, list_file=None):
    keys = {key["kid"]: key for key in json.loads(text_of(keys_file))["keys"] if key.get("crv") == "Ed25519"}
    try:
        claims, kid = verify_license(text_of(license_file), keys, audience)
        if list_file:
            verify_status(claims, kid, text_of(list_file), keys)
    except No as why:
        print(why)
        return 3
    unchecked = ["status_list"] * ("status" in claims and not list_file) + ["identity"] * ("identity" in claims)
    print("valid", json.dumps(claims, ensure_ascii=False), *["unchecked: " + " ".join(unchecked)] * bool(unchecked), sep="\n")
    return 0


def text_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read().replace("\r\n", "\n")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(f"usage: {sys.argv[0]} LICENSE KEYS AUDIENCE [STATUS_LIST]")
    sys.exit(main(*sys.argv[1:]))
