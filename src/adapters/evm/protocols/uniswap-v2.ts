import type { AbiValue } from '../decode/abi-type.ts';
import type { MethodCall, MethodReading } from '../decode/method-entry.ts';
import { asInteger, asList } from '../decode/values.ts';
import { credits, takes, trade } from './flows.ts';
import { methodsOf, sameEverywhere } from './protocol.ts';

/** First and last token of a path; undefined where it names no pair. */
export function pathEnds(path: AbiValue | undefined): readonly [sold: AbiValue, bought: AbiValue] | undefined {
  const tokens = asList(path);
  const [first] = tokens;
  const last = tokens.at(-1);
  return first === undefined || last === undefined || tokens.length < 2 ? undefined : [first, last];
}

interface Terms {
  /** Position of the most that leaves; null: the value sent along. */
  readonly sold: number | null;
  /** Position of the least that comes. */
  readonly bought: number;
  readonly path: number;
  readonly to: number;
  /** The end that is paid in the chain's own coin: the path names the wrapped one. */
  readonly coin?: 'sold' | 'bought';
}

/** A swap along a path of token addresses. */
export function swapAlongPath({ sold, bought, path, to, coin }: Terms): (call: MethodCall) => MethodReading {
  return (call) => {
    const { values, frame } = call;
    const ends = pathEnds(values[path]);
    if (ends === undefined) return { unknown: 'the path names no two tokens' };
    return {
      effects: trade(
        call,
        { asset: coin === 'sold' ? frame.native : call.token(ends[0]), amount: sold === null ? 0n : asInteger(values[sold]) },
        { asset: coin === 'bought' ? frame.native : call.token(ends[1]), amount: asInteger(values[bought]) },
        call.account(values[to]),
      ),
    };
  };
}

const TAIL = 'address[] path,address to,uint256 deadline';

/** The router of Uniswap v2 and of its many copies. Shares of a pool that are burnt are not named by its arguments: not read. */
export const UNISWAP_V2 = sameEverywhere('uniswap-v2', () => {
  const add = methodsOf('uniswap-v2', 'swap');
  const exactIn = `uint256 amountIn,uint256 amountOutMin,${TAIL}`;
  const exactOut = `uint256 amountOut,uint256 amountInMax,${TAIL}`;
  const exactTokens = { sold: 0, bought: 1, path: 2, to: 3 };
  const boughtTokens = { sold: 1, bought: 0, path: 2, to: 3 };
  const paidInCoin = { sold: null, bought: 0, path: 1, to: 2, coin: 'sold' } as const;
  return [
    add(`swapExactTokensForTokens(${exactIn})`, swapAlongPath(exactTokens)),
    add(`swapTokensForExactTokens(${exactOut})`, swapAlongPath(boughtTokens)),
    add(`swapExactETHForTokens(uint256 amountOutMin,${TAIL})`, swapAlongPath(paidInCoin)),
    add(`swapETHForExactTokens(uint256 amountOut,${TAIL})`, swapAlongPath(paidInCoin)),
    add(`swapTokensForExactETH(${exactOut})`, swapAlongPath({ ...boughtTokens, coin: 'bought' })),
    add(`swapExactTokensForETH(${exactIn})`, swapAlongPath({ ...exactTokens, coin: 'bought' })),
    add(`swapExactTokensForTokensSupportingFeeOnTransferTokens(${exactIn})`, swapAlongPath(exactTokens)),
    add(`swapExactETHForTokensSupportingFeeOnTransferTokens(uint256 amountOutMin,${TAIL})`, swapAlongPath(paidInCoin)),
    add(`swapExactTokensForETHSupportingFeeOnTransferTokens(${exactIn})`, swapAlongPath({ ...exactTokens, coin: 'bought' })),
    add(
      'addLiquidity(address tokenA,address tokenB,uint256 amountADesired,uint256 amountBDesired,uint256 amountAMin,uint256 amountBMin,address to,uint256 deadline)',
      (call) => {
        const [tokenA, tokenB, amountA, amountB, , , to] = call.values;
        return {
          effects: (
            [
              [tokenA, amountA],
              [tokenB, amountB],
            ] as const
          ).flatMap(([token, amount]) => [
            ...takes(call, call.token(token), asInteger(amount)),
            ...credits(call, call.account(to), call.token(token), asInteger(amount)),
          ]),
        };
      },
      'stake',
    ),
    add(
      'addLiquidityETH(address token,uint256 amountTokenDesired,uint256 amountTokenMin,uint256 amountETHMin,address to,uint256 deadline)',
      (call) => {
        const [token, amount, , , to] = call.values;
        const owner = call.account(to);
        return {
          effects: [
            ...takes(call, call.token(token), asInteger(amount)),
            ...credits(call, owner, call.token(token), asInteger(amount)),
            ...credits(call, owner, call.frame.native, call.frame.value),
          ],
        };
      },
      'stake',
    ),
  ];
});
