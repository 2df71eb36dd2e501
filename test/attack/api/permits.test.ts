import { serializeTransaction } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { payloadDigest, toHex } from '../../../src/core/digest.ts';
import { type Json, storeKey } from '../../../src/core/store.ts';
import { createSecurityManager } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { BOB, balanceOf, CAROL, configOf, FREE, fund, hookedStore, openBench, sentBy } from '../../e2e/bench.ts';
import { bytes } from '../../evm/chain-fixture.ts';
import { endOf, movableClock, nothingSent, openBook, pay, refusalOf } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

/** A bench with one permit, and the door of custody that takes one. */
async function withPermit(given: object = {}) {
  const bench = await openBook(anvil, given);
  const { security, wallet } = bench;
  const { permit = '' } = await security.agent('a1').authorize(pay('r'));
  expect(permit).toMatch(/^r\/a1\/[0-9a-f]{32}$/);
  const payload = await bench.payloadOf('r');
  const sign = (id: unknown, message: unknown = payload, keyId: unknown = wallet.keyId) =>
    refusalOf(() => security.keys.requestSigning(keyId as string, message as Uint8Array, { permit: id as string }));
  return { ...bench, permit, payload, sign };
}

const KEYS = { encryptionKey: '71'.repeat(32) };

describe('signing with a permit that is not one', () => {
  it('none, null, a number, an empty one, an object', async () => {
    await using bench = await withPermit();
    for (const id of [undefined, null, '', 7, {}, [bench.permit], { toString: () => bench.permit }, new String(bench.permit)])
      expect(await bench.sign(id)).toBe('PERMIT_REFUSED permit_unknown');
    expect(await bench.sign(bench.permit)).toBe('passed');
  });

  it('guessed, cut short, made longer, in capitals, with a secret of zeros', async () => {
    await using bench = await withPermit();
    const [requestId = '', agent = '', secret = ''] = bench.permit.split('/');
    const guesses = [
      '0'.repeat(32),
      'f'.repeat(32),
      secret.slice(0, -1),
      `${secret}0`,
      secret.toUpperCase(),
      secret.slice(1) + secret[0],
      '',
      'null',
    ];
    for (const guess of guesses.filter((text) => text !== secret))
      expect(await bench.sign(`${requestId}/${agent}/${guess}`)).toBe('PERMIT_REFUSED permit_unknown');
    for (const id of [
      `${bench.permit}/`,
      `/${bench.permit}`,
      `${bench.permit}\n`,
      ` ${bench.permit}`,
      `${requestId}/${agent}`,
      secret,
      `${agent}/${requestId}/${secret}`,
    ])
      expect(await bench.sign(id)).toBe('PERMIT_REFUSED permit_unknown');
    expect((await bench.row('r')).state).toBe('held');
  });

  it('for other bytes, by one bit, one byte more or fewer; for other types', async () => {
    await using bench = await withPermit();
    const flipped = Uint8Array.from(bench.payload);
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const others = [
      flipped,
      bench.payload.slice(1),
      bench.payload.slice(0, -1),
      Uint8Array.from([...bench.payload, 0]),
      new Uint8Array(),
      toHex(bench.payload),
      bench.payload.buffer,
      null,
    ];
    for (const other of others) expect(await bench.sign(bench.permit, other)).toBe('PERMIT_REFUSED permit_payload_mismatch');
    expect(await bench.sign(bench.permit)).toBe('passed');
  });

  it('for another key, of this agent or of another', async () => {
    await using bench = await withPermit({ agents: { a1: FREE, a2: FREE } });
    const second = await bench.security.custody.createWallet('owner', 'a1');
    const other = await bench.security.custody.createWallet('owner', 'a2');
    for (const keyId of [second.keyId, other.keyId, 'log', 'gate', '', null, '__proto__'])
      expect(await bench.sign(bench.permit, bench.payload, keyId)).toBe('PERMIT_REFUSED permit_key_mismatch');
  });

  it('of another agent, renamed to one’s own', async () => {
    await using bench = await withPermit({ agents: { a1: FREE, a2: FREE } });
    const [, , secret = ''] = bench.permit.split('/');
    expect(await bench.sign(`r/a2/${secret}`)).toBe('PERMIT_REFUSED permit_unknown');
    await bench.security.custody.createWallet('owner', 'a2').then(({ address }) => fund(anvil, address));
    expect((await bench.security.agent('a2').authorize(pay('r'))).approved).toBe(true);
    expect(await bench.sign(`r/a2/${secret}`)).toBe('PERMIT_REFUSED permit_unknown');
  });

  it('twice: one after the other, and eight times at once', async () => {
    await using bench = await withPermit();
    const ends = await Promise.all(Array.from({ length: 8 }, () => bench.sign(bench.permit)));
    expect(ends.filter((end) => end === 'passed')).toHaveLength(1);
    expect(await bench.sign(bench.permit)).toBe('PERMIT_REFUSED permit_used');
  });

  it('and then executing the request pays once, with those same bytes', async () => {
    await using bench = await withPermit();
    expect(await bench.sign(bench.permit)).toBe('passed');
    const before = await balanceOf(anvil, BOB);
    const [one, two] = await Promise.all([bench.security.agent('a1').execute(pay('r')), bench.security.agent('a1').execute(pay('r'))]);
    expect([one?.status, two?.txHash]).toEqual(['success', one?.txHash]);
    expect([await sentBy(anvil, bench.wallet), (await balanceOf(anvil, BOB)) - before]).toEqual([1, 10n ** 15n]);
  });

  it('after its minute, by host and store; and by a host clock that was set back', async () => {
    const [host, stored] = [movableClock(), movableClock()];
    const bench = await openBook(anvil, { clock: host.clock }, stored.clock);
    const { security, wallet } = bench;
    const { permit = '' } = await security.agent('a1').authorize(pay('r'));
    const payload = await bench.payloadOf('r');
    const sign = () => refusalOf(() => security.keys.requestSigning(wallet.keyId, payload, { permit }));
    for (const { move } of [host, stored]) move(60_001);
    expect(await sign()).toBe('PERMIT_REFUSED permit_expired');
    host.move(-60_001);
    expect(await sign()).not.toBe('passed');
    await security.shutdown(200);
  });

  it('by a caller who changes the bytes while they are signed', async () => {
    await using bench = await withPermit();
    const buffer = Uint8Array.from(bench.payload);
    const signing = bench.security.keys.requestSigning(bench.wallet.keyId, buffer, { permit: bench.permit });
    buffer.fill(0xff);
    await signing;
    expect((await bench.security.agent('a1').execute(pay('r'))).status).toBe('success');
  });

  it('that somebody wrote into the store, as if it were redeemed and the process had died', async () => {
    await using bench = await withPermit({ keys: KEYS });
    const { store, wallet } = bench;
    const fees = { type: 'eip1559', chainId: 31337, nonce: 0, gas: 21_000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n } as const;
    const evil = bytes(serializeTransaction({ ...fees, to: CAROL as `0x${string}`, value: 10n ** 19n }));
    const row = await bench.row('r');
    const permit = { ...row.permit, payloadDigest: payloadDigest(evil), redeemedBy: 'host/1/2' };
    const forged = { ...row, state: 'redeemed', payload: Buffer.from(evil).toString('base64'), payloadDigest: payloadDigest(evil), permit };
    const get = async (keys: readonly string[]) =>
      (await store.get(keys)).map((value, at) => (keys[at] === storeKey.request('a1', 'r') ? (forged as unknown as Json) : value));
    const next = createSecurityManager(
      configOf(anvil, { store: { open: () => ({ ...store, get, close: async () => undefined }) }, keys: KEYS }),
    );
    const before = await balanceOf(anvil, CAROL);
    expect(endOf(await next.agent('a1').execute(pay('r')))).toBe('permit_void');
    await next.shutdown(200);
    expect([await sentBy(anvil, wallet), await balanceOf(anvil, CAROL)]).toEqual([0, before]);
  });
});

