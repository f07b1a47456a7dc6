// Verifies a license offline, with the standard library of Java 17 alone. Run by .ci/run on every case that our own verifier is run on.
//
//     java Verify LICENSE KEYS AUDIENCE [STATUS_LIST]
//
// Prints `valid`, the claims and what was not checked, and exits with 0; or prints the reason and exits with 3.

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

public final class Verify {
    private static final long LEEWAY = 60;
    private static final int MOST_UNPACKED = 4 * 1024 * 1024;
    /** What stands before the 32 bytes of every Ed25519 key in its X.509 form (RFC 8410). */
    private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

    /** A reason, in the words of docs/FORMAT.md. */
    @SuppressWarnings("serial")
    private static final class No extends Exception {
        No(String word) {
            super(word, null, false, false);
        }
    }

    /** A trusted key, and the only issuer that it speaks for, or null. */
    private record Key(PublicKey key, String issuer) {}

    private record Token(String kid, Key key, String text, Map<?, ?> claims) {}

    private record Place(long idx, String uri) {}

    private record Statuses(Token list, byte[] bytes, int bits) {}

    private static Token verifyLicense(String text, Map<String, Key> keys, String audience) throws No, GeneralSecurityException {
        Matcher armour = Pattern.compile("-----BEGIN LICENSE-----\n(.*)\n-----END LICENSE-----").matcher(text);
        Token license = verifyToken(armour.matches() ? armour.group(1).strip() : text, "licentia+jwt", keys, 64 * 1024);
        Map<?, ?> claims = license.claims;
        for (String name : List.of("iss", "sub", "aud", "iat", "jti")) {
            if (!claims.containsKey(name)) throw new No("missing_claim");
        }
        wellFormed(claims);
        List<?> audiences = claims.get("aud") instanceof List<?> list ? list : Arrays.asList(claims.get("aud"));
        for (Object one : audiences) {
            if (!(one instanceof String name) || name.isEmpty()) throw new No("malformed");
        }
        if (claims.containsKey("status")) place(claims);
        if (license.key.issuer != null && !license.key.issuer.equals(claims.get("iss"))) throw new No("issuer_mismatch");
        if (claims.containsKey("bindings")) throw new No("unsupported_claim"); // bound to machines, which we cannot look at
        if (!audiences.contains(audience)) throw new No("wrong_audience");
        inTime(claims, (Long) claims.get("exp"));
        return license;
    }

    /** Looks the license up in its status list, the file at claims.status.status_list.uri. */
    private static void verifyStatus(Token license, String text, Map<String, Key> keys) throws No, GeneralSecurityException {
        if (!license.claims.containsKey("status")) return;
        Statuses statuses;
        try {
            statuses = verifyList(text, keys);
        } catch (No why) {
            throw new No("status_list_" + (why.getMessage().equals("expired") ? "stale" : why.getMessage()));
        }
        Token list = statuses.list;
        Place place = place(license.claims);
        if (!place.uri.equals(list.claims.get("sub"))) throw new No("status_list_wrong_address");
        // Who speaks for a vendor: a key bound to it, else a list that names it, else the key of the license itself.
        Object vendor = list.key.issuer != null ? list.key.issuer : list.claims.get("iss");
        boolean speaks = vendor != null ? vendor.equals(license.claims.get("iss")) : list.kid.equals(license.kid);
        if (!speaks) throw new No("status_list_issuer_mismatch");
        int each = 8 / statuses.bits;
        if (place.idx / each >= statuses.bytes.length) throw new No("status_list_index_outside");
        int shift = (int) (place.idx % each) * statuses.bits;
        int value = statuses.bytes[(int) (place.idx / each)] >> shift & (1 << statuses.bits) - 1;
        switch (value) {
            case 0 -> {}
            case 1 -> throw new No("revoked");
            case 2 -> throw new No("suspended");
            case 3 -> throw new No("superseded");
            default -> throw new No("unknown_status");
        }
    }

    private static Statuses verifyList(String text, Map<String, Key> keys) throws No, GeneralSecurityException {
        Token list = verifyToken(text, "statuslist+jwt", keys, 8 * 1024 * 1024);
        Map<?, ?> claims = list.claims;
        wellFormed(claims);
        if (!claims.containsKey("sub") || !claims.containsKey("iat")) throw new No("malformed");
        if (!(claims.get("status_list") instanceof Map<?, ?> array)) throw new No("malformed");
        if (!(array.get("bits") instanceof Long bits) || !List.of(1L, 2L, 4L, 8L).contains(bits)) throw new No("malformed");
        if (!(array.get("lst") instanceof String lst)) throw new No("malformed");
        if (list.key.issuer != null && claims.containsKey("iss") && !list.key.issuer.equals(claims.get("iss"))) {
            throw new No("issuer_mismatch");
        }
        byte[] unpacked = inflate(decode(lst));
        Long exp = (Long) claims.get("exp");
        if (exp == null && claims.get("ttl") instanceof Long ttl) exp = (Long) claims.get("iat") + ttl;
        inTime(claims, exp);
        return new Statuses(list, unpacked, bits.intValue());
    }

