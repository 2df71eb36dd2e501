import { parseEvmAddress, toChecksumAddress } from './address/evm.ts';
import { parseTonAddress, toFriendlyTonAddress } from './address/ton.ts';
import { chainNamespace, parseChainId, TON_MAINNET, TON_TESTNET } from './chain-id.ts';
import { CastellanError } from './errors.ts';
import type { AccountId, ChainId } from './ids.ts';

/** `<namespace>:<reference>:` of CAIP-10; what follows is the address. */
const CAIP10 = /^((?:eip155|ton|tvm):-?[0-9]{1,16}):(.+)$/s;

/**
 * Reads any accepted spelling of an account into its one id: CAIP-10, or a bare address where `chain` says which chain
 * it is on.
 *
 * Fails closed when the text names another chain than `chain`, no chain is known, a checksum is wrong, or a TON address
 * with the test flag is used on the main network.
 * @throws ADDRESS_INVALID, CHAIN_INVALID
 */
export function parseAccount(text: string, chain?: ChainId): AccountId {
  if (typeof text !== 'string') throw invalid('An account is text.');
  const named = CAIP10.exec(text);
  if (named !== null) {
    const own = parseChainId(named[1] as string);
    if (chain !== undefined && own !== chain) throw invalid('The account is on another chain.');
    return onChain(named[2] as string, own);
  }
  if (chain === undefined) throw invalid('The account names no chain: write it as CAIP-10, e.g. eip155:1:0x….');
  return onChain(text, parseChainId(chain));
}

/** The chain an account is on. */
export function accountChain(id: AccountId): ChainId {
  return id.slice(0, chainEnd(id)) as ChainId;
}

/** The raw part: `0x<40 lowercase hex>`, or `<workchain>:<64 lowercase hex>`. */
export function accountKey(id: AccountId): string {
  return id.slice(chainEnd(id) + 1);
}

/** The spelling for people: EIP-55 checksum, or TON's bounceable friendly form. */
export function accountAddress(id: AccountId): string {
  const chain = accountChain(id);
  if (chainNamespace(chain) === 'eip155') return toChecksumAddress(accountKey(id));
  return toFriendlyTonAddress(accountKey(id), { bounceable: true, testOnly: chain === TON_TESTNET });
}

/**
 * The spelling under which a wallet is handed out, to be paid into: EIP-55 checksum, or TON's non-bounceable friendly form,
 * since a wallet has no contract before its first payment, and what bounces off it would go back.
 */
export function walletAddress(id: AccountId): string {
  const chain = accountChain(id);
  if (chainNamespace(chain) === 'eip155') return toChecksumAddress(accountKey(id));
  return toFriendlyTonAddress(accountKey(id), { bounceable: false, testOnly: chain === TON_TESTNET });
}

/**
 * What a person sees of an account, without the fixed prefix: the texts in which a lookalike would imitate it.
 * EVM: 40 lowercase hex digits. TON: the 46 base64url characters behind `EQ`, and those behind `UQ`.
 */
export function displayForms(account: AccountId): readonly string[] {
  const chain = accountChain(account);
  const key = accountKey(account);
  if (chainNamespace(chain) === 'eip155') return [key.slice(2)];
  const testOnly = chain === TON_TESTNET;
  return [true, false].map((bounceable) => toFriendlyTonAddress(key, { bounceable, testOnly }).slice(2));
}

function onChain(address: string, chain: ChainId): AccountId {
  if (chainNamespace(chain) === 'eip155') return `${chain}:${parseEvmAddress(address)}` as AccountId;
  const { raw, testOnly } = parseTonAddress(address);
  if (testOnly && chain === TON_MAINNET) throw invalid('The address is marked for the test network only.');
  return `${chain}:${raw}` as AccountId;
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
