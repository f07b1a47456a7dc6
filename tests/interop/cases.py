#!/usr/bin/env python3
"""Others sign, with keys of their own and of ours, what holds and what must not: one table of cases, each with the word
that every verifier has to say.

    cases.py DIR        DIR as make.sh leaves it; writes DIR/keys.json with one key more, DIR/cases and DIR/cases-python.json
"""
import base64, hashlib, hmac, json, sys, time, warnings, zlib
from pathlib import Path
import joserfc.jwk, joserfc.jwt
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

warnings.simplefilter("ignore")  # joserfc deprecates EdDSA, PyJWT finds keys too short; both are meant so here
directory = Path(sys.argv[1])
(directory / "cases").mkdir()
NOW = int(time.time())
cases = []


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def raw(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def thumbprint(private):
    return b64(hashlib.sha256(b'{"crv":"Ed25519","kty":"OKP","x":"%s"}' % b64(raw(private)).encode()).digest())


# Three keys: of our issuer `main`, of somebody who is trusted for other licenses, and of nobody.
secret = (directory / "secret").read_text().splitlines()[0].encode()
acme = load_pem_private_key((directory / "private.pem").read_bytes(), secret)
partner = Ed25519PrivateKey.generate()
stranger = Ed25519PrivateKey.generate()
jwks = json.loads((directory / "keys.json").read_text())
assert jwks["keys"][0]["kid"] == thumbprint(acme), "the exported key is that of the first issuer"
jwks["keys"].append({"kty": "OKP", "crv": "Ed25519", "x": b64(raw(partner)), "kid": thumbprint(partner), "iss": "partner"})
(directory / "partner.jwk").write_text(json.dumps({**jwks["keys"][-1], "d": b64(partner.private_bytes_raw())}))
# And what a set may hold besides, to be passed over.
point = ec.generate_private_key(ec.SECP256R1())
jwks["keys"].append({**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(point.public_key())), "kid": "another"})
(directory / "keys.json").write_text(json.dumps(jwks))
# Anybody may say anything with these.
free = {"keys": [{name: value for name, value in key.items() if name != "iss"} for key in jwks["keys"]]}
(directory / "unbound.json").write_text(json.dumps(free))


def case(name, expect, license, statuses=None, unchecked=(), audience="editor", keys="keys.json", only_ours=False, able=None):
    """`license` and `statuses` are texts, or files that are there already; `able` is what those say who know bindings."""
    paths = []
    for end, text in (("lic", license), ("list", statuses)):
        path = text
        if isinstance(text, str):
            path = directory / "cases" / f"{len(cases):03}.{end}"
            path.write_bytes(text.encode())
        paths.append(path and str(path.relative_to(directory)))
    cases.append({"name": name, "expect": expect, "license": paths[0], "list": paths[1], "keys": keys, "audience": audience,
                  "unchecked": list(unchecked), "only_ours": only_ours, "able": able})


def claims(**changed):
    base = {"iss": "acme", "sub": "alice", "aud": ["editor"], "iat": NOW - 3600, "exp": NOW + 86400,
            "jti": "019b76da-a800-7000-8000-000000000001"}
    return {name: value for name, value in {**base, **changed}.items() if value != "absent"}


def at(idx, uri="https://status.partner.example/1"):
    return {"status_list": {"idx": idx, "uri": uri}}


def pyjwt(said, key=acme, typ="licentia+jwt", algorithm="EdDSA", kid=None, **header):
    return jwt.encode(said, key, algorithm=algorithm, headers={"typ": typ, "kid": kid or thumbprint(acme), **header})


def rfc(said, key=partner, typ="licentia+jwt", algorithm="Ed25519"):
    kid = thumbprint(key)
    key = joserfc.jwk.OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": b64(raw(key)), "d": b64(key.private_bytes_raw())})
    return joserfc.jwt.encode({"alg": algorithm, "typ": typ, "kid": kid}, said, key, algorithms=[algorithm])


def by_hand(said, sign=acme.sign, **header):
    """What the libraries refuse to make. `said` is a value, or the bytes themselves."""
    said = said if isinstance(said, bytes) else json.dumps(said).encode()
    header = {"alg": "EdDSA", "typ": "licentia+jwt", "kid": thumbprint(acme), **header}
    header = json.dumps({name: value for name, value in header.items() if value != "absent"})
    signed = f"{b64(header.encode())}.{b64(said)}"
    return f"{signed}.{b64(sign(signed.encode()))}"


