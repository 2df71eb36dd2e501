import { type AccountId, type ChainId, parseAccount } from '../../../core/index.ts';
import type { Cell, Cells } from './cell.ts';

/** Texts that are kept. Any call can bring new ones, so that all are dropped when there are so many. */
const MOST_KEPT = 1_024;
/** Longer ones are no account in any spelling, or not worth the room. */
const LONGEST_KEPT = 128;

/** Tells the cells of accounts by how calls spell them: each spelling of one chain is parsed once. */
export class AccountTexts {
  readonly #cells: Cells<string>;
  readonly #kept = new Map<string, Cell>();
  #chain: ChainId | undefined;

  constructor(cells: Cells<string>) {
    this.#cells = cells;
  }

  /** The cell of the account that a text names on a chain; what names none cannot be told. */
  of(text: string, chain: ChainId): Cell {
    return (chain === this.#chain ? this.#kept.get(text) : undefined) ?? this.#read(text, chain);
  }

  #read(text: string, chain: ChainId): Cell {
    const cell = this.#cells.of(accountOf(text, chain));
    if (chain !== this.#chain || this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#chain = chain;
    if (text.length <= LONGEST_KEPT) this.#kept.set(text, cell);
    return cell;
  }
}

/** The account that a text names; undefined where it names none. */
export function accountOf(text: string, chain?: ChainId): AccountId | undefined {
  try {
    return parseAccount(text, chain);
  } catch {
    return undefined;
  }
}
