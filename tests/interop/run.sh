#!/usr/bin/env bash
# Other libraries verify what we make, sign and forge for us, and programs in other languages say what we say. Everything
# is made in a directory of its own, nothing in the checkout.
#
#     PYTHON=… run.sh SCRATCH        PYTHON has requirements.txt; licentia and licentia-integrate are on the PATH
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
programs="$here/../../license/integrate"
mkdir -p "$1" && cd "$1"
export PYTHONDONTWRITEBYTECODE=1
python="${PYTHON:-python3}"

"$here/make.sh" made
cp "$here"/package*.json "$here"/*.mjs "$programs/javascript/verify.mjs" .
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >npm.out 2>&1 || { cat npm.out; exit 1; }
scratch="$PWD"
(cd "$programs/go" && GOCACHE="$scratch/go-cache" GOPATH="$scratch/go" GOTOOLCHAIN=local go build -o "$scratch/verify-go" .)
javac -Xlint:all -Werror -d java "$programs"/java/*.java

# OpenSSL has no notion of a license, but of the keys and the signature.
openssl pkey -pubin -in made/main.pem -noout
openssl pkey -in made/private.pem -passin file:made/secret -pubout | cmp - made/main.pem
token="$(sed -n 2p made/valid.lic)"
printf %s "${token%.*}" >signed
printf '%s==' "${token##*.}" | basenc --base64url --decode >signature
openssl pkeyutl -verify -pubin -inkey made/main.pem -rawin -in signed -sigfile signature >/dev/null
echo "$(openssl version | cut -d' ' -f1,2) reads the keys that we export, and verifies the signature of a license"

"$python" "$here/verify_ours.py" made
node verify_ours.mjs made
"$python" "$here/cases.py" made
node cases.mjs made
"$python" "$here/agree.py" made \
    "Rust, licentia-license=licentia-integrate" \
    "Python $("$python" -c 'import jwt, platform; print(f"{platform.python_version()}, PyJWT {jwt.__version__}")')=$python $programs/python/verify.py" \
    "JavaScript, Node $(node --version), jose=node $PWD/verify.mjs" \
    "Go $(go env GOVERSION)=$PWD/verify-go" \
    "Java $(java -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p')=java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp $PWD/java Verify"
echo 'C# was not run: .NET is not on hand'
