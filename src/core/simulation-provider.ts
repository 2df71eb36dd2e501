import type { AssetChange } from './asset-change.ts';
import type { AccountId, ChainId } from './ids.ts';
import type { Call } from './transaction.ts';

/** What a provider is asked about: facts of the exact bytes, nothing that an agent said. */
export interface SimulationQuestion {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  /** Who signs and pays: another account than the wallet where that is a contract. */
  readonly sender: AccountId;
  /** The wallet's own calls. */
  readonly calls: readonly Call[];
  /** The unsigned bytes in the chain's own serialization. */
  readonly payload: Uint8Array;
}

/** What a provider says. Anything else than this counts as no answer. */
export interface SimulationAnswer {
  /** Whether the transaction would succeed. */
  readonly success: boolean;
  /** Net changes, at least all of the wallet's own, fees apart; absent where the provider judges without measuring. */
  readonly changes?: readonly Pick<AssetChange, 'account' | 'asset' | 'delta'>[];
  /** `warning` asks a person; `malicious` denies. */
  readonly verdict?: 'benign' | 'warning' | 'malicious';
  /** Why, in words. */
  readonly notes?: readonly string[];
}

/**
 * A second opinion about a transaction from somebody else's simulation. Any number may be configured; each can only deny or
 * ask a person, never allow.
 *
 * @example
 * ```ts
 * import type { SimulationProvider } from 'castellan';
 *
 * const scanner: SimulationProvider = {
 *   name: 'scanner',
 *   async simulate({ calls }) {
 *     return { success: true, verdict: calls.length > 10 ? 'warning' : 'benign' };
 *   },
 * };
 * console.log(scanner.name); // scanner
 * ```
 */
export interface SimulationProvider {
  readonly name: string;
  /** Simulates. Is given up when `signal` aborts; whoever does not answer in time has not answered. */
  simulate(question: SimulationQuestion, signal: AbortSignal): Promise<SimulationAnswer>;
}

/** What became of asking somebody else, as a simulation report carries it. */
export interface SecondOpinion {
  readonly name: string;
  /** `disputed`: it comes to something else than our own simulation. `missing`: no proper answer in time. */
  readonly outcome: 'agrees' | 'disputed' | 'malicious' | 'warning' | 'missing';
  readonly detail: string;
  /** False where the deployment does without this one's answer: only `missing` is forgiven. */
  readonly required: boolean;
}
