import type { ChainId } from '../../../core/ids.ts';
import type { CoSigning, SmartAccount, SmartAccountPlan } from '../../../core/smart-account.ts';
import type { Call } from '../../../core/transaction.ts';
import type { EvmAddress } from '../address.ts';
import type { RpcClient } from '../client.ts';
import type { AccountsConfig } from './accounts-config.ts';

/** Decimal or hex words that a model reads from the chain for one transaction; they travel in the fee quote's `params`. */
export type ModelParams = Readonly<Record<string, string>>;

/** `transaction`: the outer transaction as the sender signs it. `order`: what others have to complete before. */
export type OuterForm = 'transaction' | 'order';

/** State that a dry run pretends, by address. */
export type StateOverrides = Readonly<Record<EvmAddress, AccountOverride>>;

/** What one account is pretended to be; what is left out stays as it is. */
export interface AccountOverride {
  readonly balance?: `0x${string}`;
  readonly nonce?: `0x${string}`;
  readonly code?: `0x${string}`;
  readonly stateDiff?: Readonly<Record<string, string>>;
}

/** The outer call in a form that can run before anybody signed it. */
export interface Rehearsal {
  readonly call: Call;
  readonly overrides: StateOverrides;
}

/** The payload of accounts whose outer transaction others complete before the sender signs it. */
export interface PayloadOrder {
  /** Told by the first byte, which no transaction begins with (0x80 to 0xbf). */
  is(payload: Uint8Array): boolean;
  /** @throws REQUEST_INVALID where `params` lack what the order says */
  write(outer: Uint8Array, params: ModelParams): Uint8Array;
  /** @throws PAYLOAD_UNDECODABLE for anything but the one canonical encoding */
  read(payload: Uint8Array): { readonly outer: Uint8Array; readonly params: ModelParams };
  coSigning(payload: Uint8Array): CoSigning;
  /** The outer call in a form that runs although nobody has signed yet: fees and simulation use this one. */
  rehearse(outer: Call, smart: SmartAccount, params: ModelParams): Rehearsal;
}

/** What making an account has at hand. */
export interface AccountTools {
  readonly chain: ChainId;
  readonly client: RpcClient;
  readonly config: AccountsConfig;
  /** Sends a call that the configured sponsor signs and pays, and waits until it is in a block. @throws MODE_UNAVAILABLE without a sponsor */
  readonly send: (to: EvmAddress, data: `0x${string}`, signal?: AbortSignal) => Promise<void>;
}

/**
 * One kind of contract that is a wallet. All but `params` and `create` are pure: what they know stands in `smart.terms`.
 */
export interface AccountModel {
  readonly kind: string;
  /** The one call of the sender by which the account makes these calls. @throws REQUEST_INVALID where it cannot, or may not */
  wrap(calls: readonly Call[], smart: SmartAccount, params: ModelParams): Call;
  /** The account's own calls; undefined for every outer call that `wrap` does not write. Its value is zero already. Never throws. */
  unwrap(outer: Call, smart: SmartAccount, form: OuterForm): readonly Call[] | undefined;
  /** Where the payload is more than the outer transaction. */
  readonly order?: PayloadOrder;
  /** What `wrap` and `order.write` have to know of the chain. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT */
  params?(client: RpcClient, smart: SmartAccount, signal?: AbortSignal): Promise<ModelParams>;
  /** See `SmartAccounts.create`. */
  create(plan: SmartAccountPlan, tools: AccountTools, signal?: AbortSignal): Promise<SmartAccount>;
}
