import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { toHex } from '../../src/core/digest.ts';
import { permitId } from '../../src/core/index.ts';
import { createSoftwareCustody, openVault } from '../../src/custody/index.ts';
import { deciding, ENCRYPTION_KEY, HASHES, PAYLOAD, toLogCommand } from './bench.ts';
import { openWalletBook } from './wallet-book.ts';

const SIGNING = { algorithm: 'secp256k1', purpose: 'signing' } as const;

function answerOf(child: ChildProcess, ...send: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) => reject(new Error(`the process ended: ${signal ?? code}`)));
    if (send.length > 0) child.send(send);
  });
}

const folder = mkdtempSync(join(tmpdir(), 'castellan-keys-'));
const path = join(folder, 'store.db');
const clock = systemClock();
const random = systemRandom();
const store = await createSqliteStore({ path, clock, random });
const vault = await openVault({ store, random, tenant: 'test', encryptionKey: ENCRYPTION_KEY });
const book = openWalletBook(store);
const parts = { store, clock, random, vault, hashes: HASHES, redeemerId: 'p1', command: toLogCommand, usage: book.usage };
const { keys, custodian } = createSoftwareCustody(parts);
const children: ChildProcess[] = [];

async function start(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('keys-process.ts', import.meta.url)), [path], { execArgv: [] });
  children.push(child);
  expect(await answerOf(child)).toBe('ready');
  return child;
}

let child: ChildProcess;
beforeAll(async () => {
  child = await start();
});
afterAll(async () => {
  for (const each of children) each.kill('SIGKILL');
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Permits for a key, each of a request of its own, in one commit. */
async function permits(keyId: string, count: number): Promise<readonly string[]> {
  const nowMs = clock.nowMs();
  const made = Array.from({ length: count }, () => {
    const [agent, requestId, secret] = ['a1', `r${toHex(random.bytes(6))}`, toHex(random.bytes(16))] as const;
    return {
      id: permitId(agent, requestId, secret),
      step: { commands: deciding(PAYLOAD, { agent, requestId, keyId, secret, nowMs }).commands },
    };
  });
  const results = await store.apply(made.map(({ step }) => step));
  expect(results.every(({ ok }) => ok)).toBe(true);
  return made.map(({ id }) => id);
}
const openRequests = async (): Promise<number> => (await store.scan('open/', { limit: 1_000 })).length;
const told = async (action: string, keyId: string): Promise<number> =>
  (await store.log(0)).filter(({ entry }) => entry.includes(action) && entry.includes(`"keyId":"${keyId}"`)).length;

describe('two processes on one file', () => {
  it('a key revoked in one signs nothing more in the other, from its very next permit on', async () => {
    const key = await keys.generateKey(SIGNING);
    const [first = '', second = '', third = ''] = await permits(key.id, 3);
    expect(await answerOf(child, 'sign', first)).toBe('ok');
    await keys.revokeKey(key.id, 'stolen');
    expect(await answerOf(child, 'sign', second)).toBe('key_revoked');
    await expect(custodian.sign(third, PAYLOAD)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    const other = await keys.generateKey(SIGNING);
    expect(await answerOf(child, 'revoke', other.id)).toBe('revoked');
    expect(await keys.getKey(other.id)).toMatchObject({ state: 'revoked', revokedReason: 'told to' });
  });

  it('no permit is redeemed behind the revocation, however close they come', async () => {
    for (let round = 1; ; round += 1) {
      const key = await keys.generateKey(SIGNING);
      const ids = await permits(key.id, 100);
      const before = await openRequests();
      const all = answerOf(child, 'signAll', ...ids) as Promise<readonly string[]>;
      while ((await openRequests()) < before + 5) await new Promise((resolve) => setImmediate(resolve));
      await keys.revokeKey(key.id, 'stolen');
      const then = await openRequests();
      const codes = await all;
      const passed = codes.filter((code) => code === 'ok').length;
      expect(codes.slice(passed).every((code) => code === 'key_revoked')).toBe(true);
      expect(await openRequests()).toBe(then);
      if (passed < ids.length) return;
      expect(round, 'rounds in which the revocation came last').toBeLessThan(8);
    }
  });

  it('rotating and completing at once in both is done once', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => keys.generateKey(SIGNING)));
    const [first] = made;
    if (first === undefined) throw new Error('no key');
    await book.add(first.id, first.publicKey);
    for (const { id } of made) {
      const [theirs, ours] = await Promise.all([answerOf(child, 'rotate', id), keys.rotateKey(id)]);
      expect(theirs).toBe(ours.newKeyId);
      expect(await told('key_rotated', id)).toBe(1);
      expect((await keys.listKeys()).filter(({ replaces }) => replaces === id)).toHaveLength(1);
    }
    const done = await Promise.all([answerOf(child, 'complete', first.id), keys.completeRotation(first.id)]);
    expect(done).toMatchObject([true, { completed: true }]);
    expect(await told('key_rotation_completed', first.id)).toBe(1);
  });

  it('a process that dies in the middle of a rotation leaves all of it or none', async () => {
    const key = await keys.generateKey(SIGNING);
    const heirs = async () => (await keys.listKeys()).filter(({ replaces }) => replaces === key.id);
    await expect(answerOf(await start(), 'die', key.id, 'before')).rejects.toThrow('SIGKILL');
    expect(await keys.getRotation(key.id)).toBeUndefined();
    expect(await heirs()).toEqual([]);
    await expect(answerOf(await start(), 'die', key.id, 'after')).rejects.toThrow('SIGKILL');
    const left = await keys.getRotation(key.id);
    expect(left).toMatchObject({ oldKeyId: key.id, newKey: { replaces: key.id, state: 'active' }, migration: { state: 'open' } });
    expect((await keys.rotateKey(key.id)).newKeyId).toBe(left?.newKeyId);
    expect(await heirs()).toHaveLength(1);
    expect(await told('key_rotated', key.id)).toBe(1);
  });
});
