import { nativeAssetId } from '../../core/asset.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { SmartAccount } from '../../core/smart-account.ts';
import type { Action, FeeQuote } from '../../core/transaction.ts';
import type { StateOverrides } from './accounts/account-model.ts';
import { modelOf } from './accounts/models.ts';
import { outerCall } from './accounts/outer-call.ts';
import { rehearsal } from './accounts/payload.ts';
import { addressOf, hexOf } from './address.ts';
import { malformed, readList, readObject, readQuantity, toQuantity } from './answer.ts';
import { readHead } from './block.ts';
import type { RpcClient } from './client.ts';

/** Gas assumed where the node cannot estimate: enough for a token call, so that simulation can show why it fails. */
const UNESTIMATED_GAS = 500_000n;
/** Estimate times this, in fifths: state moves between the estimate and the block. */
const GAS_BUFFER_FIFTHS = 6n;
/** Most gas that one transaction may ask for (EIP-7825). */
const MAX_TRANSACTION_GAS = 16_777_216n;
/** Blocks whose tips are looked at. */
const HISTORY_BLOCKS = 5;

/** What the next block costs, wei per gas. */
export interface GasPrice {
  readonly baseFee: bigint;
  readonly tip: bigint;
}

function median(values: readonly bigint[]): bigint | undefined {
  return [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[Math.floor(values.length / 2)];
}

/** What the next block costs, by the last ones. @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE */
export async function readGasPrice(client: RpcClient, signal?: AbortSignal): Promise<GasPrice> {
  const answer = readObject(await client.request('eth_feeHistory', [toQuantity(HISTORY_BLOCKS), 'latest', [50]], signal), 'feeHistory');
  const base = readList(answer['baseFeePerGas'], 'feeHistory.baseFeePerGas', HISTORY_BLOCKS + 1);
  if (base.length === 0) throw malformed('feeHistory.baseFeePerGas');
  const baseFee = readQuantity(base.at(-1), 'feeHistory.baseFeePerGas');
  const rewards = readList(answer['reward'] ?? [], 'feeHistory.reward', HISTORY_BLOCKS)
    .map((row) => readQuantity(readList(row, 'feeHistory.reward', 1)[0], 'feeHistory.reward'))
    .filter((reward) => reward > 0n);
  // Where nobody has paid a tip lately, a tenth of the base fee is a polite one.
  return { baseFee, tip: median(rewards) ?? baseFee / 10n + 1n };
}

async function estimateGas(
  client: RpcClient,
  call: Readonly<Record<string, string>>,
  overrides: StateOverrides,
  signal?: AbortSignal,
): Promise<bigint | null> {
  const state = Object.keys(overrides).length === 0 ? [] : [overrides];
  try {
    return readQuantity(await client.request('eth_estimateGas', [call, 'latest', ...state], signal), 'estimateGas');
  } catch (error) {
    if (isCastellanError(error) && error.code === 'CHAIN_REJECTED') return null;
    throw error;
  }
}

/** The error for a fee that has no room under its ceiling. */
export function tooDear(needed: bigint, ceiling: bigint): CastellanError {
  return new CastellanError('CHAIN_REJECTED', {
    message: 'The transaction cannot be included for the fee that it may cost at most.',
    details: { reason: 'fee_exceeds_ceiling', needed: needed.toString(), ceiling: ceiling.toString() },
    retryable: true,
  });
}

/**
 * What the action may cost at most: gas (estimate + 20 %) times twice the next base fee plus the median tip of late.
 *
 * Under a ceiling the price per gas is lowered to fit, as long as the next block would still take it. Where the node
 * cannot estimate (the call reverts), `params.estimated` is `'false'` and the gas a default, so that simulation can say why.
 * @throws CHAIN_REJECTED with `details.reason` `fee_exceeds_ceiling`; REQUEST_INVALID for an action that is no call
 */
export async function quoteFee(
  client: RpcClient,
  chain: ChainId,
  action: Action,
  wallet: AccountId,
  options: { readonly ceiling?: bigint; readonly smart?: SmartAccount; readonly signal?: AbortSignal },
): Promise<FeeQuote> {
  const { ceiling, smart, signal } = options;
  const params = smart === undefined ? {} : ((await modelOf(smart).params?.(client, smart, signal)) ?? {});
  const { call, overrides } = rehearsal(outerCall(action, chain, wallet, smart, params), smart, params);
  const request = {
    from: addressOf(smart?.sender ?? wallet, chain),
    to: addressOf(call.to, chain),
    value: toQuantity(call.value),
    data: hexOf(call.data),
  };
  const [estimate, price, head] = await Promise.all([
    estimateGas(client, request, overrides, signal),
    readGasPrice(client, signal),
    readHead(client, 'latest', signal),
  ]);
  const most = head.gasLimit < MAX_TRANSACTION_GAS ? head.gasLimit : MAX_TRANSACTION_GAS;
  const wanted = estimate === null ? UNESTIMATED_GAS : (estimate * GAS_BUFFER_FIFTHS + 4n) / 5n;
  const gas = wanted < most ? wanted : most;
  const generous = price.baseFee * 2n + price.tip;
  // A base fee rises by at most an eighth per block.
  const needed = (price.baseFee * 9n) / 8n + price.tip;
  const affordable = ceiling === undefined || gas === 0n ? generous : ceiling / gas;
  const maxFeePerGas = generous < affordable ? generous : affordable;
  if (gas === 0n || gas >= 2n ** 64n || generous >= 2n ** 128n) throw malformed('fee');
  if (maxFeePerGas < needed) throw tooDear(gas * needed, ceiling ?? 0n);
  return {
    asset: nativeAssetId(chain),
    ceiling: gas * maxFeePerGas,
    params: {
      ...params,
      gas: gas.toString(),
      maxFeePerGas: maxFeePerGas.toString(),
      maxPriorityFeePerGas: price.tip.toString(),
      ...(estimate === null ? { estimated: 'false' } : {}),
    },
  };
}
