// Verifies a license offline, with Go's standard library alone. Run by .ci/run on every case that our own verifier is run on.
//
//	verify LICENSE KEYS AUDIENCE [STATUS_LIST]
//
// Prints `valid`, the claims and what was not checked, and exits with 0; or prints the reason and exits with 3.
package main

import (
	"bytes"
	"compress/zlib"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	leeway       = 60
	mostUnpacked = 4 << 20
)

// no is a reason, in the words of docs/FORMAT.md.
type no string

func (why no) Error() string { return string(why) }

type key struct {
	ed25519.PublicKey
	issuer string
}

type token struct {
	kid    string
	key    key
	text   []byte
	claims map[string]any
}

func verifyLicense(text string, keys map[string]key, audience string) (*token, error) {
	armour := regexp.MustCompile("^-----BEGIN LICENSE-----\n(.*)\n-----END LICENSE-----$").FindStringSubmatch(text)
	if armour != nil {
		text = strings.TrimSpace(armour[1])
	}
	license, err := verifyToken(text, "licentia+jwt", keys, 64<<10)
	if err != nil {
		return nil, err
	}
	claims := license.claims
	for _, name := range []string{"iss", "sub", "aud", "iat", "jti"} {
		if _, there := claims[name]; !there {
			return nil, no("missing_claim")
		}
	}
	if err := license.wellFormed("iss", "sub", "jti"); err != nil {
		return nil, err
	}
	audiences, isList := claims["aud"].([]any)
	if !isList {
		audiences = []any{claims["aud"]}
	}
	ours := false
	for _, one := range audiences {
		name, isText := one.(string)
		if !isText || name == "" {
			return nil, no("malformed")
		}
		ours = ours || name == audience
	}
	if _, there := claims["status"]; there {
		if _, _, err := place(claims); err != nil {
			return nil, err
		}
	}
	if license.key.issuer != "" && license.key.issuer != claims["iss"] {
		return nil, no("issuer_mismatch")
	}
	if _, there := claims["bindings"]; there {
		return nil, no("unsupported_claim") // it is bound to machines, and this program cannot look at those
	}
	if !ours {
		return nil, no("wrong_audience")
	}
	return license, license.inTime()
}

// verifyStatus looks the license up in its status list, the file at claims.status.status_list.uri.
func verifyStatus(license *token, text string, keys map[string]key) error {
	if _, there := license.claims["status"]; !there {
		return nil
	}
	list, statuses, bits, err := verifyList(text, keys)
	if why := no(""); errors.As(err, &why) {
		if why == "expired" {
			why = "stale"
		}
		return "status_list_" + why
	}
	idx, uri, err := place(license.claims)
	if err != nil {
		return err
	}
	if list.claims["sub"] != uri {
		return no("status_list_wrong_address")
	}
	// Who speaks for a vendor: a key bound to it, else a list that names it, else the key of the license itself.
	vendor := any(list.key.issuer)
	if vendor == "" {
		vendor = list.claims["iss"]
	}
	if vendor == nil && list.kid != license.kid || vendor != nil && vendor != license.claims["iss"] {
		return no("status_list_issuer_mismatch")
	}
	each := 8 / bits
	if idx/each >= int64(len(statuses)) {
		return no("status_list_index_outside")
	}
	switch statuses[idx/each] >> (idx % each * bits) & byte(1<<bits-1) {
	case 0:
		return nil
	case 1:
		return no("revoked")
	case 2:
		return no("suspended")
	case 3:
		return no("superseded")
	}
	return no("unknown_status")
}

func verifyList(text string, keys map[string]key) (*token, []byte, int64, error) {
	list, err := verifyToken(text, "statuslist+jwt", keys, 8<<20)
	if err != nil {
		return nil, nil, 0, err
	}
	if err := list.wellFormed("iss", "sub"); err != nil {
		return nil, nil, 0, err
	}
	array, _ := list.claims["status_list"].(map[string]any)
	bits, _ := whole(array["bits"])
	lst, isText := array["lst"].(string)
	known := bits == 1 || bits == 2 || bits == 4 || bits == 8
	if !known || !isText || list.claims["sub"] == nil || list.claims["iat"] == nil {
		return nil, nil, 0, no("malformed")
	}
	if issuer := list.claims["iss"]; list.key.issuer != "" && issuer != nil && issuer != list.key.issuer {
		return nil, nil, 0, no("issuer_mismatch")
	}
	packed, err := decode(lst)
	if err != nil {
		return nil, nil, 0, err
	}
	unpacking, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, nil, 0, no("malformed")
	}
	statuses, err := io.ReadAll(io.LimitReader(unpacking, mostUnpacked+1))
	if err != nil {
		return nil, nil, 0, no("malformed")
	}
	if len(statuses) > mostUnpacked {
		return nil, nil, 0, no("too_large")
	}
	if ttl, there := whole(list.claims["ttl"]); there && list.claims["exp"] == nil {
		iat, _ := whole(list.claims["iat"])
		list.claims["exp"] = json.Number(fmt.Sprint(iat + ttl))
	}
	return list, statuses, bits, list.inTime()
}

