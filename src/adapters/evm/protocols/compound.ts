import { asInteger } from '../decode/values.ts';
import { credits, pays, takes } from './flows.ts';
import { methodsOf, sameEverywhere } from './protocol.ts';

/** Compound's third version: one market, which is its own receipt. Lending counts as staking, borrowing looks the same from here. */
export const COMPOUND = sameEverywhere('compound', () => {
  const add = methodsOf('compound', 'stake');
  const outOf = 'what of it is lent back and what is borrowed is not among the arguments';
  return [
    add('supply(address asset,uint256 amount)', (call) => ({
      effects: takes(call, call.token(call.values[0]), asInteger(call.values[1])),
    })),
    add('supplyTo(address dst,address asset,uint256 amount)', (call) => {
      const [to, token, amount] = call.values;
      const asset = call.token(token);
      return { effects: [...takes(call, asset, asInteger(amount)), ...credits(call, call.account(to), asset, asInteger(amount))] };
    }),
    add(
      'withdraw(address asset,uint256 amount)',
      (call) => ({ effects: pays(call, call.frame.sender, call.token(call.values[0]), 0n), unknown: outOf }),
      'staking',
    ),
    add(
      'withdrawTo(address to,address asset,uint256 amount)',
      (call) => ({
        effects: pays(call, call.account(call.values[0]), call.token(call.values[1]), asInteger(call.values[2])),
        unknown: outOf,
      }),
      'staking',
    ),
  ];
});
