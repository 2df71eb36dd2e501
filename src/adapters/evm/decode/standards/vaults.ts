import { type Found, moved } from '../found.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry } from '../method-entry.ts';
import { asInteger } from '../values.ts';

/** Nothing that would come back is believed of a contract that is not listed. */
const LISTED_ONLY = 'the contract is no listed token';

function wrap(call: MethodCall): MethodReading {
  if (!call.listed) return { unknown: LISTED_ONLY };
  const { sender, value, inner } = call.frame;
  if (inner) return { unknown: 'wraps a value that the call around it brought' };
  return { effects: [{ kind: 'inflow', account: sender, counterparty: call.contract, asset: call.asset, amount: value }] };
}

function unwrap(call: MethodCall): MethodReading {
  if (!call.listed) return { unknown: LISTED_ONLY };
  const { sender, native } = call.frame;
  const amount = asInteger(call.values[0]);
  return { effects: [...moved(sender, call.contract, call.asset, amount), ...moved(call.contract, sender, native, amount)] };
}

/** What comes out of the vault for somebody else is the caller's: in the vault's own token, for its asset is not told. */
function paidTo(call: MethodCall, receiver: number, amount: bigint): readonly Found[] {
  const to = call.account(call.values[receiver]);
  return to === call.frame.sender ? [] : moved(call.contract, to, call.asset, amount);
}

/** Which asset a vault keeps, and at which price, is not in the bytes; who gets what comes of it is. */
const priced = (call: MethodCall): MethodReading => ({
  effects: paidTo(call, 1, asInteger(call.values[0])),
  unknown: 'how much of which asset the vault takes is not in the bytes',
});

/** WETH, and ERC-4626 vaults. A vault whose asset is known is registered as a deployment; see the protocols. */
export const VAULT_METHODS: readonly MethodEntry[] = [
  methodEntry('deposit()', wrap),
  methodEntry('withdraw(uint256 amount)', unwrap),
  methodEntry('deposit(uint256 assets,address receiver)', priced),
  methodEntry('mint(uint256 shares,address receiver)', priced),
  methodEntry('withdraw(uint256 assets,address receiver,address owner)', priced),
  // The shares are the vault's own token, and their number is told.
  methodEntry('redeem(uint256 shares,address receiver,address owner)', (call) => ({
    effects: [
      ...moved(call.account(call.values[2]), call.contract, call.asset, asInteger(call.values[0])),
      ...paidTo(call, 1, asInteger(call.values[0])),
    ],
  })),
];
