#!/usr/bin/env bash
# Has the `licentia` on the PATH make what the others verify: licenses in every state, keys, status lists.
#
#     make.sh DIR        DIR must not exist yet
set -euo pipefail
umask 077
mkdir "$1" && cd "$1"
export LICENTIA_HOME="$PWD/home" LICENTIA_PIN_DIR="$PWD/pins" LICENTIA_PASSPHRASE='only for this run'
echo 'a passphrase for the key' >secret
# What is said for people; shown where something fails.
exec 3>&2 2>notes
trap 'cat notes >&3' ERR

licentia init --vendor acme --status-url https://status.acme.example >/dev/null
licentia issuer export main --as pem >main.pem
licentia issuer export-private main --out private.pem --export-passphrase-file secret >/dev/null

issue() { # NAME OPTION…
    local name="$1"
    shift
    licentia license issue --subject "$name" --audience editor --out "$name.lic" --format json "$@" |
        sed -n 's/^  "id": "\(.*\)",/\1/p'
}
issue valid --days 30 --limit seats=5 --limit edition=pro --feature export >/dev/null
issue perpetual --perpetual --payload '{"näme":"Zoë ☂","nested":[1,{"a":null}]}' >/dev/null
issue several --days 30 --audience viewer >/dev/null
issue future --not-before 2999-01-01 --days 30 >/dev/null
licentia license suspend "$(issue suspended --days 30)" --note 'not paid' >/dev/null
licentia license revoke "$(issue revoked --days 30)" --reason refund --note 'order 4711' >/dev/null
licentia license reissue "$(issue superseded --days 30)" --limit seats=6 >/dev/null

# The vendor goes over to another key: what the first one signed still holds, and each has a list.
licentia issuer create second --status-url https://status.acme.example >/dev/null
licentia issuer activate second >/dev/null
issue rotated --days 30 >/dev/null
# And a key that OpenSSL made.
openssl genpkey -algorithm ed25519 -out theirs.pem
licentia issuer import theirs.pem --name theirs >/dev/null
licentia issuer export --as jwks >keys.json
licentia revocation publish --out www >/dev/null
