import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cell } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { verifyEd25519 } from '../../src/core/signature.ts';
import { type RequestRow, storeKey } from '../../src/core/store.ts';
import {
  createKeyManager,
  createSecurityManager,
  HSMKeyStorage,
  KeyDerivationService,
  MPCCoordinator,
  SoftwareKeyStorage,
} from '../../src/index.ts';
import { lastingStore, type Place, refusal, startTon } from './environment.ts';

const environment: Readonly<Record<string, string | undefined>> = { KEY_ENCRYPTION_KEY: '7a'.repeat(32) };

describe('the key manager', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'castellan-reference-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const managerOf = (path: string) => {
    const storage = new SoftwareKeyStorage({ encryptionKey: environment['KEY_ENCRYPTION_KEY'], storagePath: join(folder, path) });
    return createKeyManager({ storage, store: (storagePath) => sqliteStore({ path: storagePath }) });
  };

  it('generates, shows, lists, rotates and revokes, and what it keeps is sealed', async () => {
    await using keyManager = managerOf('keys');
    const key = await keyManager.generateKey({
      algorithm: 'ed25519',
      purpose: 'signing',
      tags: ['agent-wallet'],
      autoRotate: true,
      rotationIntervalDays: 90,
    });
    expect(key).toMatchObject({
      algorithm: 'ed25519',
      purpose: 'signing',
      tags: ['agent-wallet'],
      autoRotate: true,
      rotationIntervalDays: 90,
    });
    expect(key.rotationDueAtMs).toBe(key.createdAtMs + 90 * 86_400_000);
    const rotationResult = await keyManager.rotateKey(key.id);
    expect((await keyManager.getKey(rotationResult.newKeyId)).replaces).toBe(key.id);
    await keyManager.revokeKey(key.id, 'compromised');
    expect(await keyManager.getKey(key.id)).toMatchObject({ state: 'revoked', revokedReason: 'compromised' });
    expect((await keyManager.listKeys({ state: 'active' })).map(({ id }) => id)).toEqual([rotationResult.newKeyId]);
    expect(await keyManager.getHealth()).toMatchObject({ vaultOpen: true });
    expect(await refusal(() => keyManager.requestSigning(key.id, new Uint8Array(32)))).toMatch(/PERMIT_REFUSED|KEY_REVOKED/);
    expect(await refusal(() => keyManager.requestSigning(rotationResult.newKeyId, new Uint8Array(32)))).toBe('PERMIT_REFUSED');
    expect(readFileSync(join(folder, 'keys')).includes(environment['KEY_ENCRYPTION_KEY'] ?? '')).toBe(false);
  });

  it('needs no more than a storage, and makes a signing key where nothing else is said', async () => {
    const storage = new SoftwareKeyStorage({ encryptionKey: environment['KEY_ENCRYPTION_KEY'], storagePath: join(folder, 'alone') });
    await using keyManager = createKeyManager({ storage } as Parameters<typeof createKeyManager>[0]);
    const key = await keyManager.generateKey({ autoRotate: true, rotationIntervalDays: 90 } as Parameters<
      typeof keyManager.generateKey
    >[0]);
    expect(key).toMatchObject({ algorithm: 'ed25519', purpose: 'signing', autoRotate: true, rotationIntervalDays: 90 });
    expect(readFileSync(join(folder, 'alone')).length).toBeGreaterThan(0);
  });

  it('opens what it kept with the same secret only', async () => {
    const first = managerOf('again');
    const { id } = await first.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
    await first.close();
    await using second = managerOf('again');
    expect((await second.getKey(id)).id).toBe(id);
    const storage = new SoftwareKeyStorage({ encryptionKey: '7b'.repeat(32), storagePath: join(folder, 'again') });
    await using other = createKeyManager({ storage, store: (path) => sqliteStore({ path }) });
    expect(await refusal(() => other.generateKey({ algorithm: 'ed25519', purpose: 'signing' }))).toBe('KEY_DECRYPT_FAILED');
  });

  it('a device can be named, and until it can be reached no key is made anywhere else', async () => {
    const storage = new HSMKeyStorage({
      provider: 'aws-cloudhsm',
      clusterId: 'cluster-xyz',
      credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'], secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] },
    });
    await using keyManager = createKeyManager({ storage, store: () => lastingStore() });
    expect(await refusal(() => keyManager.generateKey({ algorithm: 'ed25519', purpose: 'signing' }))).toBe('MODE_UNAVAILABLE');
  });
});

