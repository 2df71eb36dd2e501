import assert from 'node:assert/strict';
import { endOf, type Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

const ENDS = 5;

/** Address poisoning: an address ground until both its ends look right. */
export const lookalike: Scene<EvmStage> = {
  title: 'An address that only looks known',
  story: 'The buyer copies the address it just paid from a poisoned history: the ends are right, the middle is not.',
  expected: 'denied: address_lookalike',
  async play({ security, chain, wallets, stranger }) {
    const middle = stranger.slice(2 + ENDS, -ENDS).replace(/[0-9a-f]/gi, (digit) => ((Number.parseInt(digit, 16) + 7) % 16).toString(16));
    const poisoned = `${stranger.slice(0, 2 + ENDS)}${middle}${stranger.slice(-ENDS)}`.toLowerCase();
    const nonce = await chain.nonce(wallets.buyer.address);
    const result = await security.agent('buyer').execute({ id: 'order-2', to: poisoned, amount: '0.2', asset: 'ETH' });
    assert.equal(await chain.nonce(wallets.buyer.address), nonce, 'nothing was sent');
    assert.equal(await chain.balance(poisoned), 0n);
    return {
      actual: endOf(result),
      decision: result.decision,
      notes: [`paid before   ${stranger.toLowerCase()}`, `asked for now ${poisoned}`],
      line: `${ENDS} digits match at either end, which takes a thief about a minute to grind: blocked, not escalated.`,
    };
  },
};
