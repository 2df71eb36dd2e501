import { spendersOf } from '../assets.ts';
import { HEAD } from '../habit-bytes.ts';
import { bitsOf, spanBits, unitsOf } from '../scale.ts';
import { ACTION_KINDS, isAllowance } from '../wallet-action.ts';
import { type GaugeGroup, gaugesOf, UNKNOWN } from './gauge.ts';

const SECONDS_PER_DAY = 86_400;
/** Base units that nobody has: an allowance of more is one without end. */
const WITHOUT_END = 1n << 200n;

/** What kind of action it is, how familiar, and how it goes on from those to the same party. */
export const sequenceGauges: GaugeGroup = {
  gauges: gaugesOf('habits', [
    ...['is_coin', 'is_token', 'is_call', 'is_allowance', 'kind_share', 'method_seen', 'token_seen', 'spender_seen'],
    ...['allowance_size', 'allowance_above_most', 'asset_received', 'allowances', 'to_party_in_day', 'to_party_since_new'],
    ...['rising_to_party', 'above_last_to_party', 'actions', 'assets', 'life'],
  ]),
  read({ action, state, asset, assetPlace, methodSeen, tokenSeen, spenderSeen, day, toParty, bits, seconds }, figures, at) {
    const { kind, allowance, decimals } = action;
    const count = state.head[HEAD.count] as number;
    const first = state.head[HEAD.first] as number;
    figures[at] = Number(kind === 'coin');
    figures[at + 1] = Number(kind === 'token');
    figures[at + 2] = Number(kind === 'call');
    figures[at + 3] = Number(isAllowance(kind));
    figures[at + 4] = (state.kinds[ACTION_KINDS.indexOf(kind)] as number) / Math.max(1, count);
    figures[at + 5] = Math.min(50, methodSeen);
    figures[at + 6] = Math.min(50, tokenSeen);
    figures[at + 7] = Math.min(20, spenderSeen);
    figures[at + 8] = allowanceSize(kind, allowance);
    figures[at + 9] =
      allowance === undefined || allowance === 0n || assetPlace === undefined
        ? UNKNOWN
        : bitsOf(unitsOf(allowance, decimals)) - assetPlace.max;
    figures[at + 10] = asset < 0 ? 0 : Math.min(20, state.assetReceived[asset] as number);
    figures[at + 11] = spendersOf(state);
    figures[at + 12] = day.sameParty;
    figures[at + 13] = day.samePartyNew;
    figures[at + 14] = rising(toParty, bits);
    figures[at + 15] = toParty.length === 0 ? UNKNOWN : bits - (toParty[0] as number);
    figures[at + 16] = Math.min(1_000, count);
    figures[at + 17] = state.head[HEAD.assets] as number;
    figures[at + 18] = spanBits((first === 0 ? 0 : seconds - first) / SECONDS_PER_DAY);
  },
};

/** How often the payments to one party were more than the one before, this one included. */
function rising(newestFirst: readonly number[], bits: number): number {
  let count = 0;
  let after = bits;
  for (const before of newestFirst) {
    if (after > before) count += 1;
    after = before;
  }
  return count;
}

/** 0 revoked, 1 an amount, 2 without end, 3 all of a collection. */
function allowanceSize(kind: string, allowance: bigint | undefined): number {
  if (kind === 'allowance_all') return 3;
  if (kind !== 'allowance' || allowance === undefined) return -1;
  return allowance === 0n ? 0 : allowance > WITHOUT_END ? 2 : 1;
}
