import type { AccountId, TimeMs } from '../../core/index.ts';

/** An account, on one chain, that public lists do not block. */
export interface Exemption {
  readonly account: AccountId;
  /** Why; 1 to 200 characters. */
  readonly reason: string;
  /** `token_list`: the contract of a token that the deployment itself names. */
  readonly by: 'owner' | 'built_in' | 'token_list';
  /** True where the owner takes it upon himself to deal with a sanctioned account. A built-in exemption never does. */
  readonly overridesSanctions: boolean;
  /** Null: for ever. */
  readonly expiresMs: TimeMs | null;
}

/** What an owner exempts. `overridesSanctions` is false and `expiresMs` null unless set. */
export type OwnExemption = Pick<Exemption, 'account' | 'reason'> & Partial<Pick<Exemption, 'overridesSanctions' | 'expiresMs'>>;
