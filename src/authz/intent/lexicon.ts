/** What somebody can ask for, and what bytes can do. */
export type IntentAction =
  | 'transfer'
  | 'approve'
  | 'trade'
  | 'stake'
  | 'unstake'
  | 'claim'
  | 'liquidity'
  | 'bridge'
  | 'deploy'
  | 'vote'
  | 'borrow';

/** Which side of a trade: what is bought comes in, what is sold leaves. */
export type IntentDirection = 'buy' | 'sell';

/** What a trade is made with, where words name it: a spot trade is no future. */
export type IntentProduct = 'spot' | 'limit' | 'future' | 'option' | 'leverage' | 'arbitrage' | 'fiat' | 'exchange';

/** What one word can mean. */
export interface WordMeaning {
  /** Everything that does what the word asks for. */
  readonly actions?: readonly IntentAction[];
  readonly direction?: IntentDirection;
  readonly product?: IntentProduct;
  /** `verb` asks; `noun` names as often as it asks (`order`); `told` tells of something (`bought`). */
  readonly form: 'verb' | 'noun' | 'told';
}

type Row = readonly [string, Omit<WordMeaning, 'form'>];

/** In the forms that ask. What may be done in several ways names them all, and what needs an allowance names that as well. */
const VERBS: readonly Row[] = [
  ['send pay transfer remit refund donate airdrop wire forward reimburse give', { actions: ['transfer'] }],
  ['approve revoke', { actions: ['approve'] }],
  ['swap trade convert', { actions: ['trade'] }],
  ['buy purchase acquire', { actions: ['trade'], direction: 'buy' }],
  ['sell liquidate', { actions: ['trade'], direction: 'sell' }],
  ['stake restake', { actions: ['stake'] }],
  ['unstake unbond', { actions: ['unstake'] }],
  ['withdraw', { actions: ['unstake', 'transfer', 'liquidity', 'trade'] }],
  ['deposit lend', { actions: ['stake', 'transfer', 'liquidity', 'trade', 'approve'] }],
  ['claim harvest', { actions: ['claim'] }],
  ['bridge', { actions: ['bridge', 'transfer', 'approve'] }],
  ['deploy mint', { actions: ['deploy', 'approve'] }],
  ['vote', { actions: ['vote'] }],
  ['borrow', { actions: ['borrow', 'trade', 'approve'] }],
];

const NOUNS: readonly Row[] = [
  ['payment tip gift reimbursement', { actions: ['transfer'] }],
  ['exchange order position', { actions: ['trade'] }],
  ['long', { direction: 'buy' }],
  ['short', { direction: 'sell' }],
  ['liquidity', { actions: ['liquidity', 'approve'] }],
  ['create launch issue', { actions: ['deploy', 'approve'] }],
  ['spot', { product: 'spot' }],
  ['limit', { product: 'limit' }],
  ['futures future perpetual perp perps', { actions: ['trade'], product: 'future' }],
  ['option options', { product: 'option' }],
  ['leverage leveraged', { product: 'leverage' }],
  ['arbitrage', { actions: ['trade'], product: 'arbitrage' }],
  ['fiat', { product: 'fiat' }],
  ['dex', { product: 'exchange' }],
];

const TOLD: readonly Row[] = [
  ['sending sent paying paid transferring transferred refunded airdropped', { actions: ['transfer'] }],
  ['approving approved', { actions: ['approve'] }],
  ['swapping swapped trading traded exchanged exchanging converted', { actions: ['trade'] }],
  ['buying bought purchased', { actions: ['trade'], direction: 'buy' }],
  ['selling sold', { actions: ['trade'], direction: 'sell' }],
  ['staking staked', { actions: ['stake', 'unstake', 'claim'] }],
  ['unstaking unstaked', { actions: ['unstake'] }],
  ['withdrawn withdrawing withdrawal', { actions: ['unstake', 'transfer', 'liquidity', 'trade'] }],
  ['deposited depositing', { actions: ['stake', 'transfer', 'liquidity', 'trade', 'approve'] }],
  ['claimed claiming', { actions: ['claim'] }],
  ['bridged bridging', { actions: ['bridge', 'transfer', 'approve'] }],
  ['deployed deploying minted', { actions: ['deploy', 'approve'] }],
  ['voted voting', { actions: ['vote'] }],
  ['borrowed borrowing', { actions: ['borrow', 'trade', 'approve'] }],
];

function toEntries(rows: readonly Row[], form: WordMeaning['form']): readonly (readonly [string, WordMeaning])[] {
  return rows.flatMap(([list, meaning]) => list.split(' ').map((word) => [word, { ...meaning, form }] as const));
}

/** Every word that means something, in lower case. */
export const LEXICON: ReadonlyMap<string, WordMeaning> = new Map([
  ...toEntries(VERBS, 'verb'),
  ...toEntries(NOUNS, 'noun'),
  ...toEntries(TOLD, 'told'),
]);

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Begins the mention of something that is there already: what it names was done, and is not what is asked. */
export const MENTIONS = words('last latest previous recent specified earlier existing');
/** Ends such a mention, and a negation. */
export const BREAKS = words('and but then to with using where');
/** Numbers after these are prices. */
export const PRICE_WORDS = words('at price strike');
/** Numbers near these change an amount that is told elsewhere. */
export const CHANGE_WORDS = words('by less more minus plus increase reduce decrease above below');
/** These make the amount another one than the number that is told. */
export const FACTOR_WORDS = words('half double twice triple quarter third difference rest remaining all everything minus plus less more');
/** Words in capitals that are no asset. */
export const NOT_ASSETS = words('DEX CEX NFT NFTS DAO API OTC DCA URL ID OK AI UTC PM AM APY APR PDF TXT JSON USA EU UK ASAP FYI IBAN');
/** What a number is multiplied by, spelled behind it. Others (`m`, `bn`) mean different things to different people. */
export const SCALES: ReadonlyMap<string, bigint> = new Map([
  ['k', 1_000n],
  ['thousand', 1_000n],
  ['million', 1_000_000n],
]);
