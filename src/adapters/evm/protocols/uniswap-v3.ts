import type { AccountId } from '../../../core/ids.ts';
import { hexOf } from '../address.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import { allowanceAmount, allowed } from '../decode/found.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodTable } from '../decode/method-entry.ts';
import { asBytes, asInteger, asList } from '../decode/values.ts';
import { pays, takes, trade } from './flows.ts';
import { packedEnds } from './packed-path.ts';
import { type AddMethod, type Deployment, MOVES_NOTHING, methodsOf, type Protocol } from './protocol.ts';
import { swapAlongPath } from './uniswap-v2.ts';
import { wrappedCoin } from './wrapped-coin.ts';

/** How a router spells recipients: the first uses the zero address for itself, the second 1 for the caller and 2 for itself. */
type Spelling = 'zero-is-router' | 'one-is-caller';
const word = (digit: number): string => `0x${'0'.repeat(39)}${digit}`;

function recipientOf(call: MethodCall, spelling: Spelling, address: AbiValue | undefined): AccountId {
  if (spelling === 'zero-is-router') return address === word(0) ? call.contract : call.account(address);
  return address === word(1) ? call.frame.sender : address === word(2) ? call.contract : call.account(address);
}

interface Swap {
  readonly sold: AbiValue | undefined;
  readonly bought: AbiValue | undefined;
  readonly most: AbiValue | undefined;
  readonly least: AbiValue | undefined;
  readonly to: AbiValue | undefined;
}

/** A swap of the wrapped coin is paid from the value sent along, where that suffices; anything else is pulled from the caller. */
function swapped(call: MethodCall, deployment: Deployment, spelling: Spelling, swap: Swap): MethodReading {
  const most = asInteger(swap.most);
  const paysInCoin = call.frame.value >= most && swap.sold === (deployment.asset ?? wrappedCoin(deployment.chain));
  const sold = paysInCoin ? { asset: call.frame.native, amount: most } : { asset: call.token(swap.sold), amount: most };
  const bought = { asset: call.token(swap.bought), amount: asInteger(swap.least) };
  return { effects: trade(call, sold, bought, recipientOf(call, spelling, swap.to)) };
}

function swaps(add: AddMethod, deployment: Deployment, spelling: Spelling): readonly MethodEntry[] {
  const deadline = spelling === 'zero-is-router' ? 'uint256 deadline,' : '';
  const skip = spelling === 'zero-is-router' ? 1 : 0;
  const single = (most: number, least: number) => (call: MethodCall) => {
    const given = asList(call.values[0]);
    const [sold, bought, , to] = given;
    return swapped(call, deployment, spelling, { sold, bought, to, most: given[most + skip], least: given[least + skip] });
  };
  const along =
    (most: number, least: number, backwards: boolean) =>
    (call: MethodCall): MethodReading => {
      const given = asList(call.values[0]);
      const ends = packedEnds(asBytes(given[0]));
      if (ends === undefined) return { unknown: 'the path names no two tokens' };
      const [sold, bought] = backwards ? [ends[1], ends[0]] : ends;
      return swapped(call, deployment, spelling, { sold, bought, to: given[1], most: given[most + skip], least: given[least + skip] });
    };
  const one = `address tokenIn,address tokenOut,uint24 fee,address recipient,${deadline}`;
  const many = `bytes path,address recipient,${deadline}`;
  return [
    add(`exactInputSingle((${one}uint256 amountIn,uint256 amountOutMinimum,uint160 sqrtPriceLimitX96) params)`, single(4, 5)),
    add(`exactOutputSingle((${one}uint256 amountOut,uint256 amountInMaximum,uint160 sqrtPriceLimitX96) params)`, single(5, 4)),
    add(`exactInput((${many}uint256 amountIn,uint256 amountOutMinimum) params)`, along(2, 3, false)),
    add(`exactOutput((${many}uint256 amountOut,uint256 amountInMaximum) params)`, along(3, 2, true)),
  ];
}

