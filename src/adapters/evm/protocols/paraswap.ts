import type { AbiValue } from '../decode/abi-type.ts';
import type { MethodCall, MethodReading } from '../decode/method-entry.ts';
import { asBytes, asInteger, asList } from '../decode/values.ts';
import { permitEffects } from './carried-permit.ts';
import { assetAt, recipientAt, trade } from './flows.ts';
import { methodsOf, sameEverywhere } from './protocol.ts';

/** Where the terms stand in the record of a method: tokens, most that leaves, least that comes, who gets it. */
interface Places {
  readonly sold: number;
  readonly bought: number;
  readonly most: number;
  readonly least: number;
  readonly to: number;
}

function swapped(call: MethodCall, given: readonly AbiValue[], at: Places, permit: AbiValue | undefined): MethodReading {
  const sold = assetAt(call, given[at.sold]);
  const effects = trade(
    call,
    { asset: sold, amount: asInteger(given[at.most]) },
    { asset: assetAt(call, given[at.bought]), amount: asInteger(given[at.least]) },
    recipientAt(call, given[at.to]),
  );
  const carried = permitEffects(call, sold, asBytes(permit));
  return typeof carried === 'string' ? { effects, unknown: carried } : { effects: [...carried, ...effects] };
}

const GENERIC = { sold: 0, bought: 1, most: 2, least: 3, to: 6 };
const TERMS =
  'address srcToken,address destToken,uint256 fromAmount,uint256 toAmount,uint256 quotedAmount,bytes32 metadata,address beneficiary';
const FEE_AND_PERMIT = 'uint256 partnerAndFee,bytes permit';

/**
 * ParaSwap (Velora), the sixth Augustus: what its executors do is opaque, its own checks on both sides of the trade are not.
 * Swaps on Balancer name their tokens inside opaque bytes, and filled quotes in lists of orders: not read.
 */
export const PARASWAP = sameEverywhere('paraswap', () => {
  const add = methodsOf('paraswap', 'swap');
  const generic = (name: string) =>
    add(`${name}(address executor,(${TERMS}) swapData,${FEE_AND_PERMIT},bytes executorData)`, (call) =>
      swapped(call, asList(call.values[1]), GENERIC, call.values[3]),
    );
  const onPools = (name: string) =>
    add(`${name}((${TERMS},bytes pools) swapData,${FEE_AND_PERMIT})`, (call) =>
      swapped(call, asList(call.values[0]), GENERIC, call.values[2]),
    );
  return [
    ...['swapExactAmountIn', 'swapExactAmountOut', 'swapExactAmountInPro', 'swapExactAmountOutPro'].map(generic),
    ...['InOnUniswapV2', 'InOnUniswapV3', 'OutOnUniswapV2', 'OutOnUniswapV3'].map((name) => onPools(`swapExactAmount${name}`)),
    add(`swapExactAmountInOnCurveV1((uint256 curveData,uint256 curveAssets,${TERMS}) swapData,${FEE_AND_PERMIT})`, (call) =>
      swapped(call, asList(call.values[0]), { sold: 2, bought: 3, most: 4, least: 5, to: 8 }, call.values[2]),
    ),
    add(
      `swapExactAmountInOnCurveV2((uint256 curveData,uint256 i,uint256 j,address poolAddress,${TERMS}) swapData,${FEE_AND_PERMIT})`,
      (call) => swapped(call, asList(call.values[0]), { sold: 4, bought: 5, most: 6, least: 7, to: 10 }, call.values[2]),
    ),
  ];
});
