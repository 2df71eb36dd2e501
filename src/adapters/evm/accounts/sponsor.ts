import { evmChainNumber } from '../../../core/chain-id.ts';
import type { Clock } from '../../../core/clock.ts';
import { keccak256 } from '../../../core/digest.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { FeeQuote, SignedTransaction } from '../../../core/transaction.ts';
import { accountOf, addressOf, type EvmAddress, hexOf } from '../address.ts';
import { readCount } from '../answer.ts';
import { readNonce } from '../block.ts';
import { broadcast } from '../broadcast.ts';
import type { RpcClient } from '../client.ts';
import type { EvmChainConfig } from '../config.ts';
import { readEnvelope } from '../envelope.ts';
import { quoteFee } from '../fees.ts';
import { pause } from '../pause.ts';
import { readReceipt } from '../receipt.ts';
import { readUnsigned } from '../signed-transaction.ts';
import type { AccountTools } from './account-model.ts';
import type { EvmSponsor } from './accounts-config.ts';

/** How long a deployment may take to get into a block, ms. */
const INCLUSION_MS = 120_000;
/** Times that another process may be faster with the sponsor's next nonce. */
const MAX_ATTEMPTS = 8;

/** What a sponsor's transactions need. */
export interface SponsorParts {
  readonly client: RpcClient;
  readonly config: EvmChainConfig;
  readonly clock: Clock;
  readonly sponsor: EvmSponsor | null;
}

function late(hash: string): CastellanError {
  return new CastellanError('TIMEOUT', {
    message: 'The sponsor’s transaction has not got into a block in time.',
    details: { hash },
    retryable: true,
  });
}

function reverted(hash: string | null): CastellanError {
  return new CastellanError('CHAIN_REJECTED', {
    message: 'The sponsor’s transaction reverts.',
    details: { reason: 'sponsored_call_reverts', ...(hash === null ? {} : { hash }) },
  });
}

/** Signs what was asked and nothing else: the sponsor's own code answers here. @throws SIGNATURE_INVALID */
async function signCall(
  sponsor: EvmSponsor,
  call: { readonly to: EvmAddress; readonly data: `0x${string}` },
  chain: SignedTransaction['chain'],
  nonce: number,
  fee: FeeQuote,
): Promise<SignedTransaction> {
  const { gas = '0', maxFeePerGas = '0', maxPriorityFeePerGas = '0' } = fee.params;
  const asked = {
    type: 'eip1559',
    chainId: evmChainNumber(chain),
    nonce,
    gas: BigInt(gas),
    maxFeePerGas: BigInt(maxFeePerGas),
    maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas),
    value: 0n,
    ...call,
  };
  const text: unknown = await sponsor.signTransaction(asked as never);
  const raw = typeof text === 'string' && text.startsWith('0x') ? new Uint8Array(Buffer.from(text.slice(2), 'hex')) : new Uint8Array(0);
  const signed = readEnvelope(readUnsigned(raw));
  if (signed.to !== call.to || hexOf(signed.data) !== call.data || signed.value !== 0n || signed.nonce !== BigInt(nonce))
    throw new CastellanError('SIGNATURE_INVALID', { message: 'The sponsor signed another transaction than it was asked for.' });
  return { chain, wallet: accountOf(chain, sponsor.address), slot: nonce, raw, hash: hexOf(keccak256(raw)) };
}

/**
 * Sends calls that the sponsor signs and pays, one after the other, and waits until each is in a block. That block need not
 * be final: a deployment lands at the same address however often it has to be made.
 */
export function createSponsor(parts: SponsorParts): AccountTools['send'] {
  const { client, config, clock, sponsor } = parts;
  const { chain } = config;

  /** True once it is in a block, false once another transaction has its nonce. */
  const included = async (signed: SignedTransaction, signal?: AbortSignal): Promise<boolean> => {
    const dueMs = clock.monotonicMs() + INCLUSION_MS;
    for (;;) {
      // The nonce first: where ours had used it, its receipt is there by then.
      const next = await readNonce(client, addressOf(signed.wallet, chain), 'latest', signal);
      const receipt = await readReceipt(client, signed.hash, signal);
      if (receipt?.success === false) throw reverted(signed.hash);
      if (receipt !== null) return true;
      if (next > signed.slot) return false;
      if (clock.monotonicMs() >= dueMs || signal?.aborted === true) throw late(signed.hash);
      await pause(clock, config.pollMs, signal);
    }
  };
  const sendOne = async (to: EvmAddress, data: `0x${string}`, signal?: AbortSignal): Promise<boolean> => {
    if (sponsor === null) {
      throw new CastellanError('MODE_UNAVAILABLE', {
        message: 'Deploying an account needs someone who pays: set `accounts.sponsor` of the EVM adapter.',
        details: { field: 'accounts.sponsor' },
      });
    }
    const payer = accountOf(chain, sponsor.address);
    const call = { to: accountOf(chain, to), value: 0n, data: new Uint8Array(Buffer.from(data.slice(2), 'hex')) };
    const [fee, count] = await Promise.all([
      quoteFee(client, chain, { kind: 'calls', calls: [call] }, payer, signal === undefined ? {} : { signal }),
      client.request('eth_getTransactionCount', [addressOf(payer, chain), 'pending'], signal),
    ]);
    if (fee.params['estimated'] === 'false') throw reverted(null);
    const signed = await signCall(sponsor, { to, data }, chain, readCount(count, 'nonce'), fee);
    const sent = await broadcast(client, signed, signal);
    if (sent.status === 'rejected') {
      throw new CastellanError('CHAIN_REJECTED', {
        message: 'No endpoint takes the sponsor’s transaction.',
        details: { reason: 'sponsor_rejected', detail: sent.detail },
      });
    }
    return included(signed, signal);
  };

  const untilIncluded = async (to: EvmAddress, data: `0x${string}`, signal?: AbortSignal): Promise<void> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) if (await sendOne(to, data, signal)) return;
    throw new CastellanError('CHAIN_UNAVAILABLE', {
      message: 'Another process uses the sponsor’s nonces faster than this one gets a transaction in.',
      details: { reason: 'sponsor_busy' },
      retryable: true,
    });
  };

  let last: Promise<void> = Promise.resolve();
  return (to, data, signal) => {
    // One at a time: two at once would ask for the same nonce.
    const turn = last.then(() => untilIncluded(to, data, signal));
    last = turn.catch(() => undefined);
    return turn;
  };
}
