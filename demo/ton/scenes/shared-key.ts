import assert from 'node:assert/strict';
import { parseAmount } from '../../../src/index.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

/** A wallet whose key nobody has. */
export const sharedKey: Scene<TonStage> = {
  title: 'A key in three shares, two of which sign',
  story: 'The treasurer’s key was made in three shares and never put together; two parties sign a payment of 2 TON (FROST).',
  expected: 'mpc, then success',
  async play({ security, chain, wallets, shop }) {
    const { mode, keyId } = wallets.treasurer;
    const { entries } = await security.audit.query({ types: ['key_event'], limit: 1_000 });
    const [made, ...more] = entries.filter(({ event }) => event.type === 'key_event' && event.details['keyId'] === keyId);
    assert.ok(
      made?.event.type === 'key_event' && made.event.details['mode'] === 'mpc' && more.length === 0,
      'the log knows how it was made',
    );
    const { shares, notes } = await security.getHealth();
    assert.ok(shares?.keys === 1 && shares.lost.length === 0, 'all shares are there');
    const result = await security.agent('treasurer').execute({ id: 'rent-1', to: shop, amount: '2', asset: 'TON', comment: 'rent' });
    assert.equal(endOf(result), 'success');
    assert.deepEqual(await chain.lastArrival(shop), { nanoton: parseAmount('2', 9), comment: 'rent' });
    return {
      actual: `${mode}, then ${endOf(result)}`,
      decision: result.decision,
      notes: notes.filter((note) => note.startsWith(`${shares.location}: `)),
      line: `The wallet’s contract saw one ordinary signature of key ${String(made.event.details['publicKey']).slice(0, 12)}…, which is nowhere in one piece.`,
    };
  },
};
