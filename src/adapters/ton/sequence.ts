import { accountChain } from '../../core/account.ts';
import type { SequenceState } from '../../core/chain-adapter.ts';
import type { Clock } from '../../core/clock.ts';
import type { ErrorDetails } from '../../core/errors.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId } from '../../core/ids.ts';
import type { AccountState } from './account-state.ts';
import { readAccount } from './account-state.ts';
import { malformed } from './answer.ts';
import type { Block } from './block.ts';
import { readHead } from './block.ts';
import type { TonClient } from './client.ts';
import type { TonChainConfig } from './config.ts';
import type { WalletVersion } from './wallet-contract.ts';
import { WALLET_CODE_HASHES, walletIdOf } from './wallet-contract.ts';

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
 * The next seqno by the wallet's own data; 0 where the wallet's contract is not there yet.
 * @throws CHAIN_REJECTED with `details.reason` `wallet_frozen` or `wallet_code_unknown`; CHAIN_RESPONSE_INVALID for data that no
 * such wallet has
 */
export function seqnoOfWallet(state: AccountState): number {
  if (state.state === 'uninit') return 0;
  if (state.state === 'frozen' || state.code === null || state.data === null) throw unusable('wallet_frozen');
  const codeHash = state.code.hash().toString('hex');
  const version = VERSIONS.find((name) => WALLET_CODE_HASHES[name] === codeHash);
  if (version === undefined) throw unusable('wallet_code_unknown', { codeHash });
  const { skipped, bits } = LAYOUTS[version];
  const { data } = state;
  if (data.isExotic || data.bits.length !== bits) throw malformed('wallet.data');
  const slice = data.beginParse().skip(skipped);
  const seqno = slice.loadUint(32);
  if (slice.loadUint(32) !== walletIdOf(version, accountChain(state.account))) throw malformed('wallet.data', 'wallet_id_mismatch');
  return seqno;
}

/** @throws CHAIN_RESPONSE_INVALID with `details.reason` `clock_skew` where chain and host tell times too far apart, either way */
export function checkClock(block: Block, config: TonChainConfig, clock: Clock): void {
  const skewMs = block.timestampMs - clock.nowMs();
  if (Math.abs(skewMs) <= config.maxClockSkewMs) return;
  throw new CastellanError('CHAIN_RESPONSE_INVALID', {
    message: 'The chain’s time and the host’s are too far apart.',
    details: { reason: 'clock_skew', skewMs, maxClockSkewMs: config.maxClockSkewMs },
    retryable: true,
  });
}

/** The wallet's next seqno and the chain's time, both by the newest block of the masterchain. */
export async function readSequence(
  client: TonClient,
  config: TonChainConfig,
  clock: Clock,
  wallet: AccountId,
  signal?: AbortSignal,
): Promise<SequenceState> {
  const head = await readHead(client, signal);
  checkClock(head, config, clock);
  return { next: seqnoOfWallet(await readAccount(client, wallet, head.seqno, signal)), chainTimeMs: head.timestampMs };
}
