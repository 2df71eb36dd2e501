import type { TypedDataSigner } from '../../core/smart-account.ts';
import type { UserSigner } from '../../core/user-signer.ts';

/** A party of shared wallets, as the configuration names it. */
export interface PartyName {
  readonly id: string;
  /** Where it runs; without one it runs in this process. */
  readonly endpoint?: string | undefined;
}

/** What the deployment says about wallets whose maker says nothing. */
export interface CustodyDefaults {
  /** False: the platform's own, and no user recovers them. */
  readonly userOwned?: boolean | undefined;
  /** False: new wallets sign only what their parties approved. */
  readonly platformManaged?: boolean | undefined;
  readonly owner?: TypedDataSigner | undefined;
  readonly signer?: UserSigner | undefined;
  readonly parties?: readonly PartyName[] | undefined;
  readonly threshold?: number | undefined;
  /** How many parties there are, where they have no names. */
  readonly totalParties?: number | undefined;
  /** How long a user is waited for, ms. */
  readonly signerTimeoutMs?: number | undefined;
}

/** The parties of a new shared wallet and how many of them sign. */
export interface WalletParties {
  readonly parties: readonly PartyName[];
  readonly threshold: number;
}

/** Who shares a wallet whose maker says this much: his word first, then the deployment's, then two of three. */
export function partiesOf(
  options: { readonly parties?: readonly string[] | undefined; readonly threshold?: number | undefined },
  defaults: CustodyDefaults,
): WalletParties {
  const named = options.parties?.map((id) => defaults.parties?.find((known) => known.id === id) ?? { id }) ?? defaults.parties;
  const parties = named ?? Array.from({ length: defaults.totalParties ?? 3 }, (_, index) => ({ id: `party-${index + 1}` }));
  const usual = parties.length === (defaults.parties?.length ?? defaults.totalParties) ? defaults.threshold : undefined;
  return { parties, threshold: options.threshold ?? usual ?? Math.floor(parties.length / 2) + 1 };
}
