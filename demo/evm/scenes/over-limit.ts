import assert from 'node:assert/strict';
import { formatAmount, parseAmount } from '../../../src/index.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

const HOUR_MS = 3_600_000;

/** A payment that no longer fits into the day. */
export const overLimit: Scene<EvmStage> = {
  title: 'Over the daily limit',
  story: 'The bookkeeper tries 0.9 ETH more. Its day has room for 1.2 ETH, and 0.5 and two fees are gone.',
  expected: 'denied: window_limit',
  async play({ security, chain, wallets, funding, supplier }) {
    const address = wallets.bookkeeper.address;
    const spent = funding.wei - (await chain.balance(address));
    const nonce = await chain.nonce(address);
    const result = await security.agent('bookkeeper').execute({ id: 'invoice-3', to: supplier, amount: '0.9', asset: 'ETH' });
    const [reason] = result.reasons;
    const remaining = BigInt(reason?.remaining ?? -1);
    const resetsInMs = (reason?.resetsAtMs ?? 0) - Date.now();
    assert.equal(reason?.rule, 'daily');
    assert.equal(remaining, parseAmount('1.2', 18) - spent, 'what remains is the limit less what the chain really took');
    assert.ok(reason?.retryable && resetsInMs > 23 * HOUR_MS && resetsInMs < 25 * HOUR_MS, 'it fits again in a day');
    assert.equal(await chain.nonce(address), nonce, 'nothing was sent');
    return {
      actual: endOf(result),
      decision: result.decision,
      line: `${formatAmount(remaining, 18)} ETH remain today; the same request fits again in ${(resetsInMs / HOUR_MS).toFixed(1)} h.`,
    };
  },
};
