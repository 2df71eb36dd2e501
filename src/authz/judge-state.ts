import type { AccountId, ActionRequest, ContractFacts, Doc, Json, PriceSource, SimulationReport, TimeMs } from '../core/index.ts';
import type { ListLook, MarketInput } from '../risk/index.ts';
import { type LookedUp, type RiskReadings, readingsOf } from './risk-readings.ts';

/** Rows as the store answered them, in the order of their keys. */
export interface JudgeRows {
  readonly keys: readonly string[];
  readonly values: readonly (Json | undefined)[];
}

/** Dry run of the exact bytes. */
export type Simulate = (signal: AbortSignal) => Promise<SimulationReport> | SimulationReport;

/** The state behind the facts: rows that were read for this judgement, prices, the chain. Seen only inside `fact`. */
export interface JudgeState {
  /** A row; undefined where the store has none. @throws TypeError for a row that nobody read: absent and unread are not the same */
  row(key: string): Json | undefined;
  /** The value of a document row; undefined where there is none. */
  doc(key: string): Json | undefined;
  readonly price: PriceSource | undefined;
  readonly market: MarketInput | undefined;
  /** What the lists in memory say; undefined where none are configured. */
  readonly lists: ListLook | undefined;
  /** What the patterns of fraud are told; undefined where a record keeps none. */
  readonly readings: RiskReadings | undefined;
  /** What a listed contract is made of now; undefined where that could not be read. */
  contract(account: AccountId): ContractFacts | undefined;
  /** Null where nothing can simulate. */
  readonly simulate: Simulate | null;
}

/** What a judgement's state is made of. */
export interface StateParts {
  readonly rows: JudgeRows;
  readonly price?: PriceSource | undefined;
  readonly market?: MarketInput | undefined;
  readonly lists?: ListLook | undefined;
  readonly contracts?: ReadonlyMap<AccountId, ContractFacts> | undefined;
  readonly lookedUp?: LookedUp | undefined;
  /** Whose they are, and of when. */
  readonly request?: Pick<ActionRequest, 'agentId'>;
  readonly nowMs?: TimeMs;
  readonly simulate: Simulate | null;
}

/** State over rows read together. `more` are rows that had to be read later. */
export class ReadState implements JudgeState {
  readonly #rows: JudgeRows;
  readonly #more: JudgeRows | undefined;
  readonly #parts: StateParts;
  #readings: RiskReadings | undefined;
  readonly price: PriceSource | undefined;
  readonly market: MarketInput | undefined;
  readonly lists: ListLook | undefined;
  readonly simulate: Simulate | null;

  constructor(parts: StateParts, more?: JudgeRows) {
    if (parts.rows.keys.length !== parts.rows.values.length) throw new TypeError('rows and keys do not match');
    this.#rows = parts.rows;
    this.#more = more;
    this.#parts = parts;
    this.price = parts.price;
    this.market = parts.market;
    this.lists = parts.lists;
    this.simulate = parts.simulate;
  }

  row(key: string): Json | undefined {
    const at = this.#rows.keys.indexOf(key);
    if (at >= 0) return this.#rows.values[at] ?? undefined;
    const later = this.#more?.keys.indexOf(key) ?? -1;
    if (later < 0) throw new TypeError(`the row ${key} was not read`);
    return this.#more?.values[later] ?? undefined;
  }

  contract(account: AccountId): ContractFacts | undefined {
    return this.#parts.contracts?.get(account);
  }

  get readings(): RiskReadings | undefined {
    this.#readings ??= stateReadings(this.#parts, this.#more);
    return this.#readings;
  }

  doc(key: string): Json | undefined {
    const found = this.row(key);
    return found === undefined ? undefined : ((found as unknown as Doc).value as Json);
  }
}

/** What rows and look-ups tell the patterns of fraud: the same for a judgement and for its record. @throws TypeError for a row that nobody read */
export function stateReadings({ rows, lookedUp, request, nowMs }: StateParts, more: JudgeRows | undefined): RiskReadings | undefined {
  if (request === undefined || nowMs === undefined) return undefined;
  const row = (key: string): Json | undefined => {
    const at = rows.keys.indexOf(key);
    const later = at >= 0 ? -1 : (more?.keys.indexOf(key) ?? -1);
    if (at < 0 && later < 0) throw new TypeError(`the row ${key} was not read`);
    return (at >= 0 ? rows.values[at] : more?.values[later]) ?? undefined;
  };
  return readingsOf({ agent: request.agentId, nowMs, keys: [...rows.keys, ...(more?.keys ?? [])], row, lookedUp });
}
