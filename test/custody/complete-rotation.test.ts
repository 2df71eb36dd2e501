import { beforeEach, describe, expect, it } from 'vitest';
import { type AssetId, type Json, readDoc, type Store } from '../../src/core/index.ts';
import { createKeyManager } from '../../src/custody/index.ts';
import { type Bench, createBench, expectRefused, PAYLOAD, toLogCommand, WALLET } from './bench.ts';
import { openWalletBook, type WalletBook } from './wallet-book.ts';

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

describe('completing a rotation', () => {
  it('revokes the old key once its wallets are empty, once, and in the log', async () => {
    const { keys } = bench.custody;
    const wallet = await book.add(bench.key.id, bench.key.publicKey);
    book.balances.set(wallet.account, [{ asset: ETHER, amount: 7n }]);
    const { newKeyId } = await keys.rotateKey(bench.key.id);
    const balance = { kind: 'balance', account: wallet.account, asset: ETHER, amount: '7' };
    expect(await keys.completeRotation(bench.key.id)).toEqual({ completed: false, oldKeyId: bench.key.id, newKeyId, remaining: [balance] });
    expect(await keys.completeRotation(bench.key.id, { leave: [{ asset: ETHER, atMost: '6' }] })).toMatchObject({ completed: false });
    expect((await keys.getKey(bench.key.id)).state).toBe('active');
    const done = await Promise.all(
      [keys, otherManager(), keys].map((manager) => manager.completeRotation(bench.key.id, { leave: [{ asset: ETHER, atMost: '7' }] })),
    );
    expect(done.map(({ completed }) => completed)).toEqual([true, true, true]);
    expect(await keys.getKey(bench.key.id)).toMatchObject({ state: 'revoked', revokedReason: `replaced by ${newKeyId}` });
    expect(await actions()).toEqual(['key_rotated', 'key_revoked', 'key_rotation_completed']);
    expect((await keys.getRotation(bench.key.id))?.migration).toMatchObject({ state: 'completed', moves: [] });
    await expect(keys.rotateKey(bench.key.id)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    expect((await keys.getKey(newKeyId)).state).toBe('active');
  });

  it('waits for what is under way, and voids permits that were issued before', async () => {
    const { keys, custodian } = bench.custody;
    await keys.rotateKey(bench.key.id);
    const [early, late] = [await bench.hold(PAYLOAD), await bench.hold(PAYLOAD)];
    await custodian.sign(early.permit, PAYLOAD);
    const inFlight = { kind: 'in_flight', requestId: early.requestId };
    expect(await keys.completeRotation(bench.key.id)).toMatchObject({ completed: false, remaining: [inFlight] });
    const settle = (to: 'signed' | 'final', more: object = {}) =>
      bench.apply({ kind: 'ledger.settle', agent: early.agent, requestId: early.requestId, to, ...more });
    await settle('signed', { sealed: 'AAAA', txHash: '0x1' });
    expect(await keys.completeRotation(bench.key.id)).toMatchObject({ completed: false });
    await settle('final');
    expect(await keys.completeRotation(bench.key.id)).toMatchObject({ completed: true });
    await expectRefused(bench, custodian.sign(late.permit, PAYLOAD), 'key_revoked', 'KEY_REVOKED');
  });

  it('waits for what is under way in its wallets, whatever key it was signed with', async () => {
    const { keys, custodian } = bench.custody;
    await keys.rotateKey(bench.key.id);
    const wallet = { account: WALLET, chain: 'eip155:31337', agent: 'a1', user: 'u1', keyId: bench.key.id };
    await bench.apply({ kind: 'doc.put', key: `wallet/${WALLET}`, value: wallet });
    expect(await keys.completeRotation(bench.key.id, { leave: [] }).then(({ completed }) => completed)).toBe(true);
    const other = await keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
    const next = await keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
    await bench.apply({ kind: 'doc.put', key: `wallet/${WALLET}`, value: null });
    await keys.rotateKey(next.id);
    await bench.apply({ kind: 'doc.put', key: `wallet/${WALLET}`, value: { ...wallet, keyId: next.id } });
    const held = await bench.hold(PAYLOAD, { keyId: other.id });
    await custodian.sign(held.permit, PAYLOAD);
    const inFlight = { kind: 'in_flight', account: WALLET, requestId: held.requestId };
    expect(await keys.completeRotation(next.id)).toMatchObject({ completed: false, remaining: [inFlight] });
  });

  it('is not done where a wallet cannot be looked at, or answers nonsense', async () => {
    const { keys } = bench.custody;
    const wallet = await book.add(bench.key.id, bench.key.publicKey);
    await keys.rotateKey(bench.key.id);
    const unreadable = { completed: false, remaining: [{ kind: 'unreadable', account: wallet.account }] };
    for (const amount of [undefined, '0', -1n, Number.NaN, 0]) {
      book.balances.set(wallet.account, [{ asset: ETHER, amount }] as never);
      expect(await keys.completeRotation(bench.key.id)).toMatchObject(unreadable);
    }
    book.balances.set(wallet.account, () => {
      throw new Error('down');
    });
    expect(await keys.completeRotation(bench.key.id)).toMatchObject(unreadable);
    const blind = createKeyManager({ ...bench, command: toLogCommand });
    expect(await blind.completeRotation(bench.key.id)).toMatchObject(unreadable);
    await bench.apply({ kind: 'doc.put', key: `wallet/${wallet.account}`, value: null });
    expect(await keys.completeRotation(bench.key.id), 'a wallet that vanished is looked at all the same').toMatchObject(unreadable);
    expect((await keys.getKey(bench.key.id)).state).toBe('active');
  });

  it('refuses what was never begun, what is revoked, and a strange bound', async () => {
    const { keys } = bench.custody;
    await expect(keys.completeRotation(bench.key.id)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await keys.rotateKey(bench.key.id);
    for (const leave of [
      [{ asset: ETHER, atMost: '-1' }],
      [{ asset: ETHER, atMost: '1e9' }],
      [{ asset: ETHER, atMost: 5 }],
      [{ asset: ETHER, atMost: '1'.repeat(90) }],
      [
        { asset: ETHER, atMost: '1' },
        { asset: ETHER, atMost: '2' },
      ],
      'all',
    ])
      await expect(keys.completeRotation(bench.key.id, { leave: leave as never })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await keys.revokeKey(bench.key.id, 'stolen');
    await expect(keys.completeRotation(bench.key.id)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    expect((await keys.getRotation(bench.key.id))?.migration.state).toBe('revoked');
  });

  it('does not trust a record of a rotation that cannot be one', async () => {
    const { keys } = bench.custody;
    await keys.rotateKey(bench.key.id);
    const record = (await readDoc(bench.store, `key-rotation/${bench.key.id}`))?.value as Record<string, Json>;
    for (const change of [
      { newKeyId: bench.key.id },
      { oldKeyId: 'x' },
      { wallets: [{}] },
      { v: 2 },
      { completedMs: 'now' },
      { newKeyId: '../x' },
    ]) {
      await bench.apply({ kind: 'doc.put', key: `key-rotation/${bench.key.id}`, value: { ...record, ...change } });
      await expect(keys.getRotation(bench.key.id)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
      await expect(keys.completeRotation(bench.key.id)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    }
  });
});
