#!/usr/bin/env python3
"""PyJWT and joserfc verify what the program made, each in its own ways, and refuse what was altered or is for another.

    verify_ours.py DIR        DIR as make.sh leaves it
"""
import base64, json, sys, warnings, zlib
from pathlib import Path
import joserfc.errors, joserfc.jwk, joserfc.jwt
import jwt

warnings.simplefilter("ignore")  # joserfc prefers the newer name of EdDSA
directory = Path(sys.argv[1])
jwks = json.loads((directory / "keys.json").read_text())
tokens = {file.stem: file.read_text().splitlines()[1] for file in directory.glob("*.lic")}
lists = {}
for file in (directory / "www").iterdir():
    lists[f"https://status.acme.example/{file.name}"] = file.read_text().strip()
VALUES = {"suspended": 2, "revoked": 1, "superseded": 3}


def pyjwt(token, audience, typ, trusted=jwks):
    header = jwt.get_unverified_header(token)
    assert header["typ"] == typ and header["alg"] == "EdDSA", header
    options = {"verify_aud": audience is not None, "require": ["iss", "sub", "iat"]}
    key = jwt.PyJWKSet.from_dict(trusted)[header["kid"]]
    return jwt.decode(token, key, algorithms=["EdDSA"], audience=audience, issuer="acme", options=options)


def rfc(token, audience, typ, trusted=jwks):
    read = joserfc.jwt.decode(token, joserfc.jwk.KeySet.import_key_set(trusted), algorithms=["EdDSA"])
    assert read.header["typ"] == typ
    expected = {"iss": {"essential": True, "value": "acme"}}
    if audience:
        expected["aud"] = {"essential": True, "value": audience}
    joserfc.jwt.JWTClaimsRegistry(**expected).validate(read.claims)
    return read.claims


def refused(what, verify, *arguments):
    try:
        verify(*arguments)
    except (jwt.PyJWTError, joserfc.errors.JoseError, KeyError, ValueError, AssertionError):
        return 1
    sys.exit(f"{verify.__name__} took {what}")


for verify, library in ((pyjwt, f"PyJWT {jwt.__version__}"), (rfc, f"joserfc {joserfc.__version__}")):
    marked = 0
    for name, token in tokens.items():
        if name == "future":
            continue
        claims = verify(token, "editor", "licentia+jwt")
        assert claims["sub"] == name
        place = claims["status"]["status_list"]
        said = verify(lists[place["uri"]], None, "statuslist+jwt")
        assert said["sub"] == place["uri"] and said["exp"] > said["iat"]
        assert said["status_list"]["bits"] == 2
        packed = said["status_list"]["lst"]
        statuses = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        value = statuses[place["idx"] // 4] >> place["idx"] % 4 * 2 & 3
        assert value == VALUES.get(name, 0), (name, value)
        marked += value != 0
    assert verify(tokens["valid"], "editor", "licentia+jwt")["limits"] == {"edition": "pro", "seats": 5}
    token = tokens["valid"]
    header, body, signature = token.split(".")
    other = tokens["rotated"]
    count = (
        refused("a license that begins later", verify, tokens["future"], "editor", "licentia+jwt")
        + refused("one for another product", verify, token, "viewer", "licentia+jwt")
        + refused("one of a key that is not there", verify, other, "editor", "licentia+jwt", {"keys": jwks["keys"][:1]})
        + refused("an altered one", verify, f"{header}.{other.split('.')[1]}.{signature}", "editor", "licentia+jwt")
        + refused("a list as a license", verify, next(iter(lists.values())), None, "licentia+jwt")
    )
    print(f"{library} verifies {len(tokens) - 1} licenses and {len(lists)} status lists of ours, finds {marked} marked in them, "
          f"and refuses {count} others")
