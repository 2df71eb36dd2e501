import { allowanceAmount, allowed } from '../decode/found.ts';
import type { MethodCall, MethodEntry, MethodReading } from '../decode/method-entry.ts';
import { asInteger } from '../decode/values.ts';
import { credits, pays, takes } from './flows.ts';
import { type AddMethod, MOVES_NOTHING, methodsOf, sameEverywhere } from './protocol.ts';

/** Stands for all that there is: no amount that one could count on. */
const ALL = 2n ** 256n - 1n;

/** A deposit for somebody: what is credited elsewhere goes to them. */
function supplied(call: MethodCall): MethodReading {
  const [token, amount, owner] = call.values;
  const asset = call.token(token);
  return { effects: [...takes(call, asset, asInteger(amount)), ...credits(call, call.account(owner), asset, asInteger(amount))] };
}

/** A debt is paid, at most `amount` of it; paying another's is a present to them. */
function repaid(call: MethodCall): MethodReading {
  const [token, amount, , debtor] = call.values;
  const asset = call.token(token);
  return { effects: [...takes(call, asset, asInteger(amount)), ...credits(call, call.account(debtor), asset, asInteger(amount))] };
}

function withdrawn(call: MethodCall): MethodReading {
  const [token, amount, to] = call.values;
  const isAll = asInteger(amount) === ALL;
  const owner = call.account(to);
  const effects = pays(call, owner, call.token(token), isAll ? 0n : asInteger(amount));
  return isAll && owner !== call.frame.sender ? { effects, unknown: 'all that there is goes to another account' } : { effects };
}

function pool(add: AddMethod): readonly MethodEntry[] {
  const supply = 'address asset,uint256 amount,address onBehalfOf,uint16 referralCode';
  const repay = 'address asset,uint256 amount,uint256 interestRateMode,address onBehalfOf';
  const permit = 'uint256 deadline,uint8 permitV,bytes32 permitR,bytes32 permitS';
  const permitted =
    (read: (call: MethodCall) => MethodReading) =>
    (call: MethodCall): MethodReading => {
      const [token, amount] = call.values;
      const right = allowed(call.frame.sender, call.contract, call.token(token), allowanceAmount(asInteger(amount)));
      return { effects: [right, ...(read(call).effects ?? [])] };
    };
  return [
    add(`supply(${supply})`, supplied),
    add(`deposit(${supply})`, supplied),
    add(`supplyWithPermit(${supply},${permit})`, permitted(supplied)),
    add('withdraw(address asset,uint256 amount,address to)', withdrawn, 'unstake'),
    add(
      'borrow(address asset,uint256 amount,uint256 interestRateMode,uint16 referralCode,address onBehalfOf)',
      (call) => {
        const [token, amount, , , debtor] = call.values;
        const asset = call.token(token);
        // What is borrowed comes to the caller whoever owes it.
        const effects = pays(call, call.frame.sender, asset, asInteger(amount));
        return call.account(debtor) === call.frame.sender ? { effects } : { effects, unknown: 'it borrows on the account of another' };
      },
      'borrow',
    ),
    add(`repay(${repay})`, repaid),
    add(`repayWithPermit(${repay},${permit})`, permitted(repaid)),
    add('setUserUseReserveAsCollateral(address asset,bool useAsCollateral)', MOVES_NOTHING, 'staking'),
    add('setUserEMode(uint8 categoryId)', MOVES_NOTHING, 'trading'),
  ];
}

/** The lending pool of Aave, versions 2 and 3. Lending and paying back count as staking, borrowing as trading. */
export const AAVE = sameEverywhere('aave', () => pool(methodsOf('aave', 'stake')));

/** The gateway through which the coin itself is lent: it wraps on the way. */
export const AAVE_GATEWAY = sameEverywhere('aave-gateway', () => {
  const add = methodsOf('aave-gateway', 'stake');
  return [
    add('depositETH(address pool,address onBehalfOf,uint16 referralCode)', (call) => ({
      effects: credits(call, call.account(call.values[1]), call.frame.native, call.frame.value),
    })),
    add('repayETH(address pool,uint256 amount,address onBehalfOf)', (call) => ({
      effects: credits(call, call.account(call.values[2]), call.frame.native, call.frame.value),
    })),
  ];
});