// verifyToken says who signed a token of this type; what it says is looked at later.
func verifyToken(text, typ string, keys map[string]key, most int) (*token, error) {
	if len(text) > most {
		return nil, no("too_large")
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, no("malformed")
	}
	_, header, err := read(parts[0])
	if err != nil {
		return nil, err
	}
	if header["alg"] != "EdDSA" && header["alg"] != "Ed25519" {
		return nil, no("unsupported_algorithm")
	}
	// A status list, signed with the same key, is no license.
	if said, _ := header["typ"].(string); strings.TrimPrefix(strings.ToLower(said), "application/") != typ {
		return nil, no("wrong_type")
	}
	for name := range header {
		if name == "crit" || name == "b64" || name == "jwk" || name == "jku" || strings.HasPrefix(name, "x5") {
			return nil, no("malformed") // a license neither extends JWS nor brings its own key
		}
	}
	kid, isText := header["kid"].(string)
	if !isText {
		return nil, no("malformed")
	}
	key, known := keys[kid]
	if !known {
		return nil, no("unknown_key")
	}
	signature, err := decode(parts[2])
	if err != nil || len(signature) != ed25519.SignatureSize {
		return nil, no("malformed")
	}
	if !ed25519.Verify(key.PublicKey, []byte(parts[0]+"."+parts[1]), signature) {
		return nil, no("bad_signature")
	}
	said, claims, err := read(parts[1])
	return &token{kid, key, said, claims}, err
}

func (token *token) wellFormed(texts ...string) error {
	for _, name := range []string{"iat", "nbf", "exp", "ttl"} {
		if value, there := token.claims[name]; there {
			if _, isWhole := whole(value); !isWhole {
				return no("malformed")
			}
		}
	}
	for _, name := range texts {
		if value, there := token.claims[name]; there {
			if text, isText := value.(string); !isText || text == "" {
				return no("malformed")
			}
		}
	}
	return nil
}

func (token *token) inTime() error {
	now := time.Now().Unix()
	for _, name := range []string{"iat", "nbf"} {
		if from, there := whole(token.claims[name]); there && now+leeway < from {
			return no("not_yet_valid")
		}
	}
	if exp, there := whole(token.claims["exp"]); there && now-leeway >= exp {
		return no("expired")
	}
	return nil
}

func place(claims map[string]any) (int64, string, error) {
	status, _ := claims["status"].(map[string]any)
	place, _ := status["status_list"].(map[string]any)
	idx, isWhole := whole(place["idx"])
	uri, isText := place["uri"].(string)
	if !isWhole || !isText || uri == "" {
		return 0, "", no("malformed")
	}
	return idx, uri, nil
}

// whole takes a number that is an integer and not negative.
func whole(value any) (int64, bool) {
	number, _ := value.(json.Number)
	n, err := number.Int64()
	return n, err == nil && n >= 0
}

// read takes a part of a token that is a JSON object.
func read(part string) ([]byte, map[string]any, error) {
	text, err := decode(part)
	if err != nil || !utf8.Valid(text) { // Go's reader would put U+FFFD there
		return nil, nil, no("malformed")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := once(decoder)
	object, isObject := value.(map[string]any)
	if _, after := decoder.Token(); err != nil || !isObject || after != io.EOF {
		return nil, nil, no("malformed")
	}
	return text, object, nil
}

// once reads a value, no member of which occurs twice: Unmarshal would take the last one.
func once(decoder *json.Decoder) (any, error) {
	next, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch next {
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			value, err := once(decoder)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := decoder.Token()
		return list, err
	case json.Delim('{'):
		object := map[string]any{}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			if _, twice := object[name.(string)]; twice {
				return nil, fmt.Errorf("%q occurs twice", name)
			}
			if object[name.(string)], err = once(decoder); err != nil {
				return nil, err
			}
		}
		_, err := decoder.Token()
		return object, err
	}
	return next, nil
}

// decode takes the one spelling of Base64url; Go passes over line feeds.
func decode(part string) ([]byte, error) {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil || strings.ContainsAny(part, "\r\n") {
		return nil, no("malformed")
	}
	return decoded, nil
}

func readKeys(text string) (map[string]key, error) {
	var set struct {
		Keys []struct{ Crv, X, Kid, Iss string }
	}
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return nil, err
	}
	keys := map[string]key{}
	for _, jwk := range set.Keys {
		if jwk.Crv != "Ed25519" {
			continue
		}
		x, err := decode(jwk.X)
		if err != nil || len(x) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("the key %q is damaged", jwk.Kid)
		}
		keys[jwk.Kid] = key{x, jwk.Iss}
	}
	return keys, nil
}

func run(files []string, audience string) error {
	texts := []string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		tidy := strings.ReplaceAll(strings.TrimPrefix(string(text), "\ufeff"), "\r\n", "\n")
		texts = append(texts, strings.TrimSpace(tidy))
	}
	keys, err := readKeys(texts[1])
	if err != nil {
		return err
	}
	license, err := verifyLicense(texts[0], keys, audience)
	if err != nil {
		return err
	}
	unchecked := ""
	if len(texts) > 2 {
		if err := verifyStatus(license, texts[2], keys); err != nil {
			return err
		}
	} else if license.claims["status"] != nil {
		unchecked += " status_list"
	}
	if license.claims["identity"] != nil {
		unchecked += " identity"
	}
	fmt.Printf("valid\n%s\n", license.text)
	if unchecked != "" {
		fmt.Printf("unchecked:%s\n", unchecked)
	}
	return nil
}

func main() {
	if len(os.Args) < 4 || len(os.Args) > 5 {
		fmt.Fprintln(os.Stderr, "usage: verify LICENSE KEYS AUDIENCE [STATUS_LIST]")
		os.Exit(2)
	}
	files := append([]string{os.Args[1], os.Args[2]}, os.Args[4:]...)
	err := run(files, os.Args[3])
	if why := no(""); errors.As(err, &why) {
		fmt.Println(why)
		os.Exit(3)
	} else if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