    private static byte[] inflate(byte[] packed) throws No {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(packed);
            byte[] unpacked = new byte[MOST_UNPACKED + 1];
            int length = 0;
            while (!inflater.finished() && length < unpacked.length) {
                int more = inflater.inflate(unpacked, length, unpacked.length - length);
                if (more == 0 && !inflater.finished()) throw new No("malformed");
                length += more;
            }
            if (length > MOST_UNPACKED) throw new No("too_large");
            return Arrays.copyOf(unpacked, length);
        } catch (DataFormatException damaged) {
            throw new No("malformed");
        } finally {
            inflater.end();
        }
    }

    /** Who signed a token of this type; what it says is looked at later. */
    private static Token verifyToken(String text, String typ, Map<String, Key> keys, int most) throws No, GeneralSecurityException {
        if (text.length() > most) throw new No("too_large");
        String[] parts = text.split("\\.", -1);
        if (parts.length != 3) throw new No("malformed");
        Map<?, ?> header = object(utf8(decode(parts[0])));
        if (!"EdDSA".equals(header.get("alg")) && !"Ed25519".equals(header.get("alg"))) throw new No("unsupported_algorithm");
        // A status list, signed with the same key, is no license.
        if (!(header.get("typ") instanceof String said)) throw new No("wrong_type");
        if (!said.toLowerCase(Locale.ROOT).replaceFirst("^application/", "").equals(typ)) throw new No("wrong_type");
        for (Object name : header.keySet()) { // a license neither extends JWS nor brings its own key
            if (((String) name).matches("crit|b64|jwk|jku|x5.*")) throw new No("malformed");
        }
        if (!(header.get("kid") instanceof String kid)) throw new No("malformed");
        Key key = keys.get(kid);
        if (key == null) throw new No("unknown_key");
        byte[] signature = decode(parts[2]);
        if (signature.length != 64) throw new No("malformed");
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key.key);
        verifier.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        try {
            if (!verifier.verify(signature)) throw new No("bad_signature");
        } catch (SignatureException outOfRange) {
            throw new No("bad_signature");
        }
        String claims = utf8(decode(parts[1]));
        return new Token(kid, key, claims, object(claims));
    }

    private static void wellFormed(Map<?, ?> claims) throws No {
        for (String name : List.of("iat", "nbf", "exp", "ttl")) {
            if (claims.containsKey(name) && !(claims.get(name) instanceof Long time && time >= 0)) throw new No("malformed");
        }
        for (String name : List.of("iss", "sub", "jti")) {
            if (claims.containsKey(name) && !(claims.get(name) instanceof String text && !text.isEmpty())) throw new No("malformed");
        }
    }

    private static void inTime(Map<?, ?> claims, Long exp) throws No {
        long now = System.currentTimeMillis() / 1000;
        for (String name : List.of("iat", "nbf")) {
            if (claims.get(name) instanceof Long from && now + LEEWAY < from) throw new No("not_yet_valid");
        }
        if (exp != null && now - LEEWAY >= exp) throw new No("expired");
    }

    private static Place place(Map<?, ?> claims) throws No {
        if (claims.get("status") instanceof Map<?, ?> status
                && status.get("status_list") instanceof Map<?, ?> place
                && place.get("idx") instanceof Long idx && idx >= 0
                && place.get("uri") instanceof String uri && !uri.isEmpty()) {
            return new Place(idx, uri);
        }
        throw new No("malformed");
    }

    private static Map<?, ?> object(String text) throws No {
        try {
            if (Json.parse(text) instanceof Map<?, ?> members) return members;
        } catch (IllegalArgumentException notJson) {
            // As any other text that is no object.
        }
        throw new No("malformed");
    }

    private static String utf8(byte[] bytes) throws No {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException notText) {
            throw new No("malformed");
        }
    }

    /** The one spelling of Base64url; Java's decoder takes padding and any last bits. */
    private static byte[] decode(String part) throws No {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part)) return bytes;
        } catch (IllegalArgumentException notBase64) {
            // As any other spelling.
        }
        throw new No("malformed");
    }

    private static Map<String, Key> keys(String text) throws No, GeneralSecurityException {
        Map<String, Key> keys = new HashMap<>();
        for (Object member : (List<?>) object(text).get("keys")) {
            Map<?, ?> jwk = (Map<?, ?>) member;
            if (!"Ed25519".equals(jwk.get("crv"))) continue;
            byte[] x = decode((String) jwk.get("x"));
            byte[] spki = Arrays.copyOf(SPKI, SPKI.length + x.length);
            System.arraycopy(x, 0, spki, SPKI.length, x.length);
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
            keys.put((String) jwk.get("kid"), new Key(key, (String) jwk.get("iss")));
        }
        return keys;
    }

    private static String text(String file) throws Exception {
        return Files.readString(Path.of(file)).replaceFirst("^\ufeff", "").replace("\r\n", "\n").strip();
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 3 || args.length > 4) {
            System.err.println("usage: java Verify LICENSE KEYS AUDIENCE [STATUS_LIST]");
            System.exit(2);
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            Map<String, Key> keys = keys(text(args[1]));
            Token license = verifyLicense(text(args[0]), keys, args[2]);
            if (args.length == 4) verifyStatus(license, text(args[3]), keys);
            out.println("valid\n" + license.text);
            String unchecked = args.length == 3 && license.claims.containsKey("status") ? " status_list" : "";
            unchecked += license.claims.containsKey("identity") ? " identity" : "";
            if (!unchecked.isEmpty()) out.println("unchecked:" + unchecked);
        } catch (No why) {
            out.println(why.getMessage());
            System.exit(3);
        }
    }
}
