import { type AgentId, type Clock, createDeadlines, type Digest, type PriceSource, type Verdict } from '../../core/index.ts';
import { createJudge } from '../judge.ts';
import { judgeKeys } from '../judge-keys.ts';
import type { CompiledPolicy } from '../policy/index.ts';
import { sinceKey, temporalCounters } from '../temporal/meters.ts';
import { type Probe, probeActions } from './probe-actions.ts';

/** An action about which two policies do not agree. */
export interface ProbeDifference {
  readonly action: string;
  readonly before: Verdict;
  readonly after: Verdict;
  /** Codes of the reasons on the side that is stricter. */
  readonly reasons: readonly string[];
}

/** What trying actions at the edges of both policies showed. */
export interface PolicyComparison {
  readonly tried: number;
  /** Probes beyond the bound, which were not tried. */
  readonly leftOut: number;
  readonly newlyDenied: readonly ProbeDifference[];
  readonly newlyAllowed: readonly ProbeDifference[];
  readonly newlyEscalated: readonly ProbeDifference[];
}

const STILL: Clock = { nowMs: () => 0, monotonicMs: () => 0, schedule: () => ({ cancel: () => undefined }) };
const AGENT = 'probe' as AgentId;
const LISTS = { approved: 'newlyAllowed', escalated: 'newlyEscalated', denied: 'newlyDenied' } as const;

/**
 * Judges actions at the edges of two policies by both: an agent that has done nothing yet, every token worth one of the unit,
 * risk and simulation left out, so that nothing but the policies speaks.
 *
 * @example
 * ```ts
 * import { type AssetId, comparePolicies, compilePolicy, DEFAULT_POLICY_BASE } from 'castellan';
 *
 * const tokens = [{ asset: 'eip155:1/slip44:60' as AssetId, symbol: 'ETH', decimals: 18 }];
 * const policyOf = (perTransaction: number) =>
 *   compilePolicy({ capabilities: { transfers: { enabled: true } }, limits: { unit: 'ETH', perTransaction } }, tokens, DEFAULT_POLICY_BASE);
 * const { newlyDenied, newlyAllowed } = await comparePolicies(policyOf(2), policyOf(1));
 * console.log(newlyDenied.length > 0, newlyAllowed.length); // true 0
 * ```
 */
export async function comparePolicies(before: CompiledPolicy, after: CompiledPolicy): Promise<PolicyComparison> {
  const { probes, leftOut } = probeActions([before, after]);
  const lists = { newlyDenied: [] as ProbeDifference[], newlyAllowed: [] as ProbeDifference[], newlyEscalated: [] as ProbeDifference[] };
  const judge = createJudge({
    clock: STILL,
    deadlines: createDeadlines(STILL),
    settings: { riskEnabled: false, enableSimulation: false, fraudDetectionEnabled: false, allowUnenforced: true },
  });
  for (const probe of probes) {
    const [old, now] = await Promise.all([before, after].map((policy) => judge.judge(inputOf(probe, policy))));
    if (old === undefined || now === undefined || old.verdict === now.verdict) continue;
    const stricter = RANK[now.verdict] > RANK[old.verdict] ? now : old;
    const reasons = [...new Set(stricter.reasons.map(({ code }) => code))];
    lists[LISTS[now.verdict]].push({ action: probe.name, before: old.verdict, after: now.verdict, reasons });
  }
  return { tried: probes.length, leftOut, ...lists };
}

const RANK: Readonly<Record<Verdict, number>> = { approved: 0, escalated: 1, denied: 2 };
const DIGEST = '00'.repeat(32) as Digest;

function inputOf({ chain, wallet, type, effects, atMs }: Probe, policy: CompiledPolicy) {
  const [token] = [...policy.tokens.values()].filter(({ asset }) => asset.startsWith(`${chain}/`));
  const fee = { asset: token?.asset ?? policy.unit.id, ceiling: 0n, params: {} } as never;
  const request = {
    id: 'probe',
    tenant: 'probe',
    agentId: AGENT,
    userId: 'probe',
    wallet,
    chain,
    type,
    action: { kind: 'calls', calls: [] },
    declared: { asset: null, amount: null, destination: null },
    context: { intent: '' },
    feeCeiling: null,
    notAfterMs: null,
    narrow: null,
    receivedAtMs: atMs,
    bodyDigest: DIGEST,
  } as const;
  const tx = { chain, wallet, fee };
  const decoded = { effects, calls: [], complete: true };
  const keys = judgeKeys({ request, tx, decoded, policy });
  // An agent that never lived without its rules over history: they look back on nothing, and miss nothing.
  const since = { version: 1, value: { temporal: Object.fromEntries(temporalCounters(policy).map((counter) => [counter, 0])) } };
  return {
    request,
    tx,
    decoded,
    policy,
    rows: { keys, values: keys.map((key) => (key === sinceKey(AGENT) ? since : undefined)) },
    simulate: null,
    satisfied: new Set<never>(),
    tokens: [...policy.tokens.values()],
    price: priceOf(policy),
    nowMs: atMs,
    deadlineMs: atMs + 1,
  };
}

/** Every token is worth one of the unit. */
function priceOf({ tokens, unit }: CompiledPolicy): PriceSource {
  return {
    price(asset) {
      const token = tokens.get(asset);
      return token === undefined
        ? undefined
        : { numerator: 10n ** BigInt(unit.decimals), denominator: 10n ** BigInt(token.decimals), atMs: 0 };
    },
  };
}
