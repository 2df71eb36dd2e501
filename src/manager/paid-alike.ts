import type { Effect } from '../core/effect.ts';
import type { AccountId, AgentId } from '../core/ids.ts';
import type { Command, Json, Store } from '../core/store.ts';
import { addAlike, alikeEnds, alikeKey, readAlike } from '../risk/index.ts';
import { readDoc } from './directory.ts';

/**
 * The commands that note whom a settled payment went to, so that imitations of it are known however many were paid since. Nothing where all are noted: O(payees),
 * whatever was paid before. Idempotent. A document that cannot be read is left as it is.
 */
export async function paidAlikeCommands(
  store: Store,
  agent: AgentId,
  wallet: AccountId,
  effects: readonly Effect[],
): Promise<readonly Command[]> {
  const payees = new Set<AccountId>();
  for (const effect of effects)
    if (
      effect.kind === 'outflow' &&
      effect.source === 'bytes' &&
      effect.account === wallet &&
      effect.counterparty !== null &&
      effect.amount > 0n
    )
      payees.add(effect.counterparty);
  const byKey = new Map<string, AccountId[]>();
  for (const payee of payees)
    for (const end of alikeEnds(payee)) {
      const key = alikeKey(agent, end);
      byKey.set(key, [...(byKey.get(key) ?? []), payee]);
    }
  const commands: Command[] = [];
  for (const [key, accounts] of byKey) {
    const { value, version } = await readDoc<Json>(store, key);
    const known = readAlike(value);
    if (known === undefined) continue;
    const noted = accounts.reduce(addAlike, known);
    if (noted !== known) commands.push({ kind: 'doc.put', key, value: noted as unknown as Json, ifVersion: version });
  }
  return commands;
}
