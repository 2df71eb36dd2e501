import type { Json } from './store.ts';
import type { LayerName, Verdict } from './verdict.ts';

/**
 * What a judgement was made from beside its facts, as a decision keeps it: enough to judge again without store, chain, price or
 * clock. JSON-safe throughout; what has its usual value is left out.
 */
export type DecisionInput = {
  readonly v: 1;
  /** The exact bytes that a key would sign, base64; the decision's `payloadDigest` is over them. */
  readonly payload?: string;
  /** Type that the request declared. */
  readonly type: string;
  /** What was asked for: its kind, and the terms that the effects are compared with. */
  readonly action: Json;
  /** True where it is the terms of the action once more. */
  readonly declared?: Json;
  /** What the agent said of it. */
  readonly context?: Json;
  readonly feeCeiling?: string;
  readonly notAfterMs?: number;
  readonly narrow?: Json;
  readonly expect?: Json;
  /** Asset and ceiling of the fee. */
  readonly fee: readonly [asset: string, ceiling: string];
  /** Chain and wallet of the bytes, where they are not the request's. */
  readonly of?: readonly [chain: string, wallet: string];
  readonly signature?: Json;
  /** Another transaction of ours held the same place; true where this one does nothing but keep it from landing. */
  readonly cancels?: boolean;
  /** Escalations that approvals answered. */
  readonly satisfied?: readonly string[];
  /** Settings of the layers that are not the defaults. */
  readonly settings?: Readonly<Record<string, Json>>;
  /** Present where the layer for it asked for a dry run and was given a report. */
  readonly simulation?: Json;
  /** Facts of the market, where there were any. */
  readonly market?: Json;
  /** The agent's profile, less the counterparties that nothing in the request is like. */
  readonly profile?: Json;
  /** Block-list entries of accounts in the effects. */
  readonly screened?: readonly (readonly [account: string, entry: Json])[];
  /** What was looked up for the patterns of fraud: attempts, contracts, quotes, symbols, tags and the fleet. */
  readonly readings?: Json;
  /** Versions of the screening lists in memory, which were lacking, and what they said of accounts in the effects. */
  readonly lists?: Json;
  /** The agent's own scores of before, and its alarms by habits in the last day, where there were any. */
  readonly scores?: Json;
  readonly alarms?: number;
  /** Where the store refused what the layers had come to: which layer it was put to, and what they had said. */
  readonly overruled?: { readonly layer: LayerName | null; readonly verdict: Verdict };
};
