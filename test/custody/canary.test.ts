import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { isCastellanError, readDoc } from '../../src/core/index.ts';
import * as room from '../../src/custody/index.ts';
import { derivePrivateKey, deriveSecret, readMnemonic } from '../../src/custody/keys/derivation.ts';
import { keyAccess } from '../../src/custody/keys/key-access.ts';
import { readKeyRecord } from '../../src/custody/keys/key-record.ts';
import { readPhraseKey } from '../../src/custody/keys/phrase-key.ts';
import { keyCipher } from '../../src/custody/keys/vault.ts';
import { createDkgParty } from '../../src/custody/mpc/dkg-party.ts';
import { createSigningParty } from '../../src/custody/mpc/party.ts';
import { readShareRecords, shareContext, shareDoc } from '../../src/custody/mpc/share-record.ts';
import { frost, identifierOf, toSuiteGroup } from '../../src/custody/mpc/suite.ts';
import { type Bench, createBench } from './bench.ts';
import { safely, spellings } from './spellings.ts';

const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const PASSPHRASE = 'canary passphrase';
const KEY_PHRASE =
  'hospital stove relief fringe tongue always charge angry urge sentence again match nerve inquiry senior coconut label tumble carry category beauty bean road solution';

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

it('shows no secret of an ed25519 key, of its phrase, or of any party', async () => {
  const bench = await createBench({ key: { algorithm: 'ed25519', mode: 'mpc' } });
  const { custody, store, key } = bench;
  const { entropy, seed } = readMnemonic(PHRASE, PASSPHRASE);
  await custody.keys.importMnemonic({ mnemonic: PHRASE, passphrase: PASSPHRASE, id: 'canary' });
  const derived = await custody.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing', seedId: 'canary' });
  const imported = await custody.keys.importKey({ mnemonic: KEY_PHRASE, format: 'ton' });
  const secrets = [
    entropy,
    seed,
    deriveSecret('ed25519', seed, "m/44'/607'/0'"),
    await readPhraseKey({ mnemonic: KEY_PHRASE, format: 'ton' }),
    ...(await openShares(bench)),
  ];
  const group = frost.combineSecret(
    secrets.slice(-3, -1).map((signingShare, index) => ({ identifier: identifierOf(index + 1), signingShare })),
    { min: 2, max: 3 },
  );
  const canaries = [PHRASE, 'winner thank', PASSPHRASE, KEY_PHRASE, 'hospital stove', ...[...secrets, group].flatMap(spellings)];

  const shares = keyAccess(custody.keys).shares;
  const { record } = await readKeyRecord(store, key.id);
  const loaded = await shares.load(record);
  const open = { shares, loaded, made: shares.generate('never-stored', { threshold: 2, total: 3, epoch: 1 }) };
  const values: unknown[] = [custody, custody.keys, custody.mpc, open, derived, imported, await custody.keys.listKeys()];
  values.push(await custody.mpc.getSharesStatus(key.id), await custody.mpc.sharesHealth());
  const session = { id: 's', message: new Uint8Array(32), group: toSuiteGroup(loaded.group), signers: [1, 2] };
  const secretOfOne = Uint8Array.from(secrets.at(-3) as Uint8Array);
  const party = createSigningParty({ number: 1, label: 'l', random: bench.random, openShare: () => secretOfOne });
  const maker = createDkgParty({ number: 1, threshold: 2, total: 3, label: 'l', random: bench.random });
  values.push(party.commit(session), party, maker, maker.commitTo(2));
  for (const keyId of [key.id, derived.id, imported.id]) {
    const held = await bench.hold(new Uint8Array(50).fill(9), { keyId });
    values.push(await custody.custodian.sign(held.permit, held.payload), await custody.custodian.resume(held));
  }
  const stolen = (await readDoc(store, shareDoc(key.id, 1)))?.value as object;
  for (const n of [2, 3]) await bench.apply({ kind: 'doc.put', key: shareDoc(key.id, n), value: { ...stolen, party: n } });
  const held = await bench.hold(new Uint8Array(50).fill(9), { keyId: key.id });
  for (const broken of [
    () => custody.custodian.sign(held.permit, held.payload),
    () => custody.keys.importKey({ mnemonic: KEY_PHRASE, format: 'ton' }),
    () => custody.keys.importKey({ mnemonic: `${KEY_PHRASE} zoo`, format: 'ton' }),
    () => custody.keys.importKey({ mnemonic: KEY_PHRASE, format: 'ton', password: PASSPHRASE }),
    () => custody.keys.importMnemonic({ mnemonic: KEY_PHRASE }),
    () => custody.keys.deriveKey({ seedId: 'canary', path: "m/44'/607'/0'" }),
    async () => party.signShare('s', []),
    async () => maker.hear(new Map()),
    async () => structuredClone(party),
    async () => structuredClone(custody.mpc),
  ]) {
    const error = await broken().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeDefined();
    values.push(error, (error as Error).stack, (error as Error).message, (error as Error).cause);
    values.push(isCastellanError(error) ? error.getCause() : undefined);
  }
  values.push(await store.scan('', { limit: 1000 }), await store.log(0), bench.refused);

  const shown = values
    .flatMap((value) => [
      inspect(value, { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null, getters: true }),
      inspect(value, { depth: null, compact: true, breakLength: Infinity, maxArrayLength: null }),
      safely(() => JSON.stringify(value)),
    ])
    .join('\n')
    .toLowerCase();
  for (const canary of canaries) expect(shown.includes(canary), 'a secret is shown').toBe(false);
  for (const { publicKey } of [key, derived, imported]) expect(shown.includes(publicKey)).toBe(true);
  expect(shown).toContain('party-2: unreadable');
});

it('exports nothing that takes a key apart', () => {
  expect(Object.keys(room).sort()).toEqual(
    [
      'COIN_TYPES',
      'HSMKeyStorage',
      'KeyDerivationService',
      'MPCCoordinator',
      'SoftwareKeyStorage',
      'createStorageKeyManager',
      'rotateAttestationKey',
      'verifyHandovers',
      'createCustodian',
      'createRecoveryManager',
      'recoveryCredentialsDigest',
      'recoveryStatement',
      'createKeyManager',
      'createMPCCoordinator',
      'createSoftwareCustody',
      'loadAttestationKey',
      'openVault',
      'parseCustodyMode',
      'seatUserDesk',
      'userKey',
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

/** The shares of the bench's key, as only the vault's own key opens them. */
async function openShares({ store, vault, key }: Bench): Promise<readonly Uint8Array[]> {
  const { record } = await readKeyRecord(store, key.id);
  return (await readShareRecords(store, record)).map((share) => {
    if (share === undefined) throw new Error('no share');
    return keyCipher(vault).open(share.ciphertext, shareContext('test', share, key.publicKey));
  });
}
