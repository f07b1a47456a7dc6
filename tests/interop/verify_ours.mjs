// jose and @sd-jwt/jwt-status-list verify what the program made, and refuse what was altered or is for another.
//
//     node verify_ours.mjs DIR        DIR as make.sh leaves it
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { getListFromStatusListJWT, getStatusListFromJWT } from '@sd-jwt/jwt-status-list'

globalThis.crypto ??= webcrypto
const directory = process.argv[2]
const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version
const text = (file) => readFileSync(`${directory}/${file}`, 'utf8')
const jwks = JSON.parse(text('keys.json'))
const names = readdirSync(directory).filter((file) => file.endsWith('.lic')).map((file) => file.slice(0, -4))
const token = (name) => text(`${name}.lic`).split('\n')[1]
const lists = new Map(readdirSync(`${directory}/www`).map((name) => [`https://status.acme.example/${name}`, text(`www/${name}`).trim()]))
const VALUES = { suspended: 2, revoked: 1, superseded: 3 }

const asLicense = { algorithms: ['EdDSA'], typ: 'licentia+jwt', issuer: 'acme', audience: 'editor', requiredClaims: ['sub', 'jti', 'iat'] }
const keys = createLocalJWKSet(jwks)
let marked = 0
for (const name of names.filter((name) => name !== 'future')) {
  const { payload } = await jwtVerify(token(name), keys, asLicense)
  assert.equal(payload.sub, name)
  const { idx, uri } = getStatusListFromJWT(token(name))
  const list = lists.get(uri)
  await jwtVerify(list, keys, { algorithms: ['EdDSA'], typ: 'statuslist+jwt', issuer: 'acme', subject: uri })
  const value = getListFromStatusListJWT(list).getStatus(idx)
  assert.equal(value, VALUES[name] ?? 0, name)
  if (value) marked++
}
const { payload } = await jwtVerify(token('valid'), keys, asLicense)
assert.deepEqual(payload.limits, { edition: 'pro', seats: 5 })

const [header, , signature] = token('valid').split('.')
const refused = [
  jwtVerify(token('future'), keys, asLicense),
  jwtVerify(token('valid'), keys, { ...asLicense, audience: 'viewer' }),
  jwtVerify(token('rotated'), createLocalJWKSet({ keys: jwks.keys.slice(0, 1) }), asLicense),
  jwtVerify(`${header}.${token('rotated').split('.')[1]}.${signature}`, keys, asLicense),
  jwtVerify([...lists.values()][0], keys, { ...asLicense, audience: undefined }),
]
for (const one of await Promise.allSettled(refused)) assert.match(one.reason?.code ?? 'taken', /^ERR_J/)
console.log(`jose ${version('jose')} verifies ${names.length - 1} licenses and ${lists.size} status lists of ours, ` +
  `@sd-jwt/jwt-status-list ${version('@sd-jwt/jwt-status-list')} finds ${marked} marked in them, and ${refused.length} others are refused`)