def armoured(token):
    return f"-----BEGIN LICENSE-----\n{token}\n-----END LICENSE-----\n"


def statuses(values=b"\0" * 16, bits=2, packed=None, sign=rfc, key=partner, typ="statuslist+jwt", **changed):
    said = {"iss": "partner", "sub": "https://status.partner.example/1", "iat": NOW - 60, "exp": NOW + 86400, "ttl": 3600,
            "status_list": {"bits": bits, "lst": b64(zlib.compress(values, 9) if packed is None else packed)}, **changed}
    said = {name: value for name, value in said.items() if value != "absent"}
    return sign(said, key, typ) if sign is rfc else sign(said)


# What the program made.
main_list, second_list = (
    next(file for file in (directory / "www").iterdir() if json.loads(base64.urlsafe_b64decode(
        file.read_text().split(".")[0] + "=="))["kid"] == key["kid"]) for key in jwks["keys"][:2])
for name, expect in (("valid", "valid"), ("perpetual", "valid"), ("several", "valid"), ("future", "not_yet_valid"),
                     ("suspended", "suspended"), ("revoked", "revoked"), ("superseded", "superseded")):
    case(f"ours: {name}", expect, directory / f"{name}.lic", main_list)
case("ours: of the second key", "valid", directory / "rotated.lic", second_list)
case("ours: nobody asks for the list", "valid", directory / "revoked.lic", unchecked=["status_list"])
case("ours: the list of the other key", "status_list_wrong_address", directory / "rotated.lic", main_list)
case("ours: for another product", "wrong_audience", directory / "valid.lic", audience="viewer")
case("ours: for two products", "valid", directory / "several.lic", main_list, audience="viewer")
case("ours: half the name of the product", "wrong_audience", directory / "valid.lic", audience="edit")
case("ours: a license in place of a list", "status_list_wrong_type", directory / "valid.lic",
     (directory / "valid.lic").read_text().splitlines()[1])
case("ours: a list in place of a license", "wrong_type", main_list.read_text())
ours = (directory / "valid.lic").read_text().splitlines()[1]

# Others sign for themselves, and the license holds.
own = claims(iss="partner")
case("PyJWT: with its own key", "valid", pyjwt(own, partner, kid=thumbprint(partner)))
case("PyJWT: with our key", "valid", armoured(pyjwt(claims())))
case("PyJWT: one audience, as a string", "valid", pyjwt(claims(aud="editor")))
case("PyJWT: without an end", "valid", pyjwt(claims(exp="absent")))
case("PyJWT: a claim and a header member that nobody knows", "valid", pyjwt(claims(hello=[None]), hello=1))
case("PyJWT: with an identity", "valid", pyjwt(claims(identity="blake3:" + "0a" * 32)), unchecked=["identity"])
case("PyJWT: begins in 50 seconds, as clocks differ", "valid", pyjwt(claims(iat=NOW + 50, nbf=NOW + 50)))
case("joserfc: EdDSA", "valid", rfc(own, algorithm="EdDSA"))
case("joserfc: Ed25519", "valid", rfc(own))
case("joserfc: Ed25519, in armour as mail programs leave it", "valid",
     "\ufeff\r\n" + armoured(rfc(own)).replace("\n", "\r\n") + "\r\n")
case("joserfc: typ with application/, in capitals", "valid", rfc(own, typ="application/Licentia+JWT"))
marked = claims(iss="partner", status=at(5))
for value, expect in ((0, "valid"), (1, "revoked"), (2, "suspended"), (3, "superseded")):
    case(f"joserfc: a license and a list that says {value}", expect, rfc(marked), statuses(bytes([0, value << 2] + [0] * 14)))
for bits, array in ((1, [0b100000]), (4, [0, 0, 0x10]), (8, [0, 0, 0, 0, 0, 1])):
    case(f"joserfc: a list of {bits} bits", "revoked", rfc(marked), statuses(bytes(array + [0] * 16), bits=bits))
case("joserfc: a status of four bits that nobody knows", "unknown_status", rfc(marked), statuses(b"\x70" * 16, bits=4))
case("joserfc: a license without status, and a list", "valid", rfc(own), statuses())
case("joserfc: a license without status, and a list that does not hold", "valid", rfc(own), statuses(key=stranger))
case("joserfc: a list without ttl", "valid", rfc(marked), statuses(ttl="absent"))
case("joserfc: a list without an end, while its ttl lasts", "valid", rfc(marked), statuses(exp="absent"))

