import { asInteger } from '../decode/values.ts';
import { takes } from './flows.ts';
import { MOVES_NOTHING, methodsOf, sameEverywhere } from './protocol.ts';

/** sAVAX of BENQI: shares of staked coins, burnt by a request and a later claim. */
export const BENQI = sameEverywhere('benqi', () => {
  const add = methodsOf('benqi', 'unstake');
  return [
    add('submit()', MOVES_NOTHING, 'stake'),
    add('requestUnlock(uint256 shareAmount)', (call) => ({ effects: takes(call, call.asset, asInteger(call.values[0])) })),
    add('redeem()', MOVES_NOTHING),
    add('redeem(uint256 unlockIndex)', MOVES_NOTHING),
    add('redeemOverdueShares()', MOVES_NOTHING),
    add('redeemOverdueShares(uint256 unlockIndex)', MOVES_NOTHING),
  ];
});

/** Rocket Pool: its deposit pool takes the coin, its token burns itself for it. */
export const ROCKET_POOL = sameEverywhere('rocket-pool', () => {
  const add = methodsOf('rocket-pool', 'unstake');
  return [
    add('deposit()', MOVES_NOTHING, 'stake'),
    add('burn(uint256 rethAmount)', (call) => ({ effects: takes(call, call.asset, asInteger(call.values[0])) })),
  ];
});
