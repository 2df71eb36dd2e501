import type { AccountId } from '../../../core/ids.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import type { MethodCall, MethodReading } from '../decode/method-entry.ts';
import { asInteger, asList } from '../decode/values.ts';
import { assetAt, pays, takes, trade } from './flows.ts';
import { packedAddress } from './packed-address.ts';
import { type Deployment, methodsOf, type Protocol } from './protocol.ts';
import { wrappedCoin } from './wrapped-coin.ts';

const BASE = '(uint256 fromToken,address toToken,uint256 fromTokenAmount,uint256 minReturnAmount,uint256 deadLine) baseRequest';
const PATH = '(address[] mixAdapters,address[] assetTo,uint256[] rawData,bytes[] extraData,uint256 fromToken)';
const QUOTES =
  '(uint256 pathIndex,address payer,address fromToken,address toToken,uint256 fromTokenAmountMax,uint256 toTokenAmountMax,uint256 salt,uint256 deadLine,bool isPushOrder,bytes extension)[] extraData';
/** Set: the wrapped coin becomes the coin. */
const UNWRAPS = 1n << 255n;

function requested(call: MethodCall, base: AbiValue | undefined, to: AccountId): MethodReading {
  const [sold, bought, amount, least] = asList(base);
  return {
    effects: trade(
      call,
      { asset: assetAt(call, packedAddress(asInteger(sold)), true), amount: asInteger(amount) },
      { asset: assetAt(call, bought, true), amount: asInteger(least) },
      to,
    ),
  };
}

/** Pools are named and not their tokens: what comes cannot be told, who gets it can. */
function throughPools(call: MethodCall, sold: AbiValue | undefined, amount: bigint, to: AccountId): MethodReading {
  const asset = assetAt(call, packedAddress(asInteger(sold)), true);
  const effects = takes(call, asset, amount);
  return to === call.frame.sender ? { effects } : { effects: [...effects, ...pays(call, to, asset, amount)] };
}

function wrapping(call: MethodCall, { chain, asset }: Deployment): MethodReading {
  const wrapped = asset ?? wrappedCoin(chain);
  if (wrapped === undefined) return { unknown: 'the wrapped coin of this chain is not known' };
  const packed = asInteger(call.values[1]);
  const amount = packed & ~UNWRAPS;
  const [coin, token] = [
    { asset: call.frame.native, amount },
    { asset: call.token(wrapped), amount },
  ];
  const unwraps = (packed & UNWRAPS) !== 0n;
  return { effects: trade(call, unwraps ? token : coin, unwraps ? coin : token, call.frame.sender) };
}

/**
 * OKX's router. Commissions travel as bytes behind the arguments: such calls are not canonical, and are unknown. Swaps whose
 * pools alone tell what is sold are read where that is the coin sent along.
 */
export const OKX: Protocol = {
  name: 'okx',
  methods: (deployment) => {
    const add = methodsOf('okx', 'swap');
    const sender = (call: MethodCall): AccountId => call.frame.sender;
    return [
      add(`dagSwapByOrderId(uint256 orderId,${BASE},${PATH}[] paths)`, (call) => requested(call, call.values[1], sender(call))),
      add(`dagSwapTo(uint256 orderId,address receiver,${BASE},${PATH}[] paths)`, (call) =>
        requested(call, call.values[2], call.account(call.values[1])),
      ),
      add(`smartSwapByOrderId(uint256 orderId,${BASE},uint256[] batchesAmount,${PATH}[][] batches,${QUOTES})`, (call) =>
        requested(call, call.values[1], sender(call)),
      ),
      add(`smartSwapTo(uint256 orderId,address receiver,${BASE},uint256[] batchesAmount,${PATH}[][] batches,${QUOTES})`, (call) =>
        requested(call, call.values[2], call.account(call.values[1])),
      ),
      add('unxswapByOrderId(uint256 srcToken,uint256 amount,uint256 minReturn,bytes32[] pools)', (call) =>
        throughPools(call, call.values[0], asInteger(call.values[1]), sender(call)),
      ),
      add('unxswapTo(uint256 srcToken,uint256 amount,uint256 minReturn,address receiver,bytes32[] pools)', (call) =>
        throughPools(call, call.values[0], asInteger(call.values[1]), call.account(call.values[3])),
      ),
      add(`unxswapToWithBaseRequest(uint256 orderId,address receiver,${BASE},bytes32[] pools)`, (call) =>
        requested(call, call.values[2], call.account(call.values[1])),
      ),
      add(`uniswapV3SwapToWithBaseRequest(uint256 orderId,address receiver,${BASE},uint256[] pools)`, (call) =>
        requested(call, call.values[2], call.account(call.values[1])),
      ),
      add('uniswapV3SwapTo(uint256 receiver,uint256 amount,uint256 minReturn,uint256[] pools)', (call) => {
        const amount = asInteger(call.values[1]);
        if (call.frame.value !== amount) return { unknown: 'the token that leaves is not among the arguments' };
        const to = call.account(packedAddress(asInteger(call.values[0])));
        return to === sender(call) ? {} : { effects: pays(call, to, call.frame.native, amount) };
      }),
      add('swapWrap(uint256 orderId,uint256 rawdata)', (call) => wrapping(call, deployment)),
    ];
  },
};
