import { Address, beginCell, Cell, external, loadMessage, storeMessage } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalisedHash } from '../../src/adapters/ton/assemble.ts';
import { writeBoc } from '../../src/adapters/ton/boc.ts';
import type { SignedTransaction } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { localEndpoint, lyingEndpoint, ourEndpoint, Raw } from './endpoint-fixture.ts';
import { type Connection, connect, idOf, type Owner, pay, rawOf } from './node-scene.ts';

const COIN = 1_000_000_000n;
const shop = idOf(new Address(0, Buffer.alloc(32, 0x5e)));

let chain: TonDevChain;
let on: Connection;
let alice: Owner;

beforeAll(async () => {
  chain = await startTonDevChain();
  on = connect(chain.url);
  alice = on.owner('alice');
  await chain.fund(rawOf(alice.wallet), 50n * COIN);
});
afterAll(async () => {
  await on.node.close();
  await chain.close();
});

/** The same order under a signature that is none. */
function forged(signed: SignedTransaction): SignedTransaction {
  const { info, init, body } = loadMessage(Cell.fromBoc(Buffer.from(signed.raw))[0]?.beginParse() ?? Cell.EMPTY.beginParse());
  if (info.type !== 'external-in') throw new Error('not an external message');
  const slice = body.beginParse();
  const order = beginCell().storeBits(slice.loadBits(slice.remainingBits - 512));
  while (slice.remainingRefs > 0) order.storeRef(slice.loadRef());
  const other = order.storeBuffer(Buffer.alloc(64, 7)).endCell();
  const message = external({ to: info.dest, body: other, ...(init === null || init === undefined ? {} : { init }) });
  const cell = beginCell()
    .store(storeMessage(message, { forceRef: true }))
    .endCell();
  return { ...signed, raw: writeBoc(cell), hash: normalisedHash(info.dest, other) };
}

const refusing = (words: string, status = 500) => ourEndpoint(() => new Raw({ ok: false, error: words, code: status }, status));
const rejectedWith = (code: number): string =>
  `LITE_SERVER_UNKNOWN: cannot apply external message to current state : External message was not accepted\nCannot run message on account: inbound external message rejected by transaction 00:\nexitcode=${code}, steps=30, gas_used=0`;