describe('what was authorized under rules that are gone', () => {
  it('is not signed by its permit after the policy was tightened', async () => {
    await using bench = await withPermit();
    await bench.security.policy.updateAgent('a1', { limits: { perTransaction: '0.0001' } });
    expect(await bench.sign(bench.permit)).toBe('PERMIT_REFUSED policy_changed');
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('per_transaction_limit');
    await nothingSent(anvil, bench);
  });

  it('is not paid while the tightening and the execution race: afterwards nothing that the new policy denies is signed', async () => {
    for (let round = 0; round < 4; round += 1) {
      await using bench = await openBook(anvil);
      const { security, wallet } = bench;
      const running = Array.from({ length: 4 }, (_, n) => security.agent('a1').execute(pay(`r${n}`)));
      await new Promise((resolve) => setTimeout(resolve, round * 4));
      await security.policy.updateAgent('a1', { capabilities: { transfers: { enabled: false } } });
      const rows = await Promise.all(running.map((_, n) => bench.row(`r${n}`)));
      const open = rows.filter((row) => row !== undefined && ['redeemed', 'signed', 'broadcast', 'final'].includes(row.state)).length;
      await Promise.all(running);
      expect(await sentBy(anvil, wallet)).toBeLessThanOrEqual(open);
      expect((await security.agent('a1').execute(pay('after'))).status).toBe('policy_rejected');
    }
  });

  it('is not signed after the approvers were changed', async () => {
    const { factory, store } = hookedStore({}, { clock: systemClock() });
    const first = await openBench(anvil, { store: factory, keys: KEYS });
    const { permit = '' } = await first.security.agent('a1').authorize(pay('r'));
    const row = (await store.get([storeKey.request('a1', 'r')]))[0] as unknown as { payload: string };
    const next = createSecurityManager(
      configOf(anvil, {
        store: factory,
        keys: KEYS,
        registry: { keys: [{ id: 'ann', scheme: 'eip712', key: CAROL, roles: ['approver'] }] },
      }),
    );
    await next.ready();
    const payload = new Uint8Array(Buffer.from(row.payload, 'base64'));
    expect(await refusalOf(() => first.security.keys.requestSigning(first.wallet.keyId, payload, { permit }))).toBe(
      'PERMIT_REFUSED registry_changed',
    );
    await Promise.all([first.security.shutdown(200), next.shutdown(200)]);
  });
});
