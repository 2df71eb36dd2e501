import type { AccountId, AssetId, Capability, Digest, LedgerWindow, ReasonCode, Token } from '../../core/index.ts';
import type { Predicate } from './condition.ts';
import type { Rule } from './rule.ts';

/** A rule with its conditions as code. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly when: readonly Predicate[];
}

/** What a listed contract must be made of, as the chain tells it. Null pins nothing. */
export interface ContractPins {
  /** Keccak-256 (EVM) or representation hash (TON) of its code, lowercase hex. */
  readonly codeHash: string | null;
  readonly implementation: AccountId | null;
  readonly admin: AccountId | null;
  readonly owner: AccountId | null;
}

/** What may be called at one contract. */
export interface ContractEntry {
  /** Null: any method that is understood. */
  readonly selectors: ReadonlySet<string> | null;
  readonly expiresAtMs: number | null;
  /** What calling it counts as; null: what the decoder says, or `contracts`. */
  readonly capability: Capability | null;
  /** Null where it may be made of anything. */
  readonly pins: ContractPins | null;
}

/** The caps of one scope, in the smallest unit of `unit`. */
export interface CapSpec {
  /** Asset id, or `USD`. */
  readonly unit: string;
  readonly windows: readonly LedgerWindow[];
}

/** A strategy as it is checked. Null bounds nothing. */
export interface CompiledStrategy {
  readonly id: string;
  readonly capabilities: ReadonlySet<Capability> | null;
  readonly assets: ReadonlySet<AssetId> | null;
  readonly protocols: ReadonlySet<AccountId> | null;
  /** Protocols by name: their registered deployments. */
  readonly protocolNames: ReadonlySet<string>;
  readonly maxAmountPerTrade: bigint | null;
  readonly daily: CapSpec | null;
  readonly boundsSlippage: boolean;
}

/** A policy ready to judge with: parsed, resolved, compiled and hashed once. */
export interface CompiledPolicy {
  /** SHA-256 of everything that was compiled: permissions, inherited defaults and decimals. */
  readonly digest: Digest;
  /** All of it as rules, for people: highest priority first. */
  readonly rules: readonly Rule[];
  readonly deny: readonly CompiledRule[];
  readonly escalate: readonly CompiledRule[];
  readonly allow: readonly CompiledRule[];
  /** Those of them that bound nothing but how much of an asset leaves: a fee has to pass them too. */
  readonly ofAmounts: { readonly deny: readonly CompiledRule[]; readonly escalate: readonly CompiledRule[]; readonly allow: readonly [] };
  readonly tokens: ReadonlyMap<AssetId, Token>;
  readonly unit: { readonly id: string; readonly decimals: number };
  readonly unitCap: CapSpec;
  /** Assets with limits of their own, which do not count in the unit's. */
  readonly assetCaps: ReadonlyMap<AssetId, CapSpec>;
  readonly rate: { readonly maxPerHour: number; readonly cooldownMs: number };
  readonly contracts: ReadonlyMap<AccountId, readonly ContractEntry[]>;
  /** Protocols whose registered deployments may be called though no entry lists them. */
  readonly protocols: ReadonlySet<string>;
  /** Creation code that may be deployed, by its SHA-256. */
  readonly deployments: ReadonlySet<string>;
  /** Code that may stand for the wallet's own. */
  readonly delegates: ReadonlySet<AccountId>;
  /** Who may hold an allowance, beside the contracts. */
  readonly spenders: ReadonlySet<AccountId>;
  readonly destinations: ReadonlySet<AccountId>;
  /** Everyone whom the policy names; its identity stands while the policy does. */
  readonly named: readonly AccountId[];
  readonly unlimitedAllowances: boolean;
  readonly strategies: ReadonlyMap<string, CompiledStrategy>;
  readonly hours: readonly TimeWindow[];
  /** Bounds on a capability that effects cannot show. */
  readonly unverifiable: readonly { readonly capability: Capability; readonly bound: string; readonly code: ReasonCode }[];
  /** Native base units. */
  readonly maxFee: bigint | null;
  readonly requireSimulation: boolean;
  /** Age from which a simulation is repeated before anything is signed on it, ms. */
  readonly simulationStalenessMs: number;
  readonly approvalTimeoutMs: number | null;
  /** Whether a rule compares with the value in the unit. */
  readonly readsValue: boolean;
}

/** UTC hours `[startHour, endHour)` of the listed days. */
export interface TimeWindow {
  readonly type: 'allow' | 'deny';
  readonly daysOfWeek: readonly number[];
  readonly startHour: number;
  readonly endHour: number;
}
