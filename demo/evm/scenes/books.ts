import assert from 'node:assert/strict';
import { formatAmount, type SecurityManager } from '../../../src/index.ts';
import type { AgentName } from '../cast.ts';
import { renderTable } from '../../print.ts';
import type { Scene } from '../../scene.ts';
import type { Stage } from '../stage.ts';

/** Money of one wallet that is gone, base units. */
interface Gone {
  readonly wei: bigint;
  readonly usdc: bigint;
}

/** What the log says an agent's wallet paid, fees included. */
async function byLog(security: SecurityManager, agent: AgentName, wallet: string): Promise<Gone> {
  let wei = 0n;
  let usdc = 0n;
  const { entries, cursor } = await security.audit.query({
    types: ['execution_success', 'execution_failed'],
    agents: [agent],
    limit: 1_000,
  });
  assert.equal(cursor, null, 'that is all of them');
  for (const { event } of entries) {
    if (event.type !== 'execution_success' && event.type !== 'execution_failed') continue;
    wei += BigInt(String(event.details['feePaid']));
    if (event.type === 'execution_failed') continue;
    const found = await security.audit.find(String(event.details['decisionId']));
    assert.ok(found?.event.type === 'decision_made', 'every execution names its decision');
    for (const effect of found.event.decision.effects) {
      if (effect.kind !== 'outflow' || effect.source !== 'bytes' || effect.account !== wallet) continue;
      if (effect.asset.includes('/erc20:')) usdc += BigInt(effect.amount);
      else wei += BigInt(effect.amount);
    }
  }
  return { wei, usdc };
}

/** What the chain says the wallet no longer has. */
async function byChain({ chain, wallets, usdc, funding }: Stage, agent: AgentName): Promise<Gone> {
  const { address } = wallets[agent];
  return { wei: funding.wei - (await chain.balance(address)), usdc: funding.usdc - (await chain.tokenBalance(usdc.address, address)) };
}

/** Log and chain tell the same story. */
export const books: Scene = {
  title: 'The books balance',
  story: 'For each wallet: what the chain says is gone, against what the log says was paid, fees included, to the last unit.',
  expected: '4 of 4 wallets agree',
  async play(stage) {
    const rows: string[][] = [];
    let agreed = 0;
    for (const agent of Object.keys(stage.wallets) as AgentName[]) {
      const gone = await byChain(stage, agent);
      const paid = await byLog(stage.security, agent, stage.wallets[agent].account);
      if (gone.wei === paid.wei && gone.usdc === paid.usdc && gone.wei > 0n) agreed += 1;
      rows.push([agent, formatAmount(gone.wei, 18), formatAmount(paid.wei, 18), formatAmount(gone.usdc, 6), formatAmount(paid.usdc, 6)]);
    }
    const notes = renderTable(['wallet', 'ETH gone from chain', 'ETH paid by log', 'USDC gone', 'USDC paid'], rows, new Set([1, 2, 3, 4]));
    return {
      actual: `${agreed} of ${rows.length} wallets agree`,
      notes,
      line: 'Nothing left a wallet that the log does not tell of, and the log tells of nothing that did not.',
    };
  },
};
