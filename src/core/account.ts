import { familyOf } from './chain-family.ts';
import { chainFamily, chainReference, parseChainId } from './chain-id.ts';
import { CastellanError } from './errors.ts';
import type { AccountId, ChainId } from './ids.ts';

/** `<namespace>:<reference>:` of CAIP-10; what follows is the address. */
const CAIP10 = /^(([-a-z0-9]{3,8}):[-_a-zA-Z0-9]{1,32}):(.+)$/s;

/**
 * Reads any accepted spelling of an account into its one id: CAIP-10, or a bare address where `chain` says which chain
 * it is on.
 *
 * Fails closed when the text names another chain than `chain`, no chain is known, a checksum is wrong, or a TON address
 * with the test flag is used on the main network.
 * @throws ADDRESS_INVALID, CHAIN_INVALID
 * @example
 * ```ts
 * import { parseAccount, parseChainId } from 'castellan/adapter';
 *
 * const mainnet = parseChainId('eip155:1');
 * console.log(parseAccount('0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045', mainnet)); // eip155:1:0xd8da6bf26964af9d7eed9e03e53415d37aa96045
 * ```
 */
export function parseAccount(text: string, chain?: ChainId): AccountId {
  if (typeof text !== 'string') throw invalid('An account is text.');
  const named = CAIP10.exec(text);
  if (named !== null && familyOf(named[2] as string) !== undefined) {
    const own = parseChainId(named[1] as string);
    if (chain !== undefined && own !== chain) throw invalid('The account is on another chain.');
    return onChain(named[3] as string, own);
  }
  if (chain === undefined) throw invalid('The account names no chain: write it as CAIP-10, e.g. eip155:1:0x….');
  return onChain(text, parseChainId(chain));
}

/**
 * The chain an account is on.
 *
 * @example
 * ```ts
 * import { accountChain, parseAccount } from 'castellan/adapter';
 *
 * console.log(accountChain(parseAccount('eip155:1:0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'))); // eip155:1
 * ```
 */
export function accountChain(id: AccountId): ChainId {
  return id.slice(0, chainEnd(id)) as ChainId;
}

/**
 * The raw part: `0x<40 lowercase hex>`, `<workchain>:<64 lowercase hex>`, or what another family makes of it.
 *
 * @example
 * ```ts
 * import { accountKey, parseAccount } from 'castellan/adapter';
 *
 * console.log(accountKey(parseAccount('eip155:1:0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'))); // 0xd8da6bf26964af9d7eed9e03e53415d37aa96045
 * ```
 */
export function accountKey(id: AccountId): string {
  return id.slice(chainEnd(id) + 1);
}

/** The spelling for people: EIP-55 checksum, TON's bounceable friendly form. */
export function accountAddress(id: AccountId): string {
  const chain = accountChain(id);
  return chainFamily(chain).addressText(accountKey(id), chainReference(chain), 'person');
}

/**
 * The spelling under which a wallet is handed out, to be paid into: EIP-55 checksum, or TON's non-bounceable friendly form,
 * since a wallet has no contract before its first payment, and what bounces off it would go back.
 */
export function walletAddress(id: AccountId): string {
  const chain = accountChain(id);
  return chainFamily(chain).addressText(accountKey(id), chainReference(chain), 'wallet');
}

/**
 * What a person sees of an account, without the fixed prefix: the texts in which a lookalike would imitate it.
 * EVM: 40 lowercase hex digits. TON: the 46 base64url characters behind `EQ`, those behind `UQ`,
 * and the 64 hex digits of the raw form.
 */
export function displayForms(account: AccountId): readonly string[] {
  const chain = accountChain(account);
  return chainFamily(chain).displayForms(accountKey(account), chainReference(chain));
}

function onChain(address: string, chain: ChainId): AccountId {
  return `${chain}:${chainFamily(chain).addressKey(address, chainReference(chain))}` as AccountId;
}

/** Index of the colon behind the chain id. */
function chainEnd(id: AccountId): number {
  const end = id.indexOf(':', id.indexOf(':') + 1);
  if (end <= 0) throw invalid('The value is no account id.');
  return end;
}

function invalid(message: string): CastellanError {
  return new CastellanError('ADDRESS_INVALID', { message });
}
