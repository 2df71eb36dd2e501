import assert from 'node:assert/strict';
import { Address } from '@ton/core';
import { type Decision, formatAmount, isCastellanError } from '../../../src/index.ts';
import { drainingExtension } from '../../../test/fixtures/ton-contracts.ts';
import { deployTon, rawWallet } from '../../../test/fixtures/ton-deploy.ts';
import type { Scene } from '../../scene.ts';
import { TON_CHAIN, type TonStage } from '../stage.ts';

const TON = 1_000_000_000n;

/** What becomes of a wallet without a gate: what it has before and after, nanoton. */
async function withoutGate({ devChain, chain, operator, thief }: TonStage): Promise<readonly [bigint, bigint]> {
  const victim = await rawWallet(devChain, 'victim', 5n * TON);
  const extension = await drainingExtension(victim.address, Address.parse(thief));
  await deployTon(operator, [extension]);
  await victim.send([{ type: 'addExtension', address: extension.address }]);
  const before = await chain.balance(victim.address.toString());
  await operator.pay({ to: extension.address, value: TON / 20n });
  return [before, await chain.balance(victim.address.toString())];
}

/** Power over the wallet itself, in a message that pays nobody anything. */
export const extensionAttack: Scene<TonStage> = {
  title: 'An extension for the wallet',
  story: 'A web page has the explorer sign a message that sends no coin: it makes a contract of the thief an extension.',
  expected: 'denied: control_not_allowed',
  async play(stage) {
    const { security, chain, wallets, extension } = stage;
    const explorer = security.agent('explorer');
    const { address, account } = wallets.explorer;
    const before = [await chain.balance(address), await chain.seqno(address)];
    const bytes = await chain.message(address, [{ type: 'addExtension', address: extension.address }]);
    const refused = await explorer.signTransaction({ chain: TON_CHAIN, wallet: account, bytes }).catch((error: unknown) => error);
    assert.ok(isCastellanError(refused) && refused.code === 'REQUEST_DENIED', 'no signature came of it');
    const decision: Decision | undefined = await explorer.explain(String(refused.details['decisionId']));
    const control = decision?.effects.find(({ kind }) => kind === 'control');
    assert.ok(decision !== undefined && control?.kind === 'control' && control.aspect === 'module', 'the bytes are read for what they do');
    assert.deepEqual([await chain.balance(address), await chain.seqno(address)], before, 'nothing was sent');

    const [had, has] = await withoutGate(stage);
    assert.ok(has < had / 100n, 'the attack is a real one');
    return {
      actual: `${decision.verdict}: ${decision.reasons[0]?.code}`,
      decision,
      notes: [
        `The same message, signed by a wallet without a gate, and one touch of the extension by anybody: ${formatAmount(had, 9)} TON before, ${formatAmount(has, 9)} after.`,
      ],
      line: 'No coin moves in the bytes, and all of them are at stake: who may send is nothing that an agent decides.',
    };
  },
};
