import { canonicalize } from '../../core/canonical.ts';
import type { Decision } from '../../core/decision.ts';
import { taggedDigest } from '../../core/digest.ts';
import type { Effect } from '../../core/effect.ts';
import type { AccountId, AgentId, AssetId, RequestId, TimeMs } from '../../core/ids.ts';
import type { Command, Json, RequestRow, Store } from '../../core/store.ts';
import { readDoc } from '../directory.ts';

/** A right over the wallet's money that settled and was not taken back, as the store keeps it. */
export interface Grant {
  readonly agent: AgentId;
  readonly owner: AccountId;
  /** Who may take it: the spender of an allowance, or the operator of a collection. */
  readonly spender: AccountId;
  /** Null for an operator, who may move everything of `collection`. */
  readonly asset: AssetId | null;
  readonly collection: AccountId | null;
  /** Base units as granted, not what is left of it. */
  readonly amount: string;
  readonly expiresAtMs: TimeMs | null;
  readonly requestId: RequestId;
  readonly decisionId: string;
  /** When it settled, in the chain's time; of a signature, when it was seen to be used. */
  readonly atMs: TimeMs;
}

/** Prefix of the documents of an agent's grants, or of all agents'. */
export const grantsOf = (agent?: AgentId): string => (agent === undefined ? 'grant/' : `grant/${agent}/`);

const grantKey = ({ agent, owner, spender, asset, collection }: Grant): string =>
  grantsOf(agent) + taggedDigest('castellan.grant.v1', canonicalize({ owner, spender, asset, collection })).slice(0, 32);

function toGrant(effect: Effect, base: Pick<Grant, 'agent' | 'requestId' | 'decisionId' | 'atMs'>): Grant | undefined {
  if (effect.kind === 'allowance') {
    const { owner, spender, asset, expiresAtMs } = effect;
    return { ...base, owner, spender, asset, collection: null, amount: effect.amount.toString(), expiresAtMs };
  }
  if (effect.kind !== 'operator') return undefined;
  const { owner, operator: spender, collection } = effect;
  return { ...base, owner, spender, asset: null, collection, amount: effect.approved ? 'unlimited' : '0', expiresAtMs: null };
}

/**
 * The commands that write down what a settled request has granted or taken back: part of the step that settles it. The chain's
 * own record of what happened goes over what was decided. What settled later stands; losing a race for a document refuses the
 * step, and the caller repeats it.
 */
export async function grantCommands(
  store: Store,
  row: RequestRow,
  decision: Pick<Decision, 'effects'> | undefined,
  seen: readonly Effect[],
  atMs: TimeMs,
): Promise<readonly Command[]> {
  const base = { agent: row.agent, requestId: row.requestId, decisionId: row.decisionId, atMs };
  const latest = new Map<string, Grant>();
  for (const effect of [...(decision?.effects ?? []).filter(({ source }) => source === 'bytes'), ...seen]) {
    const grant = toGrant(effect, base);
    if (grant === undefined || grant.owner !== row.wallet) continue;
    const key = grantKey(grant);
    // A chain's event tells no end; what was decided does.
    latest.set(key, { ...grant, expiresAtMs: grant.expiresAtMs ?? latest.get(key)?.expiresAtMs ?? null });
  }
  const commands: Command[] = [];
  for (const [key, grant] of latest) {
    const { value: known, version } = await readDoc<Grant>(store, key);
    if (known !== undefined && known.atMs > atMs) continue;
    const isTakenBack = grant.amount === '0';
    if (isTakenBack && known === undefined) continue;
    commands.push({ kind: 'doc.put', key, value: isTakenBack ? null : (grant as unknown as Json), ifVersion: version });
  }
  return commands;
}
