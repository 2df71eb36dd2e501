import { type Capability, type Purpose, purposeOf } from '../../core/effect.ts';

/** Words for what an agent wants to do, and what each is. */
const WORDS: ReadonlyMap<string, Purpose> = new Map([
  ...(['trading', 'trade', 'swap'] as const).map((word) => [word, 'swap'] as const),
  ...(['transfers', 'transfer', 'send', 'pay', 'payment'] as const).map((word) => [word, 'transfers'] as const),
  ...(['staking', 'stake'] as const).map((word) => [word, 'stake'] as const),
  ['unstake', 'unstake'],
  ['buy', 'swap'],
  ['sell', 'swap'],
  // Of tokens, `buy` and `sell` are swaps; of collectibles they say so.
  ...(['nft', 'nft_buy'] as const).map((word) => [word, 'buy'] as const),
  ['nft_sell', 'sell'],
  ...(['mint', 'create', 'nft_create'] as const).map((word) => [word, 'create'] as const),
  ...(['governance', 'vote'] as const).map((word) => [word, 'vote'] as const),
  ['delegate', 'delegate'],
  ['propose', 'propose'],
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

/** The capability that a word means, and the one thing of it where the word says which; undefined for every other word. */
export function purposeOfWord(word: unknown): ReturnType<typeof purposeOf> | undefined {
  const purpose = typeof word === 'string' ? WORDS.get(word) : undefined;
  return purpose === undefined ? undefined : purposeOf(purpose);
}