describe('derivation', () => {
  const derivation = new KeyDerivationService();
  const path = derivation.getPath({ purpose: 44, coinType: 607, account: 0, change: 0, index: 0 });

  it('spells the path of TON', () => {
    expect(path).toBe("m/44'/607'/0'/0/0");
  });

  it('derives from a master key of the caller’s own, the same key each time and another at another index', async () => {
    const masterKey = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
    const childKey = await derivation.derive(masterKey, path);
    expect([childKey.algorithm, childKey.publicKey.length]).toEqual(['ed25519', 64]);
    expect((await derivation.derive(masterKey, path)).publicKey).toBe(childKey.publicKey);
    const next = derivation.getPath({ purpose: 44, coinType: 607, account: 0, change: 0, index: 1 });
    expect((await derivation.derive(masterKey, next)).publicKey).not.toBe(childKey.publicKey);
  });

  it('derives from a seed in the vault, which keeps what is secret', async () => {
    const storage = new SoftwareKeyStorage({ encryptionKey: environment['KEY_ENCRYPTION_KEY'], storagePath: 'seed' });
    await using keyManager = createKeyManager({ storage, store: () => lastingStore() });
    const masterKey = await keyManager.createSeed({});
    const childKey = await derivation.derive(masterKey, path);
    expect((await keyManager.getKey(childKey.key.id)).publicKey).toBe(childKey.publicKey);
    expect(JSON.stringify(childKey)).not.toMatch(/secret|private/i);
  });
});

describe('parties that share a key', () => {
  it('those of other processes are named, and unavailable when they are needed', async () => {
    const mpc = new MPCCoordinator({
      threshold: 2,
      totalParties: 3,
      parties: [
        { id: 'user', endpoint: 'https://user-device' },
        { id: 'platform', endpoint: 'https://platform-hsm' },
        { id: 'backup', endpoint: 'https://backup-service' },
      ],
    });
    expect(await refusal(() => mpc.getSharesStatus('any'))).toBe('MODE_UNAVAILABLE');
  });

  it('those of this process tell where their shares are', async () => {
    const storage = new SoftwareKeyStorage({ encryptionKey: environment['KEY_ENCRYPTION_KEY'], storagePath: 'shares' });
    await using keys = createKeyManager({ storage, store: () => lastingStore() });
    const mpc = new MPCCoordinator({
      threshold: 2,
      totalParties: 3,
      parties: [{ id: 'user' }, { id: 'platform' }, { id: 'backup' }],
      keys,
    });
    const { id: keyId } = await mpc.generateKey();
    const shareStatus = await mpc.getSharesStatus(keyId);
    expect(shareStatus).toMatchObject({ threshold: 2, total: 3, available: 3, canSign: true });
    expect(shareStatus.parties.map(({ id, available }) => [id, available])).toEqual([
      ['user', true],
      ['platform', true],
      ['backup', true],
    ]);
  });
});

describe('asking the parties for a signature', () => {
  let place: Place;
  beforeAll(async () => {
    place = await startTon();
  });
  afterAll(async () => {
    await place?.close();
  });

  it('takes a permit for that very message, and gives it once', async () => {
    const binding = place.binding();
    await using security = createSecurityManager({ ...binding, custody: { mode: 'mpc' } });
    const wallet = await security.custody.createWallet('user-1', 'agent-1');
    await place.fund(wallet, 10);
    await security.policy.updateAgent('agent-1', {
      capabilities: { transfers: { enabled: true } },
      limits: { unit: 'TON', perTransaction: 5, daily: 5 },
      requireApproval: false,
    });
    const agent = security.agent('agent-1');
    const request = { id: 'r1', to: place.address('payee'), amount: '1', asset: 'TON' };
    const { permit = '', approved } = await agent.authorize(request);
    expect(approved).toBe(true);
    const [row] = await binding.store.open().get([storeKey.request(agent.agentId, 'r1' as never)]);
    const message = new Uint8Array(Buffer.from((row as unknown as RequestRow).payload ?? '', 'base64'));
    const other = Uint8Array.from(message, (byte, index) => (index === message.length - 1 ? byte ^ 1 : byte));
    const { keys } = security;
    expect(await refusal(() => keys.requestSigning(wallet.keyId, message))).toBe('PERMIT_REFUSED');
    expect(await refusal(() => keys.requestSigning(wallet.keyId, other, { permit }))).toBe('PERMIT_REFUSED');
    const signature = await keys.requestSigning(wallet.keyId, message, { permit });
    const [cell] = Cell.fromBoc(Buffer.from(message));
    const isGood = verifyEd25519(Buffer.from(wallet.publicKey ?? '', 'hex'), cell?.hash() ?? new Uint8Array(), signature.signature);
    expect(isGood).toBe(true);
    expect(await refusal(() => keys.requestSigning(wallet.keyId, message, { permit })), 'once').toBe('PERMIT_REFUSED');
  });
});
