import assert from 'node:assert/strict';
import type { AccountId, AssetId, SecurityManager } from '../src/index.ts';

/** What the log says that a wallet paid, fees included: base units by asset. */
export async function paidByLog(security: SecurityManager, agent: string, wallet: AccountId): Promise<ReadonlyMap<AssetId, bigint>> {
  const paid = new Map<AssetId, bigint>();
  const add = (asset: AssetId, amount: bigint) => paid.set(asset, (paid.get(asset) ?? 0n) + amount);
  const { entries, cursor } = await security.audit.query({
    types: ['execution_success', 'execution_failed'],
    agents: [agent],
    limit: 1_000,
  });
  assert.equal(cursor, null, 'that is all of them');
  for (const { event } of entries) {
    if (event.type !== 'execution_success' && event.type !== 'execution_failed') continue;
    const found = await security.audit.find(String(event.details['decisionId']));
    assert.ok(found?.event.type === 'decision_made', 'every execution names its decision');
    const { effects } = found.event.decision;
    if (found.event.decision.wallet !== wallet) continue;
    const fee = effects.find(({ kind }) => kind === 'fee');
    assert.ok(fee?.kind === 'fee', 'every decision knows what its fee is paid in');
    add(fee.asset, BigInt(String(event.details['feePaid'])));
    if (event.type === 'execution_failed') continue;
    for (const effect of effects) {
      if (effect.kind === 'outflow' && effect.source === 'bytes' && effect.account === wallet) add(effect.asset, BigInt(effect.amount));
    }
  }
  return paid;
}
