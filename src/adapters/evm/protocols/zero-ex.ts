import { asAddress, asBytes, asInteger, asList } from '../decode/values.ts';
import { assetAt, pays, takes, trade } from './flows.ts';
import { methodsOf, sameEverywhere } from './protocol.ts';

/** The Exchange Proxy of 0x: its transformations are opaque, its own checks on both sides of the trade are not. */
export const ZERO_EX_PROXY = sameEverywhere('0x-proxy', () => [
  methodsOf('0x-proxy', 'swap')(
    'transformERC20(address inputToken,address outputToken,uint256 inputTokenAmount,uint256 minOutputTokenAmount,(uint32 deploymentNonce,bytes data)[] transformations)',
    (call) => {
      const [sold, bought, amount, least] = call.values;
      const given = { asset: assetAt(call, sold), amount: asInteger(amount) };
      return { effects: trade(call, given, { asset: assetAt(call, bought), amount: asInteger(least) }, call.frame.sender) };
    },
  ),
]);

/**
 * The allowance holder of 0x: for this one call `operator` may take up to `amount` of `token`. The call that it makes is
 * followed: only a registered settler is known to give anything back.
 */
export const ZERO_EX_HOLDER = sameEverywhere('0x-holder', () => [
  methodsOf('0x-holder', 'swap')('exec(address operator,address token,uint256 amount,address target,bytes data)', (call) => {
    const [operator, token, amount, target, data] = call.values;
    const effects = takes(call, assetAt(call, token, true), asInteger(amount));
    if (asAddress(operator) !== asAddress(target)) return { effects, unknown: 'one contract may spend and another is called' };
    return { effects, calls: [{ to: asAddress(target), value: 0n, data: asBytes(data), sender: call.frame.sender }] };
  }),
]);

/**
 * Settlers of 0x, which the deployment registers: they are replaced often. Their actions are opaque and can take of the
 * caller only what it allowed for this call or signed for before; what comes is checked at the end.
 */
export const ZERO_EX_SETTLER = sameEverywhere('0x-settler', () => [
  methodsOf('0x-settler', 'swap')(
    'execute((address recipient,address buyToken,uint256 minAmountOut) slippage,bytes[] actions,bytes32 zidAndAffiliate)',
    (call) => {
      const [to, bought, least] = asList(call.values[0]);
      return { effects: pays(call, call.account(to), assetAt(call, bought, true), asInteger(least)) };
    },
  ),
]);