/** Several calls of the router in one. The value can be spent once: two swaps that might each be paid from it are not told apart. */
function batches(add: AddMethod, others: readonly MethodEntry[]): readonly MethodEntry[] {
  const spends = methodTable(others);
  const reading =
    (at: number) =>
    (call: MethodCall): MethodReading => {
      const datas = asList(call.values[at]).map(asBytes);
      const paying = datas.filter((data) => data.length >= 4 && spends.has(hexOf(data, 0, 4))).length;
      const calls = datas.map((data) => ({ to: null, value: 0n, data }));
      const args = { calls: String(datas.length) };
      if (call.frame.value > 0n && paying > 1) return { calls, args, unknown: 'several swaps share the value sent along' };
      return { calls, args };
    };
  return [
    add('multicall(bytes[] data)', reading(0)),
    add('multicall(uint256 deadline,bytes[] data)', reading(1)),
    add('multicall(bytes32 previousBlockhash,bytes[] data)', reading(1)),
  ];
}

/** What the routers pay out of what they hold, and the rights that are handed to them in passing. */
function payments(add: AddMethod): readonly MethodEntry[] {
  const coin = (call: MethodCall, to: AccountId) => ({ effects: pays(call, to, call.frame.native, asInteger(call.values[0])) });
  const token = (call: MethodCall, to: AccountId) => ({ effects: pays(call, to, call.token(call.values[0]), asInteger(call.values[1])) });
  const allows = (call: MethodCall) => ({
    effects: [allowed(call.frame.sender, call.contract, call.token(call.values[0]), allowanceAmount(asInteger(call.values[1])))],
  });
  const permit = 'address token,uint256 value,uint256 deadline,uint8 v,bytes32 r,bytes32 s';
  const daiPermit = 'address token,uint256 nonce,uint256 expiry,uint8 v,bytes32 r,bytes32 s';
  const allowsAll = (call: MethodCall) => ({
    effects: [allowed(call.frame.sender, call.contract, call.token(call.values[0]), 'unlimited')],
  });
  return [
    add('unwrapWETH9(uint256 amountMinimum,address recipient)', (call) => coin(call, call.account(call.values[1]))),
    add('sweepToken(address token,uint256 amountMinimum,address recipient)', (call) => token(call, call.account(call.values[2]))),
    add('refundETH()', MOVES_NOTHING),
    add(`selfPermit(${permit})`, allows),
    add(`selfPermitIfNecessary(${permit})`, allows),
    add(`selfPermitAllowed(${daiPermit})`, allowsAll),
    add(`selfPermitAllowedIfNecessary(${daiPermit})`, allowsAll),
    add('unwrapWETH9(uint256 amountMinimum)', (call) => coin(call, call.frame.sender)),
    add('sweepToken(address token,uint256 amountMinimum)', (call) => token(call, call.frame.sender)),
    add('wrapETH(uint256 value)', MOVES_NOTHING),
    add('pull(address token,uint256 value)', (call) => ({
      effects: takes(call, call.token(call.values[0]), asInteger(call.values[1])),
    })),
  ];
}

/** Both routers of Uniswap v3; the second swaps along pools of v2 as well. Their methods differ wherever their meaning does. */
export const UNISWAP_V3: Protocol = {
  name: 'uniswap-v3',
  methods: (deployment) => {
    const add = methodsOf('uniswap-v3', 'swap');
    const path = 'address[] path,address to';
    const routed = (read: (call: MethodCall) => MethodReading) => (call: MethodCall) =>
      read({ ...call, account: (value) => recipientOf(call, 'one-is-caller', value) });
    const own = [
      ...swaps(add, deployment, 'zero-is-router'),
      ...swaps(add, deployment, 'one-is-caller'),
      add(
        `swapExactTokensForTokens(uint256 amountIn,uint256 amountOutMin,${path})`,
        routed(swapAlongPath({ sold: 0, bought: 1, path: 2, to: 3 })),
      ),
      add(
        `swapTokensForExactTokens(uint256 amountOut,uint256 amountInMax,${path})`,
        routed(swapAlongPath({ sold: 1, bought: 0, path: 2, to: 3 })),
      ),
    ];
    return [...own, ...batches(add, own), ...payments(add)];
  },
};