# They forge: the key.
case("PyJWT: another key under its own name", "unknown_key", pyjwt(claims(), stranger, kid=thumbprint(stranger)))
case("PyJWT: another key under the name of ours", "bad_signature", pyjwt(claims(), stranger))
case("PyJWT: a trusted key under the name of ours", "bad_signature", pyjwt(claims(), partner))
case("PyJWT: no name of a key", "malformed", by_hand(claims(), kid="absent"))
case("joserfc: a trusted key, for an issuer that it does not belong to", "issuer_mismatch", rfc(claims()))
case("PyJWT: a key in the header", "malformed",
     pyjwt(claims(), stranger, jwk=json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(stranger.public_key()))))
case("PyJWT: an address of keys in the header", "malformed", pyjwt(claims(), stranger, jku="https://evil.example/keys.json"))
case("PyJWT: a certificate in the header", "malformed", pyjwt(claims(), stranger, x5c=["AAAA"]))
case("by hand: an extension that has to be understood", "malformed", by_hand(claims(), crit=["exp"]))

# They forge: the algorithm.
for spelling in ("none", "None", "NONE", "nOnE", "", "eddsa", "EdDSA "):
    case(f"by hand: alg {spelling!r} without a signature", "unsupported_algorithm",
         by_hand(claims(), lambda _: b"", alg=spelling))
case("PyJWT: alg none", "unsupported_algorithm",
     jwt.encode(claims(), None, algorithm="none", headers={"typ": "licentia+jwt", "kid": thumbprint(acme)}))
case("by hand: alg none over a signature that holds", "unsupported_algorithm", by_hand(claims(), alg="none"))
case("by hand: no alg", "unsupported_algorithm", by_hand(claims(), alg="absent"))
case("by hand: EdDSA without a signature", "malformed", by_hand(claims(), lambda _: b""))
pem = (directory / "main.pem").read_bytes()
der = acme.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
public = {"as raw bytes": raw(acme), "in hex": raw(acme).hex().encode(), "as PEM": pem, "as PEM without the last line feed": pem.strip(),
          "as PEM with CRLF": pem.replace(b"\n", b"\r\n"), "as DER": der, "as x of the JWK": b64(raw(acme)).encode(),
          "as JWK": json.dumps(jwks["keys"][0]).encode(), "as the key set": (directory / "keys.json").read_bytes()}
for how, key in public.items():
    try:
        maker, token = "PyJWT", pyjwt(claims(), key, algorithm="HS256")
    except jwt.InvalidKeyError:
        # PyJWT makes no HMAC with what looks like a public key.
        maker, token = "by hand", by_hand(claims(), lambda signed: hmac.digest(key, signed, "sha256"), alg="HS256")
    case(f"{maker}: HS256 with the public key {how}", "unsupported_algorithm", token)
    said_eddsa = by_hand(claims(), lambda signed: hmac.digest(key, signed, "sha512"))
    case(f"by hand: an HMAC with the public key {how}, called EdDSA", "bad_signature", said_eddsa)
case("PyJWT: ES256", "unsupported_algorithm", pyjwt(claims(), point, algorithm="ES256"))
case("PyJWT: RS256", "unsupported_algorithm", pyjwt(claims(), rsa.generate_private_key(65537, 2048), algorithm="RS256"))

# They forge: the type, with a key that signs both.
case("PyJWT: typ JWT", "wrong_type", pyjwt(claims(), typ="JWT"))
case("by hand: no typ", "wrong_type", by_hand(claims(), typ="absent"))
case("PyJWT: a license that calls itself a status list", "wrong_type", pyjwt(claims(), typ="statuslist+jwt"))
case("joserfc: a list that calls itself a license, as a license", "missing_claim", statuses(typ="licentia+jwt"))
case("joserfc: a list that calls itself a license, as a list", "status_list_wrong_type", rfc(marked), statuses(typ="licentia+jwt"))

# They alter what we signed.
header, body, signature = ours.split(".")
said = base64.urlsafe_b64decode(body + "==")
for what, before, after in (("seats", b'"seats":5', b'"seats":9'), ("audience", b'"editor"', b'"viewer"'), ("end", b'"exp":1', b'"exp":9'),
                            ("subject", b'"sub":"valid"', b'"sub":"other"'), ("place in the list", b'"idx":', b'"idx":1')):
    assert before in said
    case(f"altered: {what}", "bad_signature", f"{header}.{b64(said.replace(before, after))}.{signature}",
         audience="viewer" if what == "audience" else "editor")
