import { Address, Cell, type CommonMessageInfoInternal } from '@ton/core';
import { describe, expect, it } from 'vitest';
import type { ChainTransaction } from '../../src/adapters/ton/chain-transaction.ts';
import { outcomeOf } from '../../src/adapters/ton/outcome.ts';
import { readPayload } from '../../src/adapters/ton/payload.ts';
import type { Hop, Trace } from '../../src/adapters/ton/trace.ts';
import { BOB, buildOf, POOL, TESTNET, WALLET } from './codec-fixture.ts';
import { pay } from './node-scene.ts';

const order = readPayload(buildOf(pay(BOB, 5n)).payload, TESTNET).message;
const message = { message: { info: {}, body: Cell.EMPTY } as unknown as NonNullable<ChainTransaction['inMessage']>['message'], hash: 'h' };

const transaction = (more: Partial<ChainTransaction> = {}): ChainTransaction => ({
  account: BOB,
  hash: '',
  lt: 1n,
  timestampMs: 0,
  previousLt: 0n,
  previousHash: '',
  inMessage: null,
  outMessages: [],
  fees: 0n,
  committed: true,
  exitCode: 0,
  skippedActions: 0,
  gasUsed: 0n,
  ...more,
});
const info = (more: Partial<CommonMessageInfoInternal> = {}): CommonMessageInfoInternal => ({
  type: 'internal',
  ihrDisabled: true,
  bounce: true,
  bounced: false,
  src: new Address(0, Buffer.alloc(32)),
  dest: new Address(0, Buffer.alloc(32)),
  value: { coins: 5n },
  ihrFee: 0n,
  forwardFee: 0n,
  createdLt: 1n,
  createdAt: 0,
  ...more,
});
const first = (more: Partial<ChainTransaction> = {}): Hop => ({
  transaction: transaction({ account: WALLET, outMessages: [message], ...more }),
  message: null,
  parent: -1,
  depth: 0,
});
const then = (parent: number, more: Partial<ChainTransaction> = {}, about: Partial<CommonMessageInfoInternal> = {}): Hop => ({
  transaction: transaction(more),
  message: info(about),
  parent,
  depth: parent + 1,
});
const trace = (hops: readonly Hop[], more: Partial<Trace> = {}): Trace => ({ hops, complete: true, cut: false, ...more });

describe('the outcome of a trace', () => {
  const success = { success: true, partial: false };
  const failure = { success: false, partial: false };
  const partly = { success: false, partial: true };

  it.each<readonly [string, Trace, object]>([
    ['everything arrived', trace([first(), then(0)]), success],
    ['the contract ended with the other good code', trace([first({ exitCode: 1 }), then(0)]), success],
    ['a notice that never bounces found no gas', trace([first(), then(0), then(1, { committed: false }, { bounce: false })]), success],
    ['coins for an empty account', trace([first(), then(0, { committed: false }, { bounce: false })]), success],
    ['fewer messages than ordered', trace([first({ outMessages: [] })]), failure],
    ['more messages than ordered', trace([first({ outMessages: [message, message] }), then(0), then(0)]), partly],
    ['an action was skipped', trace([first({ skippedActions: 1 }), then(0)]), partly],
    ['the contract failed after it had let the message in', trace([first({ exitCode: 147, outMessages: [] })]), failure],
    ['the wallet’s own actions failed', trace([first({ committed: false, outMessages: [] })]), failure],
    [
      'it came back at once',
      trace([first(), then(0, { committed: false }), then(1, { account: WALLET }, { bounced: true, bounce: false })]),
      failure,
    ],
    [
      'it came back to somebody else',
      trace([first(), then(0, { committed: false }), then(1, { account: POOL }, { bounced: true, bounce: false })]),
      partly,
    ],
    [
      'it came back from farther away',
      trace([first(), then(0), then(1, { committed: false }), then(2, {}, { bounced: true, bounce: false })]),
      partly,
    ],
    ['it should have come back and could not', trace([first(), then(0, { committed: false })]), partly],
    ['nobody looked to the end', trace([first(), then(0)], { cut: true }), partly],
  ])('%s', (_name, given, expected) => expect(outcomeOf(given, order, WALLET)).toEqual(expected));
});
