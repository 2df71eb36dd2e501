import type { Cell } from '@ton/core';
import type { Clock } from '../../core/clock.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId } from '../../core/ids.ts';
import type { AccountFact, Action, FeeQuote } from '../../core/transaction.ts';
import { malformed, readCell, readObject } from './answer.ts';
import type { TonClient } from './client.ts';
import type { CodecChain } from './codec-chain.ts';
import { factsOf } from './decode/index.ts';
import type { GasPrices } from './fees.ts';
import { feeOf, isInMasterchain, masterchainPrices } from './fees.ts';
import { sendsOf } from './sends-of.ts';
import { survey } from './survey.ts';

/** Configuration parameters of the basechain. */
const GAS_PARAM = 21;
const FORWARD_PARAM = 25;
/** Forwarding from and to the masterchain. */
const MASTERCHAIN_FORWARD_PARAM = 24;
const FLAT_TAG = 0xd1;
const PLAIN_TAG = 0xdd;
const EXTENDED_TAG = 0xde;
const FORWARD_TAG = 0xea;
/** The network changes its prices by a vote of days. */
const FRESH_FOR_MS = 600_000;

interface Kept {
  readonly prices: GasPrices;
  readonly readAtMs: number;
}

/** By the parameter of the forwarding prices. */
const kept = new WeakMap<TonClient, Map<number, Kept>>();

async function readParam(client: TonClient, id: number, signal?: AbortSignal): Promise<Cell> {
  const answer = await client.request('getConfigParam', { config_id: id }, signal);
  return readCell(readObject(readObject(answer, 'config')['config'], 'config')['bytes'], 'config.bytes');
}

/** `[d1 flat_gas_limit:64 flat_gas_price:64] (dd | de) gas_price:64 …`; the flat part is counted as a price per unit, rounded up. */
function readGasPrice(cell: Cell): bigint {
  const slice = cell.beginParse();
  let tag = slice.loadUint(8);
  let flat = 0n;
  if (tag === FLAT_TAG) {
    const limit = slice.loadUintBig(64);
    const price = slice.loadUintBig(64);
    flat = limit === 0n ? 0n : ((price << 16n) + limit - 1n) / limit;
    tag = slice.loadUint(8);
  }
  if (tag !== PLAIN_TAG && tag !== EXTENDED_TAG) throw malformed('config.21');
  const price = slice.loadUintBig(64);
  return price > flat ? price : flat;
}

/** `ea lump_price:64 bit_price:64 cell_price:64 …` */
function readForwardPrices(cell: Cell): Omit<GasPrices, 'gas'> {
  const slice = cell.beginParse();
  if (slice.loadUint(8) !== FORWARD_TAG) throw malformed('config.25');
  return { lump: slice.loadUintBig(64), bit: slice.loadUintBig(64), cell: slice.loadUintBig(64) };
}

/** What the network asks now, read anew after ten minutes. @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT */
async function readGasPrices(client: TonClient, clock: Clock, forwardParam: number, signal?: AbortSignal): Promise<GasPrices> {
  const cache = kept.get(client) ?? new Map<number, Kept>();
  kept.set(client, cache);
  const found = cache.get(forwardParam);
  if (found !== undefined && clock.monotonicMs() - found.readAtMs < FRESH_FOR_MS) return found.prices;
  const [gas, forward] = await Promise.all([readParam(client, GAS_PARAM, signal), readParam(client, forwardParam, signal)]);
  let prices: GasPrices;
  try {
    prices = { gas: readGasPrice(gas), ...readForwardPrices(forward) };
  } catch {
    throw malformed('config');
  }
  cache.set(forwardParam, { prices, readAtMs: clock.monotonicMs() });
  return prices;
}

function checkPrices(real: GasPrices, configured: GasPrices): void {
  const above = (['gas', 'lump', 'bit', 'cell'] as const).filter((name) => real[name] > configured[name]);
  if (above.length === 0) return;
  throw new CastellanError('CHAIN_REJECTED', {
    message: 'The network asks more than the configured prices, with which fees are bounded.',
    details: { reason: 'gas_prices_above_configured', above },
  });
}

function tooDear(needed: bigint, ceiling: bigint): CastellanError {
  return new CastellanError('CHAIN_REJECTED', {
    message: 'The transaction cannot be sent for the fee that it may cost at most.',
    details: { reason: 'fee_exceeds_ceiling', needed: needed.toString(), ceiling: ceiling.toString() },
    retryable: true,
  });
}

/**
 * What the action may cost at most: a pure function of its content and the configured prices, which must not be below the
 * network's own. Nothing in the bytes bounds the fee, so a ceiling below that bound cannot be met.
 * @throws CHAIN_REJECTED with `details.reason` `gas_prices_above_configured` or `fee_exceeds_ceiling`; REQUEST_INVALID for an
 * action that no message expresses
 */
export async function quoteFee(
  client: TonClient,
  chain: CodecChain,
  clock: Clock,
  action: Action,
  wallet: AccountId,
  options: { readonly ceiling?: bigint; readonly facts?: readonly AccountFact[]; readonly signal?: AbortSignal },
): Promise<FeeQuote> {
  const { ceiling, signal } = options;
  const [prices, facts] = await Promise.all([
    readGasPrices(client, clock, FORWARD_PARAM, signal),
    options.facts ?? survey(client, action, wallet, signal),
  ]);
  checkPrices(prices, chain.prices);
  const sends = sendsOf(action, chain, wallet, factsOf(facts));
  // The wallet's own gas is the basechain's, wherever its messages go.
  if (sends.some(({ message }) => isInMasterchain(message.to)))
    checkPrices(
      { ...(await readGasPrices(client, clock, MASTERCHAIN_FORWARD_PARAM, signal)), gas: prices.gas },
      masterchainPrices(chain.prices),
    );
  const fee = feeOf({ sends, extended: [] }, client.chain, wallet, chain.prices);
  if (ceiling !== undefined && fee.ceiling > ceiling) throw tooDear(fee.ceiling, ceiling);
  return fee;
}
