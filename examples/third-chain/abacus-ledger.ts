import { createHash } from 'node:crypto';

/** A transaction of the abacus chain, as its blocks hold it. `token` null: the coin itself. */
export interface Entry {
  readonly hash: string;
  readonly from: string;
  readonly nonce: number;
  readonly to: string;
  readonly token: string | null;
  readonly amount: bigint;
  readonly fee: bigint;
}

interface Block {
  readonly hash: string;
  readonly timestampMs: number;
  readonly entries: readonly { readonly entry: Entry; readonly success: boolean }[];
}

/** An invented chain that lives in memory: accounts, a coin, one token, blocks on demand, reorganisations. The engine that the adapter is tested on. */
export class AbacusLedger {
  readonly fee = 5n;
  readonly #genesis = new Map<string, bigint>();
  readonly #tokens: ReadonlySet<string>;
  #blocks: Block[] = [];
  #waiting: Entry[] = [];

  constructor(tokens: readonly string[]) {
    this.#tokens = new Set(tokens);
    this.mine(1);
  }

  /** Gives an account coins or tokens from before the first block. */
  fund(account: string, token: string | null, amount: bigint): void {
    this.#genesis.set(`${account}/${token}`, amount);
  }

  get height(): number {
    return this.#blocks.length;
  }

  /** The block at a height from 1. */
  block(height: number): Block | undefined {
    return this.#blocks[height - 1];
  }

  /** Null where there is no such token. */
  balance(account: string, token: string | null): bigint | null {
    if (token !== null && !this.#tokens.has(token)) return null;
    let sum = this.#genesis.get(`${account}/${token}`) ?? 0n;
    for (const { entries } of this.#blocks) {
      for (const { entry, success } of entries) {
        if (token === null && entry.from === account) sum -= entry.fee;
        if (!success || entry.token !== token) continue;
        if (entry.from === account) sum -= entry.amount;
        if (entry.to === account) sum += entry.amount;
      }
    }
    return sum;
  }

  /** The next nonce of an account. */
  nonce(account: string): number {
    return this.#blocks.flatMap(({ entries }) => entries).filter(({ entry }) => entry.from === account).length;
  }

  /** Where a transaction is, or which other one has its place. */
  find(hash: string): { readonly height: number; readonly success: boolean } | undefined {
    const index = this.#blocks.findIndex(({ entries }) => entries.some(({ entry }) => entry.hash === hash));
    if (index < 0) return undefined;
    return { height: index + 1, success: this.#blocks[index]?.entries.find(({ entry }) => entry.hash === hash)?.success === true };
  }

  /** The transaction that took an account's nonce. */
  at(account: string, nonce: number): { readonly entry: Entry; readonly height: number } | undefined {
    for (const [index, { entries }] of this.#blocks.entries())
      for (const { entry } of entries) if (entry.from === account && entry.nonce === nonce) return { entry, height: index + 1 };
    return undefined;
  }

  /** Takes a transaction to wait for a block. */
  submit(entry: Entry): 'accepted' | 'known' | 'refused' {
    if (this.find(entry.hash) !== undefined || this.#waiting.some(({ hash }) => hash === entry.hash)) return 'known';
    if (entry.nonce < this.nonce(entry.from) || entry.fee < this.fee) return 'refused';
    this.#waiting.push(entry);
    return 'accepted';
  }

  /** Makes blocks; the first one takes what waits and fits. */
  mine(count: number): void {
    for (let made = 0; made < count; made += 1) {
      const index = this.#blocks.push({ hash: '', timestampMs: 1_800_000_000_000 + this.height * 1_000, entries: [] }) - 1;
      for (const entry of this.#waiting) this.#include(index, entry);
      const text = `${this.#blocks[index - 1]?.hash}/${this.#blocks[index]?.entries.map(({ entry }) => entry.hash).join()}/${Math.random()}`;
      this.#blocks[index] = { ...(this.#blocks[index] as Block), hash: createHash('sha256').update(text).digest('hex') };
      this.#waiting = this.#waiting.filter(({ from, nonce }) => nonce >= this.nonce(from));
    }
  }

  /** Replaces the newest blocks by empty ones; what was in them is forgotten. */
  reorganise(count: number): void {
    this.#blocks = this.#blocks.slice(0, -count);
    this.#waiting = [];
    this.mine(count);
  }

  #include(index: number, entry: Entry): void {
    const { from, nonce, token, amount, fee } = entry;
    const coins = this.balance(from, null) ?? 0n;
    if (nonce !== this.nonce(from) || coins < fee) return;
    const success = (token === null ? coins - fee : (this.balance(from, token) ?? -1n)) >= amount;
    const block = this.#blocks[index] as Block;
    this.#blocks[index] = { ...block, entries: [...block.entries, { entry, success }] };
  }
}
