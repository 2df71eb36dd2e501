import assert from 'node:assert/strict';
import { Address } from '@ton/core';
import { endOf, type Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

/** Characters that match at either end; the first two of the spelling (`EQ`) are on every address. */
const ENDS = 3;
/** Most addresses to try: the checksum alone has 16 bits, and two more of the last characters are the account's own. */
const MOST_TRIES = 2_000_000;

/** An address whose friendly form has both ends of the given one: the middle varies until the checksum fits as well. */
function grind(known: string): string {
  const { hash } = Address.parse(known);
  const tail = known.slice(-ENDS);
  const poisoned = Buffer.from(hash);
  for (let index = 8; index < 24; index += 1) poisoned.writeUInt8(~hash.readUInt8(index) & 0xff, index);
  for (let tried = 0; tried < MOST_TRIES; tried += 1) {
    poisoned.writeUInt32BE(tried, 12);
    const form = new Address(0, poisoned).toString();
    if (form.endsWith(tail)) return form;
  }
  throw new Error('no address was found');
}

/** Address poisoning, in the spelling that people see. */
export const lookalike: Scene<TonStage> = {
  title: 'An address that only looks known, in base64',
  story: 'The explorer copies the address of the shop from a poisoned history: EQ and both ends are right, the middle is not.',
  expected: 'denied: address_lookalike',
  async play({ security, chain, wallets, shop }) {
    const began = performance.now();
    const poisoned = grind(shop);
    const tookMs = performance.now() - began;
    assert.ok(poisoned !== shop && poisoned.slice(0, 2 + ENDS) === shop.slice(0, 2 + ENDS), 'both ends match');
    const { address } = wallets.explorer;
    const before = await chain.balance(address);
    const result = await security.agent('explorer').execute({ id: 'ticket-3', to: poisoned, amount: '0.2', asset: 'TON' });
    assert.equal(await chain.balance(address), before, 'nothing was sent');
    assert.equal(await chain.balance(poisoned), 0n);
    return {
      actual: endOf(result),
      decision: result.decision,
      notes: [`paid before   ${shop}`, `asked for now ${poisoned}`],
      line: `${ENDS} characters match at either end, found in ${tookMs.toFixed(0)} ms: blocked, not escalated.`,
    };
  },
};
