import { accountChain } from '../../core/account.ts';
import type { ErrorDetails } from '../../core/errors.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountState } from './account-state.ts';
import { malformed } from './answer.ts';
import type { WalletVersion } from './wallet-contract.ts';
import { WALLET_CODE_HASHES, walletIdOf, walletVersion } from './wallet-contract.ts';

/** What a wallet's own data say. */
export interface WalletState {
  /** The next order's number. */
  readonly seqno: number;
  /** Its key; null where the wallet's contract is not there yet. */
  readonly publicKey: Uint8Array | null;
}

/** Bits before the seqno, and in all; see the layouts in wallet-contract. */
const LAYOUTS: Readonly<Record<WalletVersion, { readonly skipped: number; readonly bits: number }>> = {
  v5r1: { skipped: 1, bits: 322 },
  v4r2: { skipped: 0, bits: 321 },
  v3r2: { skipped: 0, bits: 320 },
};
const VERSIONS = Object.keys(LAYOUTS) as readonly WalletVersion[];

function unusable(reason: string, details: ErrorDetails = {}): CastellanError {
  return new CastellanError('CHAIN_REJECTED', {
    message: `The account cannot send (${reason.replaceAll('_', ' ')}).`,
    details: { ...details, reason },
  });
}

/**
 * Reads the wallet's own data; seqno 0 where the wallet's contract is not there yet. The key must be one whose wallet this very
 * account is.
 * @throws CHAIN_REJECTED with `details.reason` `wallet_frozen` or `wallet_code_unknown`; CHAIN_RESPONSE_INVALID for data that no
 * such wallet has
 */
export function readWalletState(state: AccountState): WalletState {
  if (state.state === 'uninit') return { seqno: 0, publicKey: null };
  if (state.state === 'frozen' || state.code === null || state.data === null) throw unusable('wallet_frozen');
  const codeHash = state.code.hash().toString('hex');
  const version = VERSIONS.find((name) => WALLET_CODE_HASHES[name] === codeHash);
  if (version === undefined) throw unusable('wallet_code_unknown', { codeHash });
  const { skipped, bits } = LAYOUTS[version];
  const { data, account } = state;
  const chain = accountChain(account);
  if (data.isExotic || data.bits.length !== bits) throw malformed('wallet.data');
  const slice = data.beginParse().skip(skipped);
  const seqno = slice.loadUint(32);
  if (slice.loadUint(32) !== walletIdOf(version, chain)) throw malformed('wallet.data', 'wallet_id_mismatch');
  const publicKey = new Uint8Array(slice.loadBuffer(32));
  if (walletVersion(account, publicKey, chain) !== version) throw malformed('wallet.data', 'public_key_mismatch');
  return { seqno, publicKey };
}