case("altered: alg in the header", "bad_signature",
     f'{b64(base64.urlsafe_b64decode(header + "==").replace(b"EdDSA", b"Ed25519"))}.{body}.{signature}')
case("altered: the signature of another license", "bad_signature", f"{header}.{body}.{pyjwt(claims()).split('.')[2]}")
case("altered: a signature of zeros", "bad_signature", f"{header}.{body}.{b64(bytes(64))}")
# Ed25519 has a second S for every signature, unless a verifier refuses what is not below the order of the group.
both = base64.urlsafe_b64decode(signature + "==")
second = int.from_bytes(both[32:], "little") + 2**252 + 27742317777372353535851937790883648493
case("altered: a second signature, made of the first", "bad_signature", f"{header}.{body}.{b64(both[:32] + second.to_bytes(32, 'little'))}")
case("altered: half of the signature", "malformed", f"{header}.{body}.{signature[:43]}")
case("altered: one more character", "malformed", f"{ours}A")
case("altered: padded", "malformed", f"{ours}==")
case("altered: another spelling of the same bytes", "malformed", ours[:-1] + chr(ord(ours[-1]) + 1))
case("altered: without its signature", "malformed", f"{header}.{body}")
case("altered: four parts", "malformed", f"{ours}.{signature}")
case("altered: as JSON", "malformed", json.dumps({"protected": header, "payload": body, "signature": signature}))
case("altered: two licenses in one file", "malformed", armoured(ours) * 2)
case("altered: a letter around the license", "malformed", f"Dear Alice,\n{armoured(ours)}")
case("altered: two lines", "malformed", armoured(f"{ours[:100]}\n{ours[100:]}"))
case("altered: two lines, without armour", "malformed", f"{ours[:100]}\n{ours[100:]}")
case("altered: two lines, within the signature", "malformed", f"{ours[:-9]}\n{ours[-9:]}")
case("altered: a space within the signature", "malformed", f"{ours[:-9]} {ours[-9:]}")
case("altered: nothing in it", "malformed", "")

# They say what a license may not say, with a key that is trusted for it.
for name in ("iss", "sub", "aud", "iat", "jti"):
    case(f"PyJWT: without {name}", "missing_claim", pyjwt(claims(**{name: "absent"})))
case("PyJWT: for nobody", "missing_claim", by_hand(claims(aud=[])), only_ours=True)
for what, changed in (("no end but null", {"exp": None}), ("an end in words", {"exp": "4102444800"}), ("an end with a fraction", {"exp": NOW + 9999.5}),
                      ("a beginning in words", {"nbf": "0"}), ("a subject that is a number", {"sub": 7}), ("an empty subject", {"sub": ""}), ("an empty audience beside ours", {"aud": ["editor", ""]}),
                      ("a status without an address", {"status": {"status_list": {"idx": 1}}}), ("a negative index", {"status": at(-1)})):
    case(f"by hand: {what}", "malformed", by_hand(claims(**changed)))
case("by hand: a member twice", "malformed", by_hand(json.dumps(claims())[:-1].encode() + b',"exp":4102444800}'))
case("by hand: a member twice, once escaped", "malformed", by_hand(json.dumps(claims())[:-1].encode() + b',"\\u0065xp":4102444800}'))
case("by hand: a list in place of claims", "malformed", by_hand([claims()]))
case("by hand: claims that are not UTF-8", "malformed", by_hand(b'{"iss":"\xff"}'))
case("by hand: a thousand brackets", "malformed", by_hand(b'{"payload":' + b"[" * 1000 + b"]" * 1000 + b"}"), only_ours=True)
case("PyJWT: expired two minutes ago", "expired", pyjwt(claims(exp=NOW - 120)))
case("PyJWT: begins tomorrow", "not_yet_valid", pyjwt(claims(nbf=NOW + 86400)))
case("PyJWT: issued tomorrow", "not_yet_valid", pyjwt(claims(iat=NOW + 86400, exp=NOW + 99999)))
case("joserfc: for another product", "wrong_audience", rfc(claims(iss="partner", aud=["viewer", "editors"])))
case("PyJWT: bound to what nobody can check", "unsupported_claim", pyjwt(claims(bindings={"phase of the moon": "full"})))
machine = {"require": 1, "components": {"machine_id": b64(bytes(32))}}
case("PyJWT: bound to a machine", "unsupported_claim", pyjwt(claims(bindings={"machines": [machine]})), able="machine_required")
case("PyJWT: bound to a machine, and to what nobody can check", "unsupported_claim",
     pyjwt(claims(bindings={"machines": [machine], "phase of the moon": "full"})))
