import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import * as room from '../../src/custody/index.ts';
import { derivePrivateKey, readMnemonic } from '../../src/custody/keys/derivation.ts';
import { keyAccess } from '../../src/custody/keys/key-access.ts';
import { readKeyRecord } from '../../src/custody/keys/key-record.ts';
import { createBench } from './bench.ts';

const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const PASSPHRASE = 'canary passphrase';

/** Every way that bytes are usually written. */
function spellings(secret: Uint8Array): readonly string[] {
  const bytes = Buffer.from(secret);
  const list = [...bytes];
  return [
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    list.join(','),
    list.join(', '),
    BigInt(`0x${bytes.toString('hex')}`).toString(),
    bytes.toString('hex').match(/../g)?.join(' ') ?? '',
  ].flatMap((text) => [text.toLowerCase(), text.toLowerCase().slice(0, Math.floor(text.length / 2))]);
}

it('shows no secret anywhere: results, inspection, JSON, clones, errors, events, rows', async () => {
  const bench = await createBench();
  const { custody } = bench;
  const { entropy, seed } = readMnemonic(PHRASE, PASSPHRASE);
  const secret = derivePrivateKey(seed, "m/44'/60'/0'/0/0");
  const canaries = [PHRASE, 'winner thank', PASSPHRASE, ...[entropy, seed, secret].flatMap(spellings)];

  const values: unknown[] = [custody, custody.keys, custody.custodian, custody.vault, bench.vault];
  values.push(await custody.keys.importMnemonic({ mnemonic: PHRASE, passphrase: PASSPHRASE, id: 'canary' }));
  const key = await custody.keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing', seedId: 'canary' });
  values.push(key, await custody.keys.listKeys(), await custody.keys.getKey(key.id), await custody.attestationKey('log'));
  const held = await bench.hold(new Uint8Array(50).fill(9), { keyId: key.id });
  values.push(await custody.custodian.sign(held.permit, held.payload), await custody.custodian.resume(held));
  for (const broken of [
    () => custody.custodian.sign(held.permit, held.payload),
    () => custody.keys.importMnemonic({ mnemonic: PHRASE, passphrase: PASSPHRASE, id: 'canary' }),
    () => custody.keys.importMnemonic({ mnemonic: `${PHRASE} zoo` }),
    () => custody.keys.deriveKey({ seedId: 'canary', path: "m/44'/60'/0'/0/0" }),
    async () => custody.vault.open('AAAA', 'c'),
    async () => structuredClone(custody.keys),
    async () => structuredClone(custody),
  ]) {
    const error = await broken().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeDefined();
    values.push(error, (error as Error).stack, (error as Error).message, (error as Error).cause);
  }
  values.push(await bench.store.scan('', { limit: 1000 }), await bench.store.log(0), bench.refused, room);
  values.push(await custody.keys.revokeKey(key.id, 'test'));

  const shown = values
    .flatMap((value) => [
      inspect(value, { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null, getters: true }),
      inspect(value, { depth: null, compact: true, breakLength: Infinity, maxArrayLength: null }),
      safely(() => JSON.stringify(value)),
      safely(() => inspect(structuredClone(value), { depth: null, maxArrayLength: null })),
    ])
    .join('\n')
    .toLowerCase();
  expect(shown.length).toBeGreaterThan(5_000);
  for (const canary of canaries) expect(shown.includes(canary), 'a secret is shown').toBe(false);
  // The check itself sees: what is public is found by the same search.
  expect(shown.includes(key.publicKey)).toBe(true);
});

it('exports nothing that takes a key apart', () => {
  expect(Object.keys(room).sort()).toEqual(
    [
      'COIN_TYPES',
      'KeyDerivationService',
      'createCustodian',
      'createKeyManager',
      'createSoftwareCustody',
      'loadAttestationKey',
      'openVault',
      'parseCustodyMode',
    ].sort(),
  );
});

it('does not open a key record or a seed through the vault, whatever the context', async () => {
  const { store, vault, custody, key } = await createBench();
  const contexts = [
    '',
    key.id,
    `key/${key.id}`,
    JSON.stringify(['key', 1, 'test', key.id, 'signing', 'secp256k1', key.publicKey]),
    JSON.stringify(['seed', 1, 'test', 'default', 'seed']),
  ];
  const rows = await store.scan('doc/', { limit: 1000 });
  const sealed = rows
    .flatMap((row) => Object.values((row.value as { value: Record<string, unknown> }).value ?? {}))
    .filter((value): value is string => typeof value === 'string' && value.length > 80);
  expect(sealed.length).toBeGreaterThanOrEqual(3);
  for (const text of sealed) for (const context of contexts) expect(() => vault.open(text, context)).toThrow(/KEY_DECRYPT_FAILED/);
  expect(Object.keys(custody.keys).some((name) => /sign|export|secret|private|decrypt/i.test(name))).toBe(false);
});

it('fills a private key with zeros after its use, also where that throws', async () => {
  const { store, custody, key } = await createBench();
  const { record } = await readKeyRecord(store, key.id);
  const seen: Uint8Array[] = [];
  const look = (secret: Uint8Array): void => {
    seen.push(secret);
    expect(secret.some((byte) => byte !== 0)).toBe(true);
    if (seen.length === 2) throw new Error('in use');
  };
  keyAccess(custody.keys).useKey(record, look);
  expect(() => keyAccess(custody.keys).useKey(record, look)).toThrow('in use');
  for (const secret of seen) expect([...secret]).toEqual(Array.from({ length: 32 }, () => 0));
});

function safely(run: () => string | undefined): string {
  try {
    return run() ?? '';
  } catch (error) {
    return String(error);
  }
}
