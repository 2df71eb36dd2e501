import {
  type AccountId,
  accountKey,
  type ChainAdapter,
  type ChainNode,
  type Clock,
  type SettlementStatus,
  type Token,
} from 'castellan/adapter';
import { CHAIN, COIN, codec, feeOf, moved, no, read } from './abacus-codec.ts';
import type { AbacusLedger, Entry } from './abacus-ledger.ts';

/** What talks. This chain is a neighbour in memory; with a real one each call has a deadline and each answer is checked. */
function createNode(ledger: AbacusLedger, confirmations: number, clock: Clock): ChainNode {
  const status = (hash: string, wallet: AccountId, slot: number): SettlementStatus => {
    const deep = (height: number): number => ledger.height - height + 1;
    const found = ledger.find(hash);
    if (found === undefined) {
      const other = ledger.at(accountKey(wallet), slot);
      return other !== undefined && deep(other.height) >= confirmations
        ? { status: 'replaced', by: other.entry.hash }
        : { status: 'pending' };
    }
    const { entry } = ledger.at(accountKey(wallet), slot) as { entry: Entry };
    const block = ledger.block(found.height) as { hash: string; timestampMs: number };
    if (deep(found.height) < confirmations) return { status: 'included', blockHash: block.hash, confirmations: deep(found.height) };
    const effects = [feeOf(entry.from, entry.fee, 'chain'), ...(found.success ? moved(entry, 'chain') : [])];
    const at = { confirmedAtBlock: String(found.height), confirmedAtMs: block.timestampMs, blockHash: block.hash };
    return { status: 'final', receipt: { txHash: hash, success: found.success, ...at, gasUsed: '1', feePaid: entry.fee, effects } };
  };
  return {
    chain: CHAIN,
    rebroadcastMs: null,
    verifyChain: async () => undefined,
    async quote(_action, _wallet, { ceiling = ledger.fee }) {
      if (ceiling < ledger.fee) throw no('CHAIN_REJECTED', 'The fee is above its ceiling.', 'fee_exceeds_ceiling');
      return { asset: COIN.asset, ceiling: ledger.fee, params: {} };
    },
    async simulate(tx) {
      const entry = read(tx.payload);
      const coins = (ledger.balance(entry.from, null) ?? 0n) - entry.fee;
      const held = entry.token === null ? coins : coins < 0n ? -1n : (ledger.balance(entry.from, entry.token) ?? -1n);
      const errors = held < entry.amount ? ['insufficient_funds'] : entry.nonce < ledger.nonce(entry.from) ? ['slot_behind'] : [];
      const success = errors.length === 0;
      const { hash, timestampMs } = ledger.block(ledger.height) as { hash: string; timestampMs: number };
      const report = { gasEstimate: '1', coverageLevel: 'deep' as const, caveats: ['state_may_diverge'], warnings: [], errors };
      const block = { number: String(ledger.height), hash, timestampMs };
      return { ...report, block, success, wouldRevert: false, effects: success ? moved(entry, 'simulation') : [] };
    },
    sequence: async (wallet) => ({ next: ledger.nonce(accountKey(wallet)), chainTimeMs: null }),
    async broadcast({ raw, hash }) {
      const told = ledger.submit({ ...read(raw.slice(0, -129)), hash });
      return told === 'refused' ? { status: 'rejected', hash, detail: 'The nonce is used, or the fee too low.' } : { status: told, hash };
    },
    status: async ({ hash, wallet, slot }) => status(hash, wallet, slot),
    async settle({ hash, wallet, slot }, { timeoutMs, signal }) {
      for (const dueMs = clock.monotonicMs() + timeoutMs; ; await new Promise<void>((resume) => clock.schedule(10, resume))) {
        const seen = status(hash, wallet, slot);
        if (seen.status !== 'pending' && seen.status !== 'included') return seen;
        if (clock.monotonicMs() >= dueMs || signal?.aborted === true) return { status: 'pending' };
      }
    },
    head: async () => ({ number: String(ledger.height), timestampMs: ledger.block(ledger.height)?.timestampMs ?? 0 }),
    close: async () => undefined,
  };
}

interface AbacusOptions {
  readonly ledger: AbacusLedger;
  readonly beads?: readonly Token[];
  readonly confirmations?: number;
}

/** The adapter, for `createSecurityManager({ chains: [abacus({ ledger })] })`. */
export function abacus({ ledger, beads = [], confirmations = 1 }: AbacusOptions) {
  return {
    create({ clock }: { readonly clock: Clock }): ChainAdapter {
      const node = createNode(ledger, confirmations, clock);
      return {
        family: 'abacus',
        chains: [CHAIN],
        codec,
        tokens: [COIN, ...beads],
        node(chain) {
          if (chain !== CHAIN) throw no('CHAIN_INVALID', 'This adapter serves abacus:main alone.');
          return node;
        },
      };
    },
  };
}
