import type { AccountId, AssetId, TimeMs } from './ids.ts';

/** Where an effect was read: from the bytes to be signed, from a simulation of them, or from what the chain then recorded. */
export type EffectSource = 'bytes' | 'simulation' | 'chain';

/** Known ways to lose money with bytes that are well understood; each is denied unless the policy allows it by name. */
export const HAZARDS = [
  /** The message takes the wallet's whole balance along, whatever amount it names. */
  'carries_whole_balance',
  /** The message takes along what the triggering message brought. */
  'carries_inbound_value',
  /** The account is destroyed once it is empty. */
  'destroys_account',
  /** Flags of sending that no ordinary payment has. */
  'unusual_send_mode',
  /** Money for an account that does not exist yet would come back, less the fees. */
  'bounces_off_empty_account',
  /** What a contract refuses would stay with it instead of coming back. */
  'no_bounce_from_contract',
  /** A currency besides the chain's own coin travels along. */
  'extra_currency',
  /** Another contract's code runs with all the rights of the account. */
  'delegatecall',
  /** Holds on every chain on which the account exists, not on this one alone. */
  'valid_on_every_chain',
  /** Others may use it for ever. */
  'never_expires',
  /** Text that looks like something else than it is: mixed alphabets, invisible or reordering characters. */
  'misleading_text',
  /** Text that only its receiver can read. */
  'unreadable_text',
  /** Bytes that are signed as one thing and could be passed off as another. */
  'signature_in_disguise',
  /** A token, or an account said to keep one, that its issuer does not know. */
  'counterfeit_token',
] as const;
/** What is dangerous about a transaction though each of its effects may be allowed. */
export type Hazard = (typeof HAZARDS)[number];

interface Located {
  /** Path of the leaf in the nested calls: `0`, `0.2`, `0.2.1`. */
  readonly leaf: string;
  readonly source: EffectSource;
}

/** One thing that the bytes do once they are on the chain. Amounts are base units of `asset`. */
export type Effect = Located &
  (
    | {
        readonly kind: 'outflow' | 'inflow';
        readonly account: AccountId;
        readonly counterparty: AccountId | null;
        readonly asset: AssetId;
        readonly amount: bigint;
      }
    | { readonly kind: 'fee'; readonly account: AccountId; readonly asset: AssetId; readonly max: bigint }
    | {
        readonly kind: 'allowance';
        readonly owner: AccountId;
        readonly spender: AccountId;
        readonly asset: AssetId;
        readonly amount: bigint | 'unlimited';
        readonly expiresAtMs: TimeMs | null;
      }
    | {
        readonly kind: 'operator';
        readonly owner: AccountId;
        readonly operator: AccountId;
        readonly collection: AccountId;
        readonly approved: boolean;
      }
    | { readonly kind: 'delegation'; readonly account: AccountId; readonly delegate: AccountId; readonly scope: string }
    | {
        readonly kind: 'control';
        readonly account: AccountId;
        readonly aspect: 'owner' | 'signer' | 'code' | 'module' | 'upgrade';
        readonly to: AccountId | null;
      }
    | { readonly kind: 'deploy'; readonly account: AccountId; readonly codeDigest: string }
    | {
        readonly kind: 'call';
        readonly contract: AccountId;
        readonly selector: string;
        readonly method: string | null;
        readonly args: Readonly<Record<string, string>> | null;
        readonly value: bigint;
        readonly asset: AssetId;
        /** The known protocol whose method this is, and what it is for, where a registered decoder says so. */
        readonly protocol?: string;
        readonly capability?: Capability;
        /** Which of the things that the capability covers, where the decoder tells; of that capability. */
        readonly operation?: Operation;
      }
    | { readonly kind: 'message'; readonly text: string }
    /** The bytes are understood, and what they ask for is a known way to lose money; `account` is where it strikes. */
    | { readonly kind: 'hazard'; readonly account: AccountId; readonly hazard: Hazard; readonly detail: string }
    | { readonly kind: 'unknown'; readonly contract: AccountId | null; readonly selector: string | null; readonly detail: string }
  );

/** What an agent may be allowed to do; follows from effects, never from words. */
export type Capability = 'trading' | 'transfers' | 'staking' | 'nft' | 'governance' | 'contracts' | 'approvals';

/** What a known method is for, and the capability that this needs. */
export const OPERATIONS = {
  swap: 'trading',
  borrow: 'trading',
  stake: 'staking',
  unstake: 'staking',
  fill: 'nft',
  buy: 'nft',
  sell: 'nft',
  create: 'nft',
  move: 'nft',
  withdraw_offer: 'nft',
  vote: 'governance',
  delegate: 'governance',
  propose: 'governance',
  execute: 'governance',
} as const satisfies Record<string, Capability>;
/** One of the things that a capability covers. */
export type Operation = keyof typeof OPERATIONS;

/** A capability as a whole, or the one thing of it that something is for. */
export type Purpose = Capability | Operation;

const isOperation = (purpose: Purpose): purpose is Operation => Object.hasOwn(OPERATIONS, purpose);

/** What a call says of its purpose. */
export function purposeOf(purpose: Purpose): { readonly capability: Capability; readonly operation?: Operation } {
  return isOperation(purpose) ? { capability: OPERATIONS[purpose], operation: purpose } : { capability: purpose };
}
