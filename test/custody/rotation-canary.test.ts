import { expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { isCastellanError, type SecurityEvent } from '../../src/core/index.ts';
import {
  createStorageKeyManager,
  HSMKeyStorage,
  KeyDerivationService,
  MPCCoordinator,
  SoftwareKeyStorage,
} from '../../src/custody/index.ts';
import { derivePrivateKey, deriveSecret, readMnemonic } from '../../src/custody/keys/derivation.ts';
import { keyAccess } from '../../src/custody/keys/key-access.ts';
import { readKeyRecord } from '../../src/custody/keys/key-record.ts';
import { createBench, PAYLOAD, toLogCommand } from './bench.ts';
import { shownOf, spellings } from './spellings.ts';
import { openWalletBook, type WalletBook } from './wallet-book.ts';

const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const SIGNING = { algorithm: 'secp256k1', purpose: 'signing' } as const;

async function thrown(run: Promise<unknown>): Promise<unknown> {
  const error: unknown = await run.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeDefined();
  return error;
}

it('shows no secret of keys that are rotated, of stand-alone storages, or of what is derived', async () => {
  let book: WalletBook | undefined;
  const bench = await createBench({ usage: (store) => (book = openWalletBook(store)).usage });
  const { custody, store, clock, random } = bench;
  const { keys } = custody;
  const { entropy, seed } = readMnemonic(PHRASE);
  const secrets: Uint8Array[] = [entropy, seed];
  const handle = await keys.importMnemonic({ mnemonic: PHRASE, id: 'canary' });
  const old = await keys.generateKey({ ...SIGNING, seedId: 'canary', autoRotate: true, rotationIntervalDays: 1 });
  await book?.add(old.id, old.publicKey);
  const rotated = await keys.rotateKey(old.id);
  const shared = await keys.rotateKey((await keys.generateKey({ algorithm: 'ed25519', purpose: 'signing', mode: 'mpc' })).id);
  const lone = await keys.rotateKey((await keys.generateKey({ ...SIGNING, source: 'random', autoRotate: true })).id);
  for (const { newKeyId, oldKeyId } of [rotated, lone]) {
    for (const keyId of [newKeyId, oldKeyId])
      keyAccess(keys).useKey((await readKeyRecord(store, keyId)).record, (secret) => secrets.push(Uint8Array.from(secret)));
  }
  secrets.push(derivePrivateKey(seed, "m/44'/60'/1'/0/0"), deriveSecret('ed25519', seed, "m/44'/607'/0'/0'/0'"));

  const service = new KeyDerivationService({ keys });
  const raw = await service.derive(seed, "m/44'/607'/0'/0/0");
  const credentials = { accessKeyId: 'canary-credential-id', secretAccessKey: 'canary-credential-secret' };
  const storage = new SoftwareKeyStorage({ encryptionKey: 'canary passphrase', storagePath: './keys' });
  const device = new HSMKeyStorage({ provider: 'aws-cloudhsm', clusterId: 'c', credentials });
  const events: SecurityEvent[] = [];
  const own = createMemoryStore({ clock });
  const parts = { openStore: () => own, clock, random };
  const alone = createStorageKeyManager({
    ...parts,
    storage,
    command: (event) => {
      events.push(event);
      return toLogCommand(event);
    },
  });
  const mpc = new MPCCoordinator({ threshold: 2, totalParties: 3, keys: alone });
  const hsm = createStorageKeyManager({ ...parts, storage: device, command: toLogCommand });
  const key = await mpc.generateKey();
  const held = await bench.hold(PAYLOAD, { keyId: old.id });
  clock.advance(86_400_000);

  const values: unknown[] = [handle, rotated, shared, lone, service, raw, storage, device, alone, hsm, mpc, events, book];
  values.push(await alone.importMnemonic({ mnemonic: PHRASE, id: 'canary' }), await alone.rotateKey(key.id), await alone.getHealth());
  values.push(await service.derive(handle, "m/44'/607'/0'/0/0"), await service.derive('canary', "m/44'/60'/1'/0/0"));
  values.push(
    await keys.getRotation(old.id),
    await keys.dueRotations(),
    await keys.runRotations(),
    await keys.listKeys(),
    await keys.getHealth(),
  );
  values.push(await custody.rotateAttestationKey('gate'), await mpc.getSharesStatus(key.id));
  for (const broken of [
    () => custody.custodian.requestSigning(rotated.newKeyId, PAYLOAD, { permit: held.permit }),
    () => service.derive(PHRASE, "m/44'/60'/0'/0/0"),
    () => service.derive(seed, 'm/0'),
    () => service.derive({ ...handle, mnemonic: PHRASE } as never, "m/44'/60'/0'/0/0"),
    () => alone.importMnemonic({ mnemonic: PHRASE, id: 'canary' }),
    () => alone.requestSigning(key.id, PAYLOAD),
    () =>
      createStorageKeyManager({
        ...parts,
        storage: new SoftwareKeyStorage({ encryptionKey: 'canary passphrase too', storagePath: 'x' }),
        command: toLogCommand,
      }).listKeys(),
    () => hsm.generateKey(SIGNING),
    async () => new SoftwareKeyStorage({ encryptionKey: 'canary passphrase', storagePath: '', [PHRASE.slice(0, 5)]: 1 } as never),
    async () => new HSMKeyStorage({ provider: 'canary' as never, credentials }),
    async () => structuredClone(raw),
    () => keys.rotateKey(old.id, { source: 'given' } as never),
    () => keys.completeRotation(old.id, { leave: 'all' as never }),
  ]) {
    const error = await thrown(broken());
    values.push(error, (error as Error).stack, (error as Error).message, (error as Error).cause);
    values.push(isCastellanError(error) ? error.getCause() : undefined);
  }
  await alone.close();
  values.push(await thrown(alone.listKeys()), alone, storage, await store.scan('', { limit: 1_000 }), await store.log(0), bench.refused);

  const shown = shownOf(values);
  const canaries = [
    PHRASE,
    'winner thank',
    'canary passphrase',
    'canary-credential',
    held.permit.slice(-32),
    ...secrets.flatMap(spellings),
  ];
  for (const canary of canaries) {
    // The permit's secret is in its row, which is among the rows: it is looked for in everything else.
    const where = canary === held.permit.slice(-32) ? shownOf(values.filter((value) => !Array.isArray(value))) : shown;
    expect(where.includes(canary), `a secret is shown: ${canaries.indexOf(canary)}`).toBe(false);
  }
  for (const { publicKey } of [rotated.newKey, shared.newKey, lone.newKey, raw, key]) expect(shown.includes(publicKey)).toBe(true);
}, 20_000);
