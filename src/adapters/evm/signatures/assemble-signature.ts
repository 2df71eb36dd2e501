import { accountChain } from '../../../core/account.ts';
import { keccak256 } from '../../../core/digest.ts';
import type { AccountId } from '../../../core/ids.ts';
import { addressOf } from '../address.ts';
import { checkSignature } from '../assemble.ts';

/**
 * The signature as wallets hand it out: r‖s‖v, 65 bytes, v 27 or 28 (of an authorization, its parity is v − 27).
 * @throws SIGNATURE_INVALID unless it is low-s and recovers to the wallet over this very payload
 */
export function assembleSignature(payload: Uint8Array, signature: Uint8Array, wallet: AccountId): Uint8Array {
  const { odd } = checkSignature(keccak256(payload), signature, addressOf(wallet, accountChain(wallet)));
  const out = signature.slice();
  out[64] = odd ? 28 : 27;
  return out;
}
