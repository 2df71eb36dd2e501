import { Address, Cell, loadMessage } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedTransaction } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { keysOf, type RawWallet, rawWallet, walletOf } from '../fixtures/ton-deploy.ts';
import { type Connection, connect, idOf, type Owner, pay, rawOf } from './node-scene.ts';

const COIN = 1_000_000_000n;

let chain: TonDevChain;
let on: Connection;
let alice: Owner;
let mallory: RawWallet;

beforeAll(async () => {
  chain = await startTonDevChain();
  on = connect(chain.url);
  alice = on.owner('attack landing alice');
  await chain.fund(rawOf(alice.wallet), 10n * COIN);
  mallory = await rawWallet(chain, 'attack landing mallory', 10n * COIN);
});
afterAll(async () => {
  await on?.node.close();
  await chain?.close();
});

const shop = () => idOf(walletOf(keysOf('attack landing shop').publicKey, chain).address);
/** What everybody can read off the chain once the message is out: order and signature. */
const publicBody = ({ raw }: SignedTransaction): Cell => loadMessage((Cell.fromBoc(Buffer.from(raw))[0] as Cell).beginParse()).body;
/** Sends the wallet the very body as a message from inside the chain, which its contract takes no notice of. */
const echo = (signed: SignedTransaction): Promise<void> =>
  mallory.pay({ to: Address.parse(rawOf(alice.wallet)), value: COIN / 100n, body: publicBody(signed) });

describe('a signed order that somebody copies off the chain, and sends the wallet from inside it', () => {
  it('does not make the payment look replaced', async () => {
    const ours = await on.order(alice, pay(shop(), COIN));
    expect((await on.node.broadcast(ours)).status).toBe('accepted');
    await echo(ours);
    expect(await on.node.status(ours)).toMatchObject({ status: 'final', receipt: { success: true } });
  });

  it('does not make a later payment in the same slot look replaced by bytes that expired', async () => {
    const expired = await on.order(alice, pay(shop(), COIN));
    await chain.increaseTime(200);
    expect((await on.node.status(expired)).status).toBe('expired');
    const ours = await on.order(alice, pay(shop(), 2n * COIN));
    expect(ours.slot).toBe(expired.slot);
    expect((await on.node.broadcast(ours)).status).toBe('accepted');
    await echo(expired);
    expect(await on.node.status(ours)).toMatchObject({ status: 'final', receipt: { success: true } });
    expect(await on.node.status(expired)).toEqual({ status: 'replaced', by: ours.hash });
  });
});
