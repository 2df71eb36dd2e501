import type { SequenceState } from '../../core/chain-adapter.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId } from '../../core/ids.ts';
import { readAccount } from './account-state.ts';
import type { Block } from './block.ts';
import { readHead } from './block.ts';
import type { TonClient } from './client.ts';
import type { TonChainConfig } from './config.ts';
import { readWalletState } from './wallet-state.ts';

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
  const { seqno } = readWalletState(await readAccount(client, wallet, head.seqno, signal));
  return { next: seqno, chainTimeMs: head.timestampMs };
}
