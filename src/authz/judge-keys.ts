import { type AccountId, type ActionRequest, type AssetId, type DecodedTransaction, storeKey } from '../core/index.ts';
import { screenKey } from '../risk/index.ts';
import { decodedExposure, type Exposure } from './exposure.ts';
import type { JudgedTerms } from './judged-terms.ts';
import { thresholdRows } from './layers/risk-thresholds.ts';
import { capShares } from './limits/cap-shares.ts';
import { accountsOf } from './limits/ledger-accounts.ts';
import { rateBounds } from './limits/rate-bounds.ts';
import { refusalKeys } from './limits/refusals.ts';
import type { CompiledPolicy } from './policy/index.ts';
import { alikeRows, fleetRow } from './risk-readings.ts';
import { temporalState } from './temporal/meters.ts';

/** Whose rows a judgement reads. */
export interface JudgeKeysInput {
  readonly request: ActionRequest;
  readonly tx: JudgedTerms;
  readonly decoded: DecodedTransaction;
  readonly policy: CompiledPolicy;
}

/** The rows that judging this request reads: the manager gets them from one consistent state and hands them to `judge`. */
export function judgeKeys({ request, tx, decoded, policy }: JudgeKeysInput): readonly string[] {
  return exposureKeys(request, decodedExposure(decoded, tx), policy);
}

/** The rows for what effects touch: the agent's profile, counters and ledger accounts, and the screening of every party. */
export function exposureKeys(request: ActionRequest, exposure: Exposure, policy: CompiledPolicy): readonly string[] {
  const accounts = accountsOf(policy, request.agentId);
  const keys = [
    accounts.profileKey,
    ...accounts.rateKeys,
    ...refusalKeys(request.agentId),
    ...thresholdRows(request.agentId),
    ...accounts.unit.keys,
  ];
  if (policy.assetCaps.size > 0) {
    for (const asset of new Set([...exposure.spendTotals.map((total) => total.asset), exposure.fee.asset, ...declaredAsset(request)])) {
      const own = accounts.asset(asset);
      if (own !== undefined) keys.push(...own.keys);
    }
  }
  const strategy = request.context.strategy === undefined ? undefined : accounts.strategy(request.context.strategy);
  if (strategy !== undefined) keys.push(...strategy.keys);
  if (policy.temporal.length > 0) keys.push(...temporalState(policy, request.agentId).keys);
  for (const cap of policy.caps) for (const { at } of capShares(cap, request, exposure).shares) keys.push(...at.keys);
  for (const { key } of rateBounds(policy, request)) if (key !== accounts.rate.approved) keys.push(storeKey.rate(key));
  for (const party of exposure.parties) keys.push(screenRow(party), fleetRow(party), ...alikeRows(request.agentId, party));
  return keys;
}

/** Row key of an account's screening entry. */
export function screenRow(account: AccountId): string {
  return storeKey.doc(screenKey(account));
}

/** The asset that a call is said to spend, which only a simulation shows. */
function declaredAsset({ declared }: ActionRequest): readonly AssetId[] {
  return declared.asset === null ? [] : [declared.asset as AssetId];
}