totp = {"digest": "sha256:" + "00" * 32, "period": 30}
case("joserfc: bound to a second factor", "unsupported_claim", rfc(claims(iss="partner", bindings={"totp": totp})), able="totp_required")
case("PyJWT: bound to a machine and to a second factor", "unsupported_claim",
     pyjwt(claims(bindings={"machines": [machine], "totp": totp})), able="machine_required")
case("by hand: more than 64 KiB", "too_large", by_hand(claims(payload="x" * 65536)))

# They forge a status list.
license = rfc(marked)
listed = [
    ("joserfc: of a key that is trusted for somebody else", "status_list_issuer_mismatch",
     rfc(claims(iss="partner", status=at(5))), statuses(iss="acme")),
    ("joserfc: of a key that is trusted for somebody else, and names nobody", "status_list_issuer_mismatch",
     pyjwt(claims(status=at(5))), statuses(iss="absent")),
    ("by hand: our key for the license of another", "status_list_issuer_mismatch", license,
     statuses(sign=lambda said: by_hand(said, typ="statuslist+jwt"), iss="absent")),
    ("joserfc: of nobody", "status_list_unknown_key", license, statuses(key=stranger)),
    ("by hand: of nobody, under the name of a trusted key", "status_list_bad_signature", license,
     statuses(sign=lambda said: by_hand(said, stranger.sign, typ="statuslist+jwt", kid=thumbprint(partner)))),
    ("by hand: alg none", "status_list_unsupported_algorithm", license,
     statuses(sign=lambda said: by_hand(said, lambda _: b"", typ="statuslist+jwt", alg="none", kid=thumbprint(partner)))),
    ("by hand: HS256 with the public key", "status_list_unsupported_algorithm", license,
     statuses(sign=lambda said: by_hand(said, lambda signed: hmac.digest(raw(partner), signed, "sha256"), typ="statuslist+jwt",
                                        alg="HS256", kid=thumbprint(partner)))),
    ("joserfc: of another address", "status_list_wrong_address", license, statuses(sub="https://status.partner.example/2")),
    ("joserfc: over since two minutes", "status_list_stale", license, statuses(iat=NOW - 9999, exp=NOW - 120)),
    ("joserfc: without an end, its ttl over", "status_list_stale", license, statuses(iat=NOW - 9999, exp="absent")),
    ("joserfc: of tomorrow", "status_list_not_yet_valid", license, statuses(iat=NOW + 86400, exp=NOW + 99999)),
    ("joserfc: shorter than the index", "status_list_index_outside", license, statuses(b"\0")),
    ("joserfc: three bits", "status_list_malformed", license, statuses(bits=3)),
    ("joserfc: not compressed", "status_list_malformed", license, statuses(packed=b"\0" * 16)),
    ("joserfc: cut off", "status_list_malformed", license, statuses(packed=zlib.compress(bytes(range(256)))[:-6])),
    ("joserfc: with a wrong checksum", "status_list_malformed", license, statuses(packed=zlib.compress(b"\0" * 16)[:-1] + b"\x77")),
    ("joserfc: more than 4 MiB when unpacked", "status_list_too_large", license, statuses(bytes(5 * 1024 * 1024))),
    ("joserfc: without its array", "status_list_malformed", license, statuses(status_list="absent")),
    ("joserfc: without an address", "status_list_malformed", license, statuses(sub="absent")),
    ("altered: a character of the array", "status_list_bad_signature", license,
     (lambda parts: ".".join([parts[0], b64(base64.urlsafe_b64decode(parts[1] + "==").replace(b'"bits":', b'"bits": ').replace(
         b'"ttl": 3600', b'"ttl":9600')), parts[2]]))(statuses().split("."))),
]
for name, expect, text, listing in listed:
    case(f"a list, {name}", expect, text, listing)
case("a list, joserfc: of a key for anybody that did not sign the license", "status_list_issuer_mismatch",
     pyjwt(claims(status=at(5))), statuses(iss="absent"), keys="unbound.json")
case("a list, joserfc: of a key for anybody, for its own license", "valid", license, statuses(iss="absent"), keys="unbound.json")

(directory / "cases-python.json").write_text(json.dumps(cases, indent=1))
print(f"PyJWT {jwt.__version__} and joserfc {joserfc.__version__} signed, forged and altered for {len(cases)} cases")
