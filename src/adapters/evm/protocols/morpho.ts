import type { MethodCall, MethodReading } from '../decode/method-entry.ts';
import { asBytes, asFlag, asInteger, asList } from '../decode/values.ts';
import { credits, pays, takes } from './flows.ts';
import { methodsOf, sameEverywhere } from './protocol.ts';

const MARKET = '(address loanToken,address collateralToken,address oracle,address irm,uint256 lltv) marketParams';
const LOAN = 0;
const COLLATERAL = 1;

/** What goes in for somebody. An amount in shares is bounded by nothing, and data calls the caller back. */
function paidIn(call: MethodCall, side: number, owner: number, data: number, shares?: number): MethodReading {
  const asset = call.token(asList(call.values[0])[side]);
  const amount = asInteger(call.values[1]);
  const effects = [...takes(call, asset, amount), ...credits(call, call.account(call.values[owner]), asset, amount)];
  if (shares !== undefined && asInteger(call.values[shares]) !== 0n)
    return { effects, unknown: 'what the shares cost is not among the arguments' };
  return asBytes(call.values[data]).length === 0 ? { effects } : { effects, unknown: 'the market calls the caller back' };
}

/** What comes out of somebody's position. */
function paidOut(call: MethodCall, side: number, owner: number, to: number): MethodReading {
  const asset = call.token(asList(call.values[0])[side]);
  const effects = pays(call, call.account(call.values[to]), asset, asInteger(call.values[1]));
  return call.account(call.values[owner]) === call.frame.sender ? { effects } : { effects, unknown: 'it acts on the account of another' };
}

/** Morpho Blue. Lending, collateral and paying back count as staking, borrowing as trading. */
export const MORPHO = sameEverywhere('morpho', () => {
  const add = methodsOf('morpho', 'stake');
  const amounts = 'uint256 assets,uint256 shares,address onBehalf';
  return [
    add(`supply(${MARKET},${amounts},bytes data)`, (call) => paidIn(call, LOAN, 3, 4, 2)),
    add(`repay(${MARKET},${amounts},bytes data)`, (call) => paidIn(call, LOAN, 3, 4, 2)),
    add(`withdraw(${MARKET},${amounts},address receiver)`, (call) => paidOut(call, LOAN, 3, 4), 'unstake'),
    add(`borrow(${MARKET},${amounts},address receiver)`, (call) => paidOut(call, LOAN, 3, 4), 'borrow'),
    add(`supplyCollateral(${MARKET},uint256 assets,address onBehalf,bytes data)`, (call) => paidIn(call, COLLATERAL, 2, 3)),
    add(
      `withdrawCollateral(${MARKET},uint256 assets,address onBehalf,address receiver)`,
      (call) => paidOut(call, COLLATERAL, 2, 3),
      'unstake',
    ),
    add(
      'setAuthorization(address authorized,bool newIsAuthorized)',
      (call) => ({
        effects: [
          {
            kind: 'operator',
            owner: call.frame.sender,
            operator: call.account(call.values[0]),
            collection: call.contract,
            approved: asFlag(call.values[1]),
          },
        ],
      }),
      'staking',
    ),
  ];
});
