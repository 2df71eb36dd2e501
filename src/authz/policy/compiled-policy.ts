import type { AccountId, AssetId, Capability, Digest, LedgerWindow, Operation, Token, TrustLabel } from '../../core/index.ts';
import type { TemporalRule } from '../temporal/temporal-rule.ts';
import type { OperationBound } from './bounds/bounds.ts';
import type { CapHolder, CapScope } from './caps/cap-scope.ts';
import type { CompiledRates } from './caps/compile-rates.ts';
import type { Rule } from './language/rule.ts';
import type { RuleIndex } from './language/rule-index.ts';
import type { CompiledQuorum } from './quorums/approval-quorum-schema.ts';

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
  /** Which of the things that the capability covers; null: what the decoder says. */
  readonly operation: Operation | null;
  /** Null where it may be made of anything. */
  readonly pins: ContractPins | null;
}

/** The caps of one scope, in the smallest unit of `unit`. */
export interface CapSpec {
  /** Asset id, or `USD`. */
  readonly unit: string;
  readonly windows: readonly LedgerWindow[];
}

/** A cap with a name: one account for each `scope`, over which all its windows stand. */
export interface CompiledCap {
  readonly capId: string;
  readonly scope: CapScope;
  /** Whose spending an account counts; the scope itself where that is a holder. */
  readonly of: CapHolder;
  /** Only this asset or collection counts, in its own amounts; null where everything counts, valued. */
  readonly asset: AssetId | null;
  readonly spec: CapSpec;
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
  /** Most that a trade may lose against the prices of the unit, millionths. */
  readonly maxSlippage: bigint | null;
}

/** A tree ready to judge with. Paths are labels from the root on: `treasury/spend-tier/small`. */
export type CompiledTree =
  | { readonly kind: 'allOf' | 'anyOf'; readonly path: string; readonly children: readonly CompiledTree[] }
  | { readonly kind: 'leaf'; readonly path: string; readonly policy: CompiledPolicy };

/** A policy ready to judge with: parsed, resolved, compiled and hashed once. */
export interface CompiledPolicy {
  /** SHA-256 of everything that was compiled: permissions, inherited defaults and decimals. */
  readonly digest: Digest;
  /** All of it as rules, for people: highest priority first. */
  readonly rules: readonly Rule[];
  /** The same by what they look for. */
  readonly index: RuleIndex;
  /** Those of them that bound nothing but how much of an asset leaves: a fee has to pass them too. */
  readonly ofAmounts: RuleIndex;
  readonly tokens: ReadonlyMap<AssetId, Token>;
  readonly unit: { readonly id: string; readonly decimals: number };
  readonly unitCap: CapSpec;
  /** Assets with limits of their own, which do not count in the unit's. */
  readonly assetCaps: ReadonlyMap<AssetId, CapSpec>;
  /** Caps with names, the deployment's among them. */
  readonly caps: readonly CompiledCap[];
  readonly rate: CompiledRates;
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
  /** Capabilities of which only a part is allowed. */
  readonly operationBounds: readonly OperationBound[];
  /** Most that a trade may lose against the prices of the unit, millionths. */
  readonly maxSlippage: bigint | null;
  /** Policies that have to agree beside the rules; null where there is no tree. */
  readonly tree: CompiledTree | null;
  /** Rules over what the agent did of late. */
  readonly temporal: readonly TemporalRule[];
  /** Least gas limit over the simulated gas, millionths, rounded up; null asks for nothing. */
  readonly gasBuffer: bigint | null;
  /** Native base units. */
  readonly maxFee: bigint | null;
  readonly requireSimulation: boolean;
  /** Age from which a simulation is repeated before anything is signed on it, ms. */
  readonly simulationStalenessMs: number;
  readonly approvalTimeoutMs: number | null;
  /** Who has to say yes, by what asked. */
  readonly approvalQuorums: readonly CompiledQuorum[];
  /** Whether a rule compares with the value in the unit. */
  readonly readsValue: boolean;
  /** Whether a rule compares with the code of accounts. */
  readonly readsCode: boolean;
  /** The most trusted content that a request may name as what triggered it. */
  readonly maxTrust: TrustLabel;
}

/** Hours `[startHour, endHour)` of the listed days, by the clocks of a zone. */
export interface TimeWindow {
  readonly type: 'allow' | 'deny';
  readonly daysOfWeek: readonly number[];
  readonly startHour: number;
  readonly endHour: number;
  /** Absent for UTC. */
  readonly timeZone?: string;
}
