#!/usr/bin/env node
// Verifies a license offline, with jose. Run by .ci/run on every case that our own verifier is run on.
//
//     node verify.mjs LICENSE KEYS AUDIENCE [STATUS_LIST]
//
// Prints `valid`, the claims and what was not checked, and exits with 0; or prints the reason and exits with 3.
import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { importJWK, jwtVerify } from 'jose'

globalThis.crypto ??= webcrypto // Node 18 has it under this name only
const LEEWAY = 60
const MOST_UNPACKED = 4 * 1024 * 1024
const ALGORITHMS = ['EdDSA', 'Ed25519']

/** A reason, in the words of docs/FORMAT.md. */
class No extends Error {}

async function verifyLicense(text, keys, audience) {
  const armour = /^-----BEGIN LICENSE-----\n(.*)\n-----END LICENSE-----$/.exec(text)
  const token = (armour ? armour[1] : text).trim()
  const license = await verifyToken(token, 'licentia+jwt', keys, 64 * 1024, audience)
  if ('bindings' in license.claims) throw new No('unsupported_claim') // it is bound to machines, and we cannot look at those
  if ('status' in license.claims) {
    const place = license.claims.status?.status_list
    if (!Number.isSafeInteger(place?.idx) || place.idx < 0 || typeof place.uri !== 'string') throw new No('malformed')
  }
  return license
}

/** Looks the license up in its status list, the file at claims.status.status_list.uri. */
async function verifyStatus(license, text, keys) {
  if (!license.claims.status) return
  const list = await verifyToken(text, 'statuslist+jwt', keys, 8 * 1024 * 1024).catch((why) => {
    if (!(why instanceof No)) throw why
    throw new No(why.message === 'expired' ? 'status_list_stale' : `status_list_${why.message}`)
  })
  const { iss, sub, iat, exp, ttl, status_list: { bits, lst } = {} } = list.claims
  if (exp === undefined && ttl !== undefined && Date.now() / 1000 - LEEWAY >= iat + ttl) throw new No('status_list_stale')
  if (![1, 2, 4, 8].includes(bits) || typeof lst !== 'string') throw new No('status_list_malformed')
  let statuses
  try {
    statuses = inflateSync(decode(lst), { maxOutputLength: MOST_UNPACKED })
  } catch (why) {
    throw new No(why.code === 'ERR_BUFFER_TOO_LARGE' ? 'status_list_too_large' : 'status_list_malformed')
  }
  const { idx, uri } = license.claims.status.status_list
  if (sub !== uri) throw new No('status_list_wrong_address')
  // Who speaks for a vendor: a key bound to it, else a list that names it, else the key of the license itself.
  const vendor = keys.get(list.kid).iss ?? iss
  if (vendor === undefined ? list.kid !== license.kid : vendor !== license.claims.iss) throw new No('status_list_issuer_mismatch')
  const at = Math.floor((idx * bits) / 8)
  if (at >= statuses.length) throw new No('status_list_index_outside')
  const value = (statuses[at] >> (idx * bits) % 8) & ((1 << bits) - 1)
  if (value) throw new No(['', 'revoked', 'suspended', 'superseded'][value] ?? 'unknown_status')
}

async function verifyToken(token, typ, keys, most, audience) {
  if (token.length > most) throw new No('too_large')
  const parts = token.split('.')
  if (parts.length !== 3) throw new No('malformed')
  const header = read(parts[0])
  if (!ALGORITHMS.includes(header.alg)) throw new No('unsupported_algorithm')
  // A status list, signed with the same key, is no license.
  if (String(header.typ).toLowerCase().replace(/^application\//, '') !== typ) throw new No('wrong_type')
  // A license neither extends JWS nor brings its own key.
  if (Object.keys(header).some((name) => /^(crit|b64|jwk|jku|x5.*)$/.test(name))) throw new No('malformed')
  const { kid } = header
  if (typeof kid !== 'string' || decode(parts[2]).length !== 64) throw new No('malformed')
  const jwk = keys.get(kid)
  if (!jwk) throw new No('unknown_key')
  const key = await importJWK({ kty: jwk.kty, crv: jwk.crv, x: jwk.x }, 'EdDSA')
  const license = audience !== undefined
  try {
    await jwtVerify(token, key, {
      algorithms: ALGORITHMS,
      audience,
      clockTolerance: LEEWAY,
      requiredClaims: license ? ['iss', 'sub', 'aud', 'iat', 'jti'] : ['sub', 'iat'],
    })
  } catch (why) {
    throw new No(word(why, license))
  }
  const claims = read(parts[1]) // jose looks neither for a member that occurs twice nor at all types
  for (const name of ['iat', 'nbf', 'exp', 'ttl']) {
    if (name in claims && (!Number.isSafeInteger(claims[name]) || claims[name] < 0)) throw new No('malformed')
  }
  for (const name of ['iss', 'sub', 'jti']) {
    if (name in claims && (typeof claims[name] !== 'string' || !claims[name])) throw new No('malformed')
  }
  if ([claims.aud].flat().includes('')) throw new No('malformed')
  // A key that is bound to a vendor speaks for nobody else.
  if (jwk.iss !== undefined && claims.iss !== undefined && claims.iss !== jwk.iss) throw new No('issuer_mismatch')
  if (Date.now() / 1000 + LEEWAY < claims.iat) throw new No('not_yet_valid') // jose looks at `nbf` alone
  return { claims, kid }
}

function word(why, license) {
  if (why.code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') return 'bad_signature'
  if (why.code === 'ERR_JWT_EXPIRED') return 'expired'
  if (why.code !== 'ERR_JWT_CLAIM_VALIDATION_FAILED') return 'malformed'
  if (why.reason === 'missing') return license ? 'missing_claim' : 'malformed'
  return (why.reason === 'check_failed' && { aud: 'wrong_audience', nbf: 'not_yet_valid' }[why.claim]) || 'malformed'
}

/** An object, none of whose members occurs twice: JSON.parse would take the last one. */
function read(part) {
  let text, value
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(decode(part))
    value = JSON.parse(text)
  } catch {
    throw new No('malformed')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new No('malformed')
  const open = []
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)|[{}[\]]/g)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (colon) {
      const name = JSON.parse(string)
      if (open.at(-1).has(name)) throw new No('malformed')
      open.at(-1).add(name)
    }
  }
  return value
}

/** The one spelling of Base64url; Buffer takes many. */
function decode(part) {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw new No('malformed')
  return bytes
}

function textOf(path) {
  return readFileSync(path, 'utf8').replace(/^\ufeff/, '').replaceAll('\r\n', '\n').trim()
}

if (process.argv.length < 5 || process.argv.length > 6) {
  console.error('usage: node verify.mjs LICENSE KEYS AUDIENCE [STATUS_LIST]')
  process.exit(2)
}
const [licenseFile, keysFile, audience, listFile] = process.argv.slice(2)
const keys = new Map(JSON.parse(textOf(keysFile)).keys.filter((key) => key.crv === 'Ed25519').map((key) => [key.kid, key]))
try {
  const license = await verifyLicense(textOf(licenseFile), keys, audience)
  if (listFile) await verifyStatus(license, textOf(listFile), keys)
  const { claims } = license
  console.log(`valid\n${JSON.stringify(claims)}`)
  const unchecked = [!listFile && claims.status && 'status_list', claims.identity && 'identity'].filter(Boolean)
  if (unchecked.length) console.log(`unchecked: ${unchecked.join(' ')}`)
} catch (why) {
  if (!(why instanceof No)) throw why
  console.log(why.message)
  process.exitCode = 3
}
