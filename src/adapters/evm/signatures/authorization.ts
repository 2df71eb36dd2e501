import { accountKey } from '../../../core/account.ts';
import { parseEvmAddress } from '../../../core/address/evm.ts';
import { evmChainNumber } from '../../../core/chain-id.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import type { SignatureOrder } from '../../../core/signature-order.ts';
import { accountOf } from '../address.ts';
import type { Found } from '../decode/found.ts';
import { encodeRlp, integerBytes } from '../rlp.ts';
import type { KindReading } from './kinds/kind.ts';
import { markAt } from './kinds/parts.ts';
import { refuse } from './refuse.ts';

type Authorization = Extract<SignatureOrder, { kind: 'authorization' }>;

/** Takes the code of an account away again. */
const NOBODY = `0x${'0'.repeat(40)}`;
const DECIMAL = /^(?:0|[1-9][0-9]{0,77})$/;
/** EIP-2681: no account gets there. */
const MAX_NONCE = 2n ** 64n - 2n;
const MAX_CHAIN = 2n ** 64n - 1n;

function number(text: string, most: bigint, field: string): bigint {
  const value = typeof text === 'string' && DECIMAL.test(text) ? BigInt(text) : -1n;
  if (value < 0n || value > most) throw refuse('authorization_invalid', { field });
  return value;
}

function address(text: string): string {
  try {
    return parseEvmAddress(text);
  } catch (error) {
    if (isCastellanError(error)) throw refuse('authorization_invalid', { field: 'address' });
    throw error;
  }
}

/** What an authorization comes to, and its preimage. */
export interface AuthorizationReading extends KindReading {
  readonly payload: Uint8Array;
}

/**
 * Reads an authorization (EIP-7702): the account gets code of its own, which may do everything the account may.
 *
 * `0x05 ‖ rlp([chainId, address, nonce])`. Implementations of `delegates` (lowercase) are known; any other is unknown, and others may use
 * the signature until the account's nonce is used. Chain 0 holds on every chain; the zero address takes the code away.
 * @throws PAYLOAD_UNDECODABLE for numbers or an address that are none, or another chain
 * @see https://eips.ethereum.org/EIPS/eip-7702
 */
export function readAuthorization(
  order: Authorization,
  chain: ChainId,
  wallet: AccountId,
  delegates: ReadonlySet<string>,
): AuthorizationReading {
  const chainId = number(order.chainId, MAX_CHAIN, 'chainId');
  const nonce = number(order.nonce, MAX_NONCE, 'nonce');
  const implementation = address(order.address);
  const own = BigInt(evmChainNumber(chain));
  if (chainId !== 0n && chainId !== own) throw refuse('chain_id_mismatch', { expected: chain, found: `eip155:${chainId}` });
  const to = accountOf(chain, implementation);
  const isRevocation = implementation === NOBODY;
  const isKnown = isRevocation || delegates.has(implementation);
  const found: Found[] = [{ kind: 'control', account: wallet, aspect: 'code', to: isRevocation ? null : to }];
  if (chainId === 0n) {
    found.push({ kind: 'hazard', account: wallet, hazard: 'valid_on_every_chain', detail: 'chain 0 stands for every chain' });
  }
  if (!isKnown) {
    found.push({ kind: 'hazard', account: wallet, hazard: 'never_expires', detail: 'others may use it until the account’s nonce is used' });
  }
  const bytes = new Uint8Array(Buffer.from(implementation.slice(2), 'hex'));
  return {
    standard: isRevocation ? 'eip7702_revocation' : 'eip7702',
    found,
    ...(isKnown ? {} : { unclear: `nobody listed the code of ${to}` }),
    expiresAtMs: null,
    mark: markAt(wallet, 'account_nonce', { nonce, implementation }),
    summary: isRevocation ? `takes the code of ${accountKey(wallet)} away` : `lets the code of ${to} rule ${accountKey(wallet)}`,
    payload: encodeRlp([integerBytes(chainId), bytes, integerBytes(nonce)], 5),
  };
}
