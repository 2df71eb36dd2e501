import { beforeEach, describe, expect, it } from 'vitest';
import type { AssetId, Store } from '../../src/core/index.ts';
import { createKeyManager } from '../../src/custody/index.ts';
import { type Bench, createBench, toLogCommand } from './bench.ts';
import { CHAIN, openWalletBook, type WalletBook } from './wallet-book.ts';

const DAY = 86_400_000;
const SIGNING = { algorithm: 'secp256k1', purpose: 'signing' } as const;
const ETHER = 'eip155:31337/slip44:60' as AssetId;

let bench: Bench;
let book: WalletBook;
beforeEach(async () => {
  bench = await createBench({
    usage: (store) => {
      book = openWalletBook(store);
      return book.usage;
    },
  });
});

const actions = async (): Promise<readonly string[]> =>
  (await bench.store.log(0)).map(({ entry }) => JSON.parse(entry).details.action).filter((action) => !/seed|created/.test(action));
/** The same keys as another process would see them. */
const otherManager = (store: Store = bench.store) =>
  createKeyManager({ store, vault: bench.vault, clock: bench.clock, random: bench.random, command: toLogCommand, usage: book.usage });

describe('rotation by interval', () => {
  it('stands with the key, and is due to the millisecond', async () => {
    const { keys } = bench.custody;
    const key = await keys.generateKey({ ...SIGNING, tags: ['agent-wallet'], autoRotate: true, rotationIntervalDays: 90 });
    expect(key).toMatchObject({ autoRotate: true, rotationIntervalDays: 90, rotationDueAtMs: key.createdAtMs + 90 * DAY });
    expect(await keys.generateKey({ ...SIGNING, autoRotate: true })).toMatchObject({ rotationIntervalDays: 90 });
    expect(bench.key).toMatchObject({ autoRotate: false, rotationIntervalDays: null, rotationDueAtMs: null });
    expect(await keys.dueRotations(key.createdAtMs + 90 * DAY - 1)).toEqual([]);
    expect(await keys.dueRotations(key.createdAtMs + 90 * DAY)).toHaveLength(2);
    expect(await keys.dueRotations()).toEqual([]);
  });

  it('runs by itself where asked, once, moves no money and revokes nothing', async () => {
    const { keys } = bench.custody;
    const auto = await keys.generateKey({ ...SIGNING, autoRotate: true, rotationIntervalDays: 30 });
    const byHand = await keys.generateKey({ ...SIGNING, rotationIntervalDays: 1 });
    const wallet = await book.add(auto.id, auto.publicKey);
    book.balances.set(wallet.account, [{ asset: ETHER, amount: 9n }]);
    expect(await keys.runRotations()).toEqual({ rotated: [], failed: [], left: 0 });
    bench.clock.advance(30 * DAY);
    const [run, other] = await Promise.all([keys.runRotations(), otherManager().runRotations()]);
    const [rotated] = [...run.rotated, ...other.rotated];
    expect(rotated).toMatchObject({
      oldKeyId: auto.id,
      newKey: { autoRotate: true, rotationIntervalDays: 30 },
      migration: { cause: 'scheduled' },
    });
    expect(await keys.runRotations()).toEqual({ rotated: [], failed: [], left: 0 });
    expect(await keys.getKey(auto.id)).toMatchObject({ state: 'active', rotationDueAtMs: null });
    expect(await keys.dueRotations()).toMatchObject([{ keyId: byHand.id, autoRotate: false }]);
    expect(await actions()).toEqual(['key_rotated']);
    expect((await bench.store.scan('request/', { limit: 1 })).length).toBe(0);
    bench.clock.advance(30 * DAY);
    expect((await keys.runRotations()).rotated.map(({ oldKeyId }) => oldKeyId)).toEqual([rotated?.newKeyId]);
  });

  it('is not hurried by a host clock that store time does not follow, and one bad key stops no other', async () => {
    const { keys } = bench.custody;
    const bad = await keys.generateKey({ ...SIGNING, autoRotate: true, rotationIntervalDays: 1 });
    const good = await keys.generateKey({ ...SIGNING, autoRotate: true, rotationIntervalDays: 1 });
    await book.add(bad.id, bad.publicKey);
    const stray = { account: `${CHAIN}:0x${'7'.repeat(40)}`, chain: CHAIN, agent: 'a2', user: 'u1', keyId: bad.id };
    await bench.apply({ kind: 'doc.put', key: `wallet/${stray.account}`, value: stray });
    bench.clock.advance(DAY);
    const behind: Store = { ...bench.store, now: async () => good.createdAtMs };
    expect((await otherManager(behind).runRotations()).rotated).toEqual([]);
    const run = await keys.runRotations();
    expect(run.failed).toEqual([{ keyId: bad.id, code: 'KEY_INVALID' }]);
    expect(run.rotated.map(({ oldKeyId }) => oldKeyId)).toEqual([good.id]);
  });

  it('takes at most sixteen keys in one run', async () => {
    const { keys } = bench.custody;
    for (let index = 0; index < 18; index += 1)
      await keys.generateKey({ ...SIGNING, source: 'random', autoRotate: true, rotationIntervalDays: 1 });
    bench.clock.advance(DAY);
    expect(await keys.runRotations()).toMatchObject({ rotated: { length: 16 }, left: 2 });
    expect(await keys.runRotations()).toMatchObject({ rotated: { length: 2 }, left: 0 });
  });
});
