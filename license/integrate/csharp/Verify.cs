// NOT RUN and not compiled here: there was no .NET on hand. Written against the documents of .NET 8 and BouncyCastle.Cryptography 2.
//
// Verifies a license offline. .NET 8 has no Ed25519 of its own, so the signature is BouncyCastle's work; the rest is .NET's.
//
//     dotnet run -- LICENSE KEYS AUDIENCE [STATUS_LIST]
//
// Prints `valid`, the claims and what was not checked, and exits with 0; or prints the reason and exits with 3.

using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

/// <summary>A reason, in the words of docs/FORMAT.md.</summary>
internal sealed class No : Exception
{
    public No(string word) : base(word) { }
}

/// <summary>A trusted key, and the only issuer that it speaks for, or null.</summary>
internal sealed record Key(Ed25519PublicKeyParameters PublicKey, string? Issuer);

internal sealed record Token(string Kid, Key Key, string Text, JsonElement Claims);

internal static class Program
{
    private const long Leeway = 60;
    private const int MostUnpacked = 4 * 1024 * 1024;

    private static Token VerifyLicense(string text, Dictionary<string, Key> keys, string audience)
    {
        var armour = Regex.Match(text, @"\A-----BEGIN LICENSE-----\n([^\n]*)\n-----END LICENSE-----\z");
        var license = VerifyToken(armour.Success ? armour.Groups[1].Value.Trim() : text, "licentia+jwt", keys, 64 * 1024);
        var claims = license.Claims;
        foreach (var name in new[] { "iss", "sub", "aud", "iat", "jti" })
            if (!claims.TryGetProperty(name, out _)) throw new No("missing_claim");
        WellFormed(claims);
        var aud = claims.GetProperty("aud");
        var audiences = aud.ValueKind == JsonValueKind.Array ? aud.EnumerateArray().ToList() : new List<JsonElement> { aud };
        if (audiences.Any(one => string.IsNullOrEmpty(TextOf(one)))) throw new No("malformed");
        if (claims.TryGetProperty("status", out _)) Place(claims);
        if (license.Key.Issuer is { } issuer && issuer != TextOf(claims, "iss")) throw new No("issuer_mismatch");
        if (claims.TryGetProperty("bindings", out _)) throw new No("unsupported_claim"); // bound to machines, which we cannot look at
        if (!audiences.Any(one => TextOf(one) == audience)) throw new No("wrong_audience");
        InTime(claims, Whole(claims, "exp"));
        return license;
    }

    /// <summary>Looks the license up in its status list, the file at claims.status.status_list.uri.</summary>
    private static void VerifyStatus(Token license, string text, Dictionary<string, Key> keys)
    {
        if (!license.Claims.TryGetProperty("status", out _)) return;
        Token list;
        byte[] statuses;
        int bits;
        try
        {
            (list, statuses, bits) = VerifyList(text, keys);
        }
        catch (No why)
        {
            throw new No("status_list_" + (why.Message == "expired" ? "stale" : why.Message));
        }
        var (idx, uri) = Place(license.Claims);
        if (TextOf(list.Claims, "sub") != uri) throw new No("status_list_wrong_address");
        // Who speaks for a vendor: a key bound to it, else a list that names it, else the key of the license itself.
        var vendor = list.Key.Issuer ?? TextOf(list.Claims, "iss");
        if (vendor is null ? list.Kid != license.Kid : vendor != TextOf(license.Claims, "iss"))
            throw new No("status_list_issuer_mismatch");
        var each = 8 / bits;
        if (idx / each >= statuses.Length) throw new No("status_list_index_outside");
        var value = (statuses[(int)(idx / each)] >> ((int)(idx % each) * bits)) & ((1 << bits) - 1);
        switch (value)
        {
            case 0: return;
            case 1: throw new No("revoked");
            case 2: throw new No("suspended");
            case 3: throw new No("superseded");
            default: throw new No("unknown_status");
        }
    }

    private static (Token, byte[], int) VerifyList(string text, Dictionary<string, Key> keys)
    {
        var list = VerifyToken(text, "statuslist+jwt", keys, 8 * 1024 * 1024);
        var claims = list.Claims;
        WellFormed(claims);
        if (TextOf(claims, "sub") is null || Whole(claims, "iat") is not { } issued) throw new No("malformed");
        if (!claims.TryGetProperty("status_list", out var array) || array.ValueKind != JsonValueKind.Object) throw new No("malformed");
        if (Whole(array, "bits") is not (1 or 2 or 4 or 8) || TextOf(array, "lst") is not { } lst) throw new No("malformed");
        if (list.Key.Issuer is { } issuer && TextOf(claims, "iss") is { } named && named != issuer) throw new No("issuer_mismatch");
        var unpacked = Inflate(Decode(lst));
        InTime(claims, Whole(claims, "exp") ?? (Whole(claims, "ttl") is { } ttl ? issued + ttl : (long?)null));
        return (list, unpacked, (int)Whole(array, "bits")!.Value);
    }

    private static byte[] Inflate(byte[] packed)
    {
        try
        {
            using var unpacking = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            var chunk = new byte[64 * 1024];
            for (int read; (read = unpacking.Read(chunk, 0, chunk.Length)) > 0;)
            {
                unpacked.Write(chunk, 0, read);
                if (unpacked.Length > MostUnpacked) throw new No("too_large");
            }
            return unpacked.ToArray();
        }
        catch (InvalidDataException)
        {
            throw new No("malformed");
        }
    }

