import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import {
  createAttestationKey,
  createSecurityManager,
  isCastellanError,
  type SecurityConfig,
  type SecurityManager,
} from '../../src/index.ts';

/** Of the published test vectors of `@ton/crypto`. */
const PHRASE =
  'hospital stove relief fringe tongue always charge angry urge sentence again match nerve inquiry senior coconut label tumble carry category beauty bean road solution';
const PUBLIC_KEY = 'f6c450a16bb1c514e22f1977e390a3025599aa1e7b00068a6aacf2119484c1bd';
const NOWHERE = 'http://127.0.0.1:1';
let open: SecurityManager | undefined;
afterEach(async () => {
  await open?.shutdown(100);
  open = undefined;
});

function manager(more: Partial<SecurityConfig> = {}): SecurityManager {
  open = createSecurityManager({
    chains: [evm({ chain: 'eip155:31337', rpcUrl: NOWHERE, confirmations: 1 }), ton({ chain: 'ton:-3', endpoint: NOWHERE })],
    authorization: { defaultLimits: { unit: 'TON' } },
    ...more,
  });
  return open;
}
async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    return isCastellanError(error) ? error.code : String(error);
  }
  return 'nothing thrown';
}

describe('the key of a new wallet', () => {
  it('may be one that was imported, at the address that wallet has everywhere', async () => {
    const { keys, custody } = manager();
    const { keyId, publicKey } = await keys.importKey({ mnemonic: PHRASE, format: 'ton' });
    const wallet = await custody.createWallet('owner', 'a1', { chain: 'ton:-3', keyId });
    expect([wallet.keyId, wallet.publicKey, publicKey]).toEqual([keyId, PUBLIC_KEY, PUBLIC_KEY]);
    expect((await keys.listKeys()).map((key) => key.keyId)).toEqual([keyId]);
  });

  it('signs for one agent, on the chains that it fits', async () => {
    const { keys, custody } = manager();
    const fresh = await custody.createWallet('owner', 'a1', { chain: 'ton:-3' });
    const make = (agent: string, options: object) => codeOf(custody.createWallet('owner', agent, options as never));
    expect(await make('a2', { chain: 'ton:-3', keyId: fresh.keyId })).toBe('KEY_INVALID');
    expect(await make('a1', { chain: 'eip155:31337', keyId: fresh.keyId })).toBe('KEY_INVALID');
    expect(await make('a1', { chain: 'ton:-3', keyId: fresh.keyId, mode: 'mpc' })).toBe('KEY_INVALID');
    expect(await make('a1', { chain: 'ton:-3', keyId: 'nobody' })).toBe('KEY_UNKNOWN');
    const imported = await keys.importKey({ mnemonic: PHRASE, format: 'ton' });
    const raced = await Promise.all([
      make('a1', { chain: 'ton:-3', keyId: imported.keyId }),
      make('a2', { chain: 'ton:-3', keyId: imported.keyId }),
    ]);
    expect(raced.filter((code) => code === 'nothing thrown').length).toBe(1);
    await keys.revokeKey(fresh.keyId, 'test');
    expect(await make('a1', { chain: 'ton:-3', keyId: fresh.keyId })).toBe('KEY_REVOKED');
  });

  it('is shared out where the deployment or the wallet says so, and health says where the shares are', async () => {
    const security = manager({ custody: { mode: 'mpc' } });
    expect((await security.getHealth()).shares).toMatchObject({ location: 'none', keys: 0 });
    const wallet = await security.custody.createWallet('owner', 'a1', { chain: 'ton:-3' });
    expect(wallet.mode).toBe('mpc');
    expect(await security.keys.getSharesStatus(wallet.keyId)).toMatchObject({ threshold: 2, total: 3, available: 3, canSign: true });
    const { shares, notes } = await security.getHealth();
    expect(shares).toEqual({ location: 'in-process', keys: 1, degraded: [], lost: [] });
    expect(notes.join(' ')).toMatch(/in-process/);
    // No threshold signature of the other curve can be shipped.
    expect(await codeOf(security.custody.createWallet('owner', 'a1', { chain: 'eip155:31337' }))).toBe('MODE_UNAVAILABLE');
    expect((await security.custody.createWallet('owner', 'a1', { chain: 'eip155:31337', mode: 'software' })).mode).toBe('software');
  });

  it('is not shared out within one process in production', async () => {
    const owner = createAttestationKey(
      'olivia',
      new Uint8Array(32).map((_, index) => index),
    );
    const registry = {
      keys: [{ id: 'olivia', scheme: 'ed25519' as const, key: Buffer.from(owner.publicKey).toString('hex'), roles: ['owner' as const] }],
    };
    const folder = await mkdtemp(join(tmpdir(), 'castellan-keys-'));
    const production = { production: true, registry, keys: { encryptionKey: '11'.repeat(32) } };
    const store = () => sqliteStore({ path: join(folder, 'keys.sqlite') });
    const problem = (run: Promise<unknown>) => run.then(String, (error: Error) => error.message);
    expect(await problem(manager({ ...production, store: store(), custody: { mode: 'mpc' } }).ready())).toMatch(/in-process/);
    const sound = manager({ ...production, store: store() });
    const wallet = { chain: 'ton:-3', mode: 'mpc' } as const;
    expect(await codeOf(sound.custody.createWallet('owner', 'a1', wallet))).toBe('MODE_UNAVAILABLE');
    expect((await sound.custody.createWallet('owner', 'a1', { chain: 'ton:-3' })).mode).toBe('software');
    await sound.shutdown(100);
    const careless = manager({ ...production, production: false, store: store() });
    await careless.custody.createWallet('owner', 'a1', wallet);
    await careless.shutdown(100);
    expect(await problem(manager({ ...production, store: store() }).ready())).toMatch(/in-process/);
    await rm(folder, { recursive: true });
  });
});
