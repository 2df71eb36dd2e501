import { z } from 'zod';
import { parseAccount } from '../../../core/account.ts';
import type { ChainId } from '../../../core/ids.ts';
import type { EvmAddress } from '../address.ts';

/** Pays for the deployment of accounts, and owns nothing of them. A viem account with a key of its own is one. */
export interface EvmSponsor {
  /** In any spelling of an EVM address. */
  readonly address: string;
  /** Signs an EIP-1559 transaction; the signed bytes as hex. */
  signTransaction(transaction: never): Promise<string>;
}

/** Contracts of the delegation framework that this adapter works with: addresses of one deployment of version 1.3.0. */
export interface DelegationContracts {
  /** Redeems delegations (DelegationManager). */
  readonly manager: string;
  /** Deploys the accounts (SimpleFactory). */
  readonly factory: string;
  /** The code of the accounts (HybridDeleGator). */
  readonly implementation: string;
  /** AllowedTargetsEnforcer. */
  readonly allowedTargets: string;
  /** AllowedMethodsEnforcer. */
  readonly allowedMethods: string;
  /** AllowedCalldataEnforcer. */
  readonly allowedCalldata: string;
  /** ExactCalldataEnforcer. */
  readonly exactCalldata: string;
  /** ValueLteEnforcer. */
  readonly valueLte: string;
  /** NativeTokenPeriodTransferEnforcer. */
  readonly nativePeriod: string;
  /** ERC20PeriodTransferEnforcer. */
  readonly erc20Period: string;
  /** TimestampEnforcer. */
  readonly timestamp: string;
  /** LogicalOrWrapperEnforcer. */
  readonly logicalOr: string;
}

/** Contracts of a Safe deployment. */
export interface SafeContracts {
  /** The code of the accounts. */
  readonly singleton: string;
  /** SafeProxyFactory. */
  readonly proxyFactory: string;
}

/** What making wallets that are contracts needs. */
export interface EvmAccountsOptions {
  /** Without one, accounts that are on the chain already are found, and none is deployed. */
  readonly sponsor?: EvmSponsor;
  /** Default: the canonical deployment, on the chains that have it. */
  readonly delegation?: DelegationContracts;
  /** Of version 1.5.0. None is built in: the published package does not say where it was deployed. */
  readonly safe?: SafeContracts;
}

type Read<T> = { readonly [K in keyof T]: EvmAddress };

/** The same after parsing: addresses in lowercase, what is not configured null. */
export interface AccountsConfig {
  readonly sponsor: EvmSponsor | null;
  readonly delegation: Read<DelegationContracts> | null;
  readonly safe: Read<SafeContracts> | null;
}

/** Addresses are spelled alike on every EVM chain. */
const ANY_CHAIN = 'eip155:1' as ChainId;

const address = z.string().transform((text, context): EvmAddress => {
  try {
    return parseAccount(text, ANY_CHAIN).slice(ANY_CHAIN.length + 1) as EvmAddress;
  } catch {
    context.addIssue({ code: 'custom', message: 'The address is not readable.' });
    return z.NEVER;
  }
});

const isSponsor = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Record<string, unknown>)['signTransaction'] === 'function' &&
  address.safeParse((value as Record<string, unknown>)['address']).success;

/** Reads {@link EvmAccountsOptions}. */
export const accountsSchema = z
  .strictObject({
    sponsor: z.custom<EvmSponsor>(isSponsor, 'A sponsor has an address and signs transactions, as a viem account does.').optional(),
    delegation: z
      .strictObject({
        manager: address,
        factory: address,
        implementation: address,
        allowedTargets: address,
        allowedMethods: address,
        allowedCalldata: address,
        exactCalldata: address,
        valueLte: address,
        nativePeriod: address,
        erc20Period: address,
        timestamp: address,
        logicalOr: address,
      })
      .optional(),
    safe: z.strictObject({ singleton: address, proxyFactory: address }).optional(),
  })
  .default({})
  .transform(
    (given): AccountsConfig => ({
      sponsor: given.sponsor ?? null,
      delegation: given.delegation ?? null,
      safe: given.safe ?? null,
    }),
  );
