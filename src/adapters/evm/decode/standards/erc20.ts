import { allowanceAmount, allowed, type Found, moved } from '../found.ts';
import { type MethodCall, type MethodEntry, methodEntry } from '../method-entry.ts';
import { asFlag, asInteger } from '../values.ts';

const PLAIN = { plain: true };

/**
 * At a contract that nobody listed the third word may as well number an item of a collection, where 0 is an item like any
 * other: neither the amount nor "nothing" may be believed.
 */
function amountOrItem(call: MethodCall, effects: readonly Found[]): { readonly effects: readonly Found[]; readonly unknown?: string } {
  return call.listed
    ? { effects }
    : { effects, unknown: 'amount_or_item: an amount of a token or the number of an item; the contract is not listed' };
}

/** What a signed allowance grants that anybody may submit. */
const permitted = (call: MethodCall, amount: bigint): { readonly effects: readonly Found[] } => ({
  effects: [allowed(call.account(call.values[0]), call.account(call.values[1]), call.asset, allowanceAmount(amount))],
});

const transfer = (call: MethodCall): { readonly effects: readonly Found[] } => ({
  effects: moved(call.frame.sender, call.account(call.values[0]), call.asset, asInteger(call.values[1])),
});
const transferFrom = (call: MethodCall): readonly Found[] =>
  moved(call.account(call.values[0]), call.account(call.values[1]), call.asset, asInteger(call.values[2]));
const approve = (call: MethodCall): readonly Found[] => [
  allowed(call.frame.sender, call.account(call.values[0]), call.asset, allowanceAmount(asInteger(call.values[1]))),
];

/** ERC-20 and what stands beside it in most tokens: permits (EIP-2612, and the form of DAI), EIP-3009, burning. */
export const ERC20_METHODS: readonly MethodEntry[] = [
  // Early collections transfer items this way. An amount needs a limit for this very token; zero would need none.
  methodEntry(
    'transfer(address to,uint256 amount)',
    (call) => (call.values[1] === 0n ? amountOrItem(call, transfer(call).effects) : transfer(call)),
    PLAIN,
  ),
  methodEntry('transferFrom(address from,address to,uint256 amount)', (call) => amountOrItem(call, transferFrom(call)), PLAIN),
  methodEntry('approve(address spender,uint256 amount)', (call) => amountOrItem(call, approve(call)), PLAIN),
  // What is added says nothing of the total, so a rule must allow the call itself too; simulation measures the total.
  methodEntry('increaseAllowance(address spender,uint256 added)', (call) => ({ effects: approve(call) })),
  methodEntry('decreaseAllowance(address spender,uint256 removed)', (call) => ({
    effects: [allowed(call.frame.sender, call.account(call.values[0]), call.asset, 0n)],
  })),
  methodEntry('permit(address owner,address spender,uint256 amount,uint256 deadline,uint8 v,bytes32 r,bytes32 s)', (call) =>
    permitted(call, asInteger(call.values[2])),
  ),
  methodEntry('permit(address owner,address spender,uint256 amount,uint256 deadline,bytes signature)', (call) =>
    permitted(call, asInteger(call.values[2])),
  ),
  // The form of DAI: all or nothing.
  methodEntry('permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed,uint8 v,bytes32 r,bytes32 s)', (call) => ({
    effects: [allowed(call.account(call.values[0]), call.account(call.values[1]), call.asset, asFlag(call.values[4]) ? 'unlimited' : 0n)],
  })),
  methodEntry('burn(uint256 amount)', (call) =>
    amountOrItem(call, [
      { kind: 'outflow', account: call.frame.sender, counterparty: null, asset: call.asset, amount: asInteger(call.values[0]) },
    ]),
  ),
  methodEntry('burnFrom(address from,uint256 amount)', (call) => ({
    effects: [
      { kind: 'outflow', account: call.account(call.values[0]), counterparty: null, asset: call.asset, amount: asInteger(call.values[1]) },
    ],
  })),
  ...['transferWithAuthorization', 'receiveWithAuthorization'].flatMap((name) =>
    ['uint8 v,bytes32 r,bytes32 s', 'bytes signature'].map((signature) =>
      methodEntry(
        `${name}(address from,address to,uint256 amount,uint256 validAfter,uint256 validBefore,bytes32 nonce,${signature})`,
        (call) => ({ effects: transferFrom(call) }),
      ),
    ),
  ),
  methodEntry('cancelAuthorization(address authorizer,bytes32 nonce,uint8 v,bytes32 r,bytes32 s)', () => ({})),
  methodEntry('cancelAuthorization(address authorizer,bytes32 nonce,bytes signature)', () => ({})),
];

/** ERC-1363 (and ERC-677): the receiver's own code runs with the payment. */
export const ERC1363_METHODS: readonly MethodEntry[] = [
  methodEntry('transferAndCall(address to,uint256 amount)', transfer),
  methodEntry('transferAndCall(address to,uint256 amount,bytes data)', transfer),
  methodEntry('transferFromAndCall(address from,address to,uint256 amount)', (call) => ({ effects: transferFrom(call) })),
  methodEntry('transferFromAndCall(address from,address to,uint256 amount,bytes data)', (call) => ({ effects: transferFrom(call) })),
  methodEntry('approveAndCall(address spender,uint256 amount)', (call) => ({ effects: approve(call) })),
  methodEntry('approveAndCall(address spender,uint256 amount,bytes data)', (call) => ({ effects: approve(call) })),
];