    /// <summary>Who signed a token of this type; what it says is looked at later.</summary>
    private static Token VerifyToken(string text, string typ, Dictionary<string, Key> keys, int most)
    {
        if (text.Length > most) throw new No("too_large");
        var parts = text.Split('.');
        if (parts.Length != 3) throw new No("malformed");
        var header = Read(Utf8(Decode(parts[0])));
        if (TextOf(header, "alg") is not ("EdDSA" or "Ed25519")) throw new No("unsupported_algorithm");
        // A status list, signed with the same key, is no license.
        var said = TextOf(header, "typ")?.ToLowerInvariant() ?? "";
        if ((said.StartsWith("application/", StringComparison.Ordinal) ? said["application/".Length..] : said) != typ) throw new No("wrong_type");
        // A license neither extends JWS nor brings its own key.
        if (header.EnumerateObject().Any(member => member.Name is "crit" or "b64" or "jwk" or "jku" || member.Name.StartsWith("x5", StringComparison.Ordinal)))
            throw new No("malformed");
        if (TextOf(header, "kid") is not { } kid) throw new No("malformed");
        if (!keys.TryGetValue(kid, out var key)) throw new No("unknown_key");
        var signature = Decode(parts[2]);
        if (signature.Length != 64) throw new No("malformed");
        var signed = Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]);
        var verifier = new Ed25519Signer();
        verifier.Init(false, key.PublicKey);
        verifier.BlockUpdate(signed, 0, signed.Length);
        if (!verifier.VerifySignature(signature)) throw new No("bad_signature");
        var claims = Utf8(Decode(parts[1]));
        return new Token(kid, key, claims, Read(claims));
    }

    private static void WellFormed(JsonElement claims)
    {
        foreach (var name in new[] { "iat", "nbf", "exp", "ttl" })
            if (claims.TryGetProperty(name, out _) && Whole(claims, name) is null) throw new No("malformed");
        foreach (var name in new[] { "iss", "sub", "jti" })
            if (claims.TryGetProperty(name, out var text) && string.IsNullOrEmpty(TextOf(text))) throw new No("malformed");
    }

    private static void InTime(JsonElement claims, long? exp)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        foreach (var name in new[] { "iat", "nbf" })
            if (now + Leeway < Whole(claims, name)) throw new No("not_yet_valid");
        if (now - Leeway >= exp) throw new No("expired");
    }

    private static (long, string) Place(JsonElement claims)
    {
        var status = claims.GetProperty("status");
        if (status.ValueKind == JsonValueKind.Object
            && status.TryGetProperty("status_list", out var place) && place.ValueKind == JsonValueKind.Object
            && Whole(place, "idx") is { } idx && TextOf(place, "uri") is { Length: > 0 } uri)
            return (idx, uri);
        throw new No("malformed");
    }

    private static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? TextOf(JsonElement members, string name) =>
        members.TryGetProperty(name, out var value) ? TextOf(value) : null;

    /// <summary>A number that is an integer and not negative.</summary>
    private static long? Whole(JsonElement members, string name) =>
        members.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0
            ? number
            : null;

    /// <summary>An object, none of whose members occurs twice: JsonElement would take the last one.</summary>
    private static JsonElement Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 127 });
            if (document.RootElement.ValueKind == JsonValueKind.Object && Once(document.RootElement)) return document.RootElement.Clone();
        }
        catch (Exception why) when (why is JsonException or InvalidOperationException)
        {
            // As any other text that is no such object; the latter for half of a surrogate pair.
        }
        throw new No("malformed");
    }

    private static bool Once(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Select(member => member.Name).Distinct().Count() == value.EnumerateObject().Count()
            && value.EnumerateObject().All(member => Once(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(Once),
        JsonValueKind.String => value.GetString() is not null,
        _ => true,
    };

    private static string Utf8(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new No("malformed");
        }
    }

    /// <summary>The one spelling of Base64url; .NET's decoder takes white space and any last bits.</summary>
    private static byte[] Decode(string part)
    {
        try
        {
            var padded = part.Replace('-', '+').Replace('_', '/') + new string('=', (4 - part.Length % 4) % 4);
            var bytes = Convert.FromBase64String(padded);
            if (Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_') == part) return bytes;
        }
        catch (FormatException)
        {
            // As any other spelling.
        }
        throw new No("malformed");
    }

    private static Dictionary<string, Key> Keys(string text)
    {
        var keys = new Dictionary<string, Key>();
        foreach (var jwk in Read(text).GetProperty("keys").EnumerateArray())
        {
            if (TextOf(jwk, "crv") != "Ed25519") continue;
            var key = new Ed25519PublicKeyParameters(Decode(TextOf(jwk, "x")!), 0);
            keys[TextOf(jwk, "kid")!] = new Key(key, TextOf(jwk, "iss"));
        }
        return keys;
    }

    private static string TextOfFile(string path) => File.ReadAllText(path).TrimStart('\ufeff').Replace("\r\n", "\n").Trim();

    private static int Main(string[] args)
    {
        if (args.Length is < 3 or > 4)
        {
            Console.Error.WriteLine("usage: dotnet run -- LICENSE KEYS AUDIENCE [STATUS_LIST]");
            return 2;
        }
        Console.OutputEncoding = new UTF8Encoding(false);
        try
        {
            var keys = Keys(TextOfFile(args[1]));
            var license = VerifyLicense(TextOfFile(args[0]), keys, args[2]);
            if (args.Length == 4) VerifyStatus(license, TextOfFile(args[3]), keys);
            Console.WriteLine("valid\n" + license.Text);
            var unchecked_ = args.Length == 3 && license.Claims.TryGetProperty("status", out _) ? " status_list" : "";
            if (license.Claims.TryGetProperty("identity", out _)) unchecked_ += " identity";
            if (unchecked_ != "") Console.WriteLine("unchecked:" + unchecked_);
            return 0;
        }
        catch (No why)
        {
            Console.WriteLine(why.Message);
            return 3;
        }
    }
}
