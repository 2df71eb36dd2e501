import type { Capability } from '../../core/effect.ts';

/** Words for what an agent wants to do, and the capability that each is. */
const WORDS: ReadonlyMap<string, Capability> = new Map([
  ...(['trading', 'trade', 'swap', 'buy', 'sell'] as const).map((word) => [word, 'trading'] as const),
  ...(['transfers', 'transfer', 'send', 'pay', 'payment'] as const).map((word) => [word, 'transfers'] as const),
  ...(['staking', 'stake', 'unstake'] as const).map((word) => [word, 'staking'] as const),
  ...(['nft', 'mint'] as const).map((word) => [word, 'nft'] as const),
  ...(['governance', 'vote'] as const).map((word) => [word, 'governance'] as const),
  ...(['contracts', 'contract', 'contract_call', 'call'] as const).map((word) => [word, 'contracts'] as const),
  ...(['approvals', 'approval', 'approve'] as const).map((word) => [word, 'approvals'] as const),
]);

/** The type that a request for each capability declares. */
export const TYPE_OF: Readonly<Record<Capability, string>> = {
  trading: 'trade',
  transfers: 'transfer',
  staking: 'stake',
  nft: 'nft',
  governance: 'vote',
  contracts: 'contract_call',
  approvals: 'approve',
};

/** The capability that a word means; undefined for every other word. */
export function capabilityOf(word: unknown): Capability | undefined {
  return typeof word === 'string' ? WORDS.get(word) : undefined;
}