describe('handing bytes in', () => {
  it('accepted, then known: while it waits and once it landed', async () => {
    await using slow = await startTonDevChain({ mining: 'manual' });
    const there = connect(slow.url);
    await slow.fund(rawOf(alice.wallet), 50n * COIN);
    const signed = await there.order(alice, pay(shop, COIN));
    expect(await there.node.broadcast(signed)).toEqual({ status: 'accepted', hash: signed.hash });
    expect(await there.node.broadcast(signed)).toEqual({ status: 'known', hash: signed.hash });
    await slow.mine(3);
    expect(await there.node.broadcast(signed)).toEqual({ status: 'known', hash: signed.hash });
    // Another process knows it from the chain alone.
    const elsewhere = connect(slow.url);
    expect(await elsewhere.node.broadcast(signed)).toEqual({ status: 'known', hash: signed.hash });
    await Promise.all([there.node.close(), elsewhere.node.close()]);
  });

  it('too early or too late is doubt, not refusal', async () => {
    const early = await on.order(alice, pay(shop, 1n), { slot: 9 });
    expect(await on.node.broadcast(early)).toEqual({ status: 'unknown', hash: early.hash });
    const late = on.sign(alice, await on.build(alice, pay(shop, 1n), { validUntilMs: 1_700_000_000_000 }));
    expect(await on.node.broadcast(late)).toEqual({ status: 'unknown', hash: late.hash });
  });

  it('under a signature of nobody’s it is refused for good', async () => {
    await on.node.broadcast(await on.order(alice, pay(shop, 1n)));
    const signed = await on.order(alice, pay(shop, 1n));
    expect(await on.node.broadcast(forged(signed))).toMatchObject({ status: 'rejected', detail: expect.stringContaining('exitcode=135') });
    expect((await on.node.broadcast(signed)).status).toBe('accepted');
  });

  it('one endpoint that takes them is enough, whatever the others say', async () => {
    await using down = await localEndpoint(() => new Raw('busy', 503));
    await using rude = await refusing(rejectedWith(135));
    const { node } = connect([down.url, rude.url, chain.url]);
    const signed = await on.order(alice, pay(shop, 1n));
    expect(await node.broadcast(signed)).toEqual({ status: 'accepted', hash: signed.hash });
    expect((await on.node.status(signed)).status).toBe('final');
    await node.close();
  });

  it('is refused only where each endpoint refuses', async () => {
    const signed = await on.order(alice, pay(shop, 1n));
    await using rude = await refusing(rejectedWith(135));
    await using down = await ourEndpoint(() => new Raw('busy', 503));
    const one = connect(rude.url);
    expect((await one.node.broadcast(signed)).status).toBe('rejected');
    const two = connect([rude.url, down.url]);
    expect((await two.node.broadcast(signed)).status).toBe('unknown');
    await Promise.all([one.node.close(), two.node.close()]);
  });

  it.each([
    ['another seqno (W5)', rejectedWith(133), 'unknown'],
    ['another seqno (V4)', rejectedWith(33), 'unknown'],
    ['too late (W5)', rejectedWith(136), 'unknown'],
    ['too late (V4)', rejectedWith(36), 'unknown'],
    ['too late or another key (V3)', rejectedWith(35), 'unknown'],
    ['no code yet', rejectedWith(-14), 'unknown'],
    ['another wallet id (W5)', rejectedWith(134), 'rejected'],
    ['another wallet id (V4)', rejectedWith(34), 'rejected'],
    ['a number that only begins like one', rejectedWith(1350), 'unknown'],
    ['too large', 'Failed to parse external message: too big', 'rejected'],
    ['a duplicate', 'duplicate message', 'known'],
    ['something new', 'the moon is full', 'unknown'],
    ['nothing', '', 'unknown'],
  ])('%s', async (_name, words, status) => {
    const signed = await on.order(alice, pay(shop, 1n));
    await using rude = await refusing(words);
    const { node } = connect(rude.url);
    expect((await node.broadcast(signed)).status).toBe(status);
    await node.close();
  });

  it('a message that landed is known, though the endpoint swears that it can never land', async () => {
    const signed = await on.order(alice, pay(shop, 1n));
    await on.node.broadcast(signed);
    await using rude = await lyingEndpoint(chain.url, ({ method }) =>
      method === 'sendBoc' ? new Raw({ ok: false, error: rejectedWith(135), code: 500 }, 500) : undefined,
    );
    const { node } = connect(rude.url);
    expect(await node.broadcast(signed)).toEqual({ status: 'known', hash: signed.hash });
    await node.close();
  });

  it('faults of the endpoint leave it in doubt, and the same bytes go in again', async () => {
    const signed = await on.order(alice, pay(shop, 1n));
    chain.setFaults({ errorRate: 1 });
    expect((await on.node.broadcast(signed)).status).toBe('unknown');
    chain.setFaults({ latencyMs: 300 });
    const hasty = connect(chain.url, { timeoutMs: 100 });
    expect((await hasty.node.broadcast(signed)).status).toBe('unknown');
    await hasty.node.close();
    chain.setFaults({});
    expect(['accepted', 'known']).toContain((await on.node.broadcast(signed)).status);
    expect((await on.node.status(signed)).status).toBe('final');
  });

  it('goes to no endpoint of another chain', async () => {
    await using main = await startTonDevChain({ globalId: -239 });
    const signed = await on.order(alice, pay(shop, 1n));
    const { node } = connect(main.url);
    expect((await node.broadcast(signed)).status).toBe('unknown');
    await node.close();
  });
});
