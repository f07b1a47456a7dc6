// jose and @sd-jwt/jwt-status-list sign and forge: more cases for the table of cases.py.
//
//     node cases.mjs DIR        DIR as cases.py leaves it; writes DIR/cases-javascript.json
import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { SignJWT, UnsecuredJWT, calculateJwkThumbprint, importJWK } from 'jose'
import { StatusList, createHeaderAndPayload } from '@sd-jwt/jwt-status-list'

globalThis.crypto ??= webcrypto
const directory = process.argv[2]
const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version
const text = (file) => readFileSync(`${directory}/${file}`, 'utf8')
const now = Math.floor(Date.now() / 1000)
const cases = []

/** A key with its name. jose wants to know for which algorithm it is. */
async function named(jwk) {
  return { kid: await calculateJwkThumbprint(jwk), EdDSA: await importJWK(jwk, 'EdDSA'), Ed25519: await importJWK(jwk, 'Ed25519') }
}

// Node reads the private key that the program exported.
const exported = createPrivateKey({ key: text('private.pem'), passphrase: text('secret').trim() }).export({ format: 'jwk' })
const [publicJwk] = JSON.parse(text('keys.json')).keys
assert.equal(exported.x, publicJwk.x)
const acme = await named(exported)
assert.equal(acme.kid, publicJwk.kid)
const { kty, crv, x, d } = JSON.parse(text('partner.jwk'))
const partner = await named({ kty, crv, x, d })
const stranger = await named(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))

function add(name, expect, license, list = null) {
  const write = (end, content) => {
    if (content === null) return null
    const file = `cases/js-${String(cases.length).padStart(3, '0')}.${end}`
    writeFileSync(`${directory}/${file}`, content)
    return file
  }
  cases.push({ name, expect, license: write('lic', license), list: write('list', list), keys: 'keys.json', audience: 'editor',
    unchecked: [], only_ours: false, able: null })
}

function claims(changed = {}) {
  return { iss: 'acme', sub: 'alice', aud: ['editor'], iat: now - 3600, exp: now + 86400, jti: '019b76da-a800-7000-8000-000000000002', ...changed }
}

function sign(said, key, header = {}) {
  const full = { alg: 'EdDSA', typ: 'licentia+jwt', kid: key.kid, ...header }
  return new SignJWT(said).setProtectedHeader(full).sign(header.key ?? key[full.alg])
}

function list(values, bits, changed = {}, key = partner) {
  const said = { iss: 'partner', sub: 'https://status.partner.example/1', iat: now - 60, exp: now + 86400, ttl: 3600, ...changed }
  const { header, payload } = createHeaderAndPayload(new StatusList(values, bits), said, { alg: 'EdDSA', kid: partner.kid })
  return new SignJWT(payload).setProtectedHeader(header).sign(key.EdDSA)
}

const own = claims({ iss: 'partner', status: { status_list: { idx: 9, uri: 'https://status.partner.example/1' } } })
const license = await sign(own, partner)

add('jose: with our key', 'valid', await sign(claims(), acme))
add('jose: EdDSA, and a list of zeros', 'valid', license, await list(Array(1000).fill(0), 2))
add('jose: Ed25519, and a list of zeros', 'valid', await sign(own, partner, { alg: 'Ed25519' }), await list(Array(16).fill(0), 1))
const marked = Array.from({ length: 1001 }, (_, idx) => (idx === 9 ? 1 : idx % 2 ? 0 : 1))
for (const bits of [1, 2, 4, 8]) add(`@sd-jwt: revoked in ${bits} bits`, 'revoked', license, await list(marked, bits))
const wide = (value) => Array.from({ length: 4096 }, (_, idx) => (idx === 9 ? value : (idx * 7) % 4))
add('@sd-jwt: suspended', 'suspended', license, await list(wide(2), 2))
add('@sd-jwt: superseded', 'superseded', license, await list(wide(3), 2))
add('@sd-jwt: valid among others', 'valid', license, await list(wide(0), 2))
add('@sd-jwt: a status that nobody knows', 'unknown_status', license, await list(wide(11), 4))
add('@sd-jwt: shorter than the index', 'status_list_index_outside', license, await list([0, 0, 0, 0, 0, 0, 0, 0], 2))
add('@sd-jwt: over', 'status_list_stale', license, await list(wide(0), 2, { iat: now - 9999, exp: now - 120 }))
add('@sd-jwt: of another address', 'status_list_wrong_address', license, await list(wide(0), 2, { sub: 'https://status.partner.example/10' }))
add('jose: a list under the name of a key that did not sign it', 'status_list_bad_signature', license, await list(wide(0), 2, {}, stranger))

add('jose: another key under its own name', 'unknown_key', await sign(claims(), stranger))
add('jose: another key under the name of ours', 'bad_signature', await sign(claims(), stranger, { kid: acme.kid }))
add('jose: a trusted key, for an issuer that it does not belong to', 'issuer_mismatch', await sign(claims(), partner))
const none = new UnsecuredJWT(claims()).encode()
add('jose: unsecured', 'unsupported_algorithm', none)
add('jose: unsecured, with the signature of another', 'unsupported_algorithm', none + license.split('.')[2])
for (const [how, secret] of [['as raw bytes', Buffer.from(publicJwk.x, 'base64url')], ['as PEM', Buffer.from(text('main.pem'))], ['as x of the JWK', Buffer.from(publicJwk.x)]]) {
  add(`jose: HS256 with the public key ${how}`, 'unsupported_algorithm', await sign(claims(), acme, { alg: 'HS256', key: secret }))
}
add('jose: typ of a status list', 'wrong_type', await sign(claims(), acme, { typ: 'statuslist+jwt' }))
add('jose: typ JWT', 'wrong_type', await sign(claims(), acme, { typ: 'JWT' }))
add('jose: a list as a license', 'wrong_type', await list(wide(0), 2))
add('jose: a license as a list', 'status_list_wrong_type', license, license)
add('jose: bound to what nobody can check', 'unsupported_claim', await sign(claims({ bindings: { 'phase of the moon': 'full' } }), acme))
add('jose: claims of another under the signature', 'bad_signature', [license.split('.')[0], (await sign(claims({ iss: 'partner' }), acme)).split('.')[1], license.split('.')[2]].join('.'))
add('jose: expired', 'expired', await sign(claims({ exp: now - 120 }), acme))

writeFileSync(`${directory}/cases-javascript.json`, JSON.stringify(cases, null, 1))
console.log(`jose ${version('jose')} and @sd-jwt/jwt-status-list ${version('@sd-jwt/jwt-status-list')} signed, forged and altered for ${cases.length} cases`)
