import assert from 'node:assert/strict';
import { parseEther, serializeTransaction } from 'viem';
import { endOf, type Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

/** A ready-made transaction that does something else than its description. */
export const wordsAndBytes: Scene<EvmStage> = {
  title: 'Words that say one thing, bytes another',
  story: 'A web page hands the trader a transaction "paying the supplier 0.1 ETH"; its bytes pay 0.9 ETH to the thief.',
  expected: 'denied: intent_contradicts_effects',
  async play({ security, chain, wallets, supplier, thief }) {
    const before = await chain.balance(thief);
    const nonce = await chain.nonce(wallets.trader.address);
    const transaction = serializeTransaction({
      chainId: 31_337,
      type: 'eip1559',
      nonce,
      to: thief as `0x${string}`,
      value: parseEther('0.9'),
      gas: 21_000n,
      maxFeePerGas: 2_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
    });
    const result = await security.agent('trader').execute({
      id: 'from-a-web-page',
      transaction,
      to: supplier,
      amount: '0.1',
      asset: 'ETH',
      context: { intent: `Pay the supplier ${supplier} 0.1 ETH`, confidence: 1 },
    });
    const contradictions = result.reasons.filter(({ code }) => code === 'intent_contradicts_effects');
    assert.ok(contradictions.length >= 2, 'amount and recipient both contradict what was said');
    assert.equal(await chain.balance(thief), before);
    assert.equal(await chain.nonce(wallets.trader.address), nonce, 'nothing was sent');
    return {
      actual: endOf(result),
      decision: result.decision,
      notes: contradictions.map(({ message }) => `· ${message}`),
      line: 'The bytes were decoded and the words only compared with them; a confidence of 1 loosened nothing.',
    };
  },
};
