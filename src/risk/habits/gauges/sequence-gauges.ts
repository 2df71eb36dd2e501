import { spendersOf } from '../assets.ts';
import { HEAD } from '../habit-bytes.ts';
import { bitsOf, spanBits, unitsOf } from '../scale.ts';
import { ACTION_KINDS, isAllowance } from '../wallet-action.ts';
import { type Gauge, UNKNOWN } from './gauge.ts';

const ground = 'habits';
const SECONDS_PER_DAY = 86_400;

/** What kind of action it is, how familiar, and how it goes on from those to the same party. */
export const sequenceGauges: readonly Gauge[] = [
  { name: 'is_coin', ground, read: ({ action }) => Number(action.kind === 'coin') },
  { name: 'is_token', ground, read: ({ action }) => Number(action.kind === 'token') },
  { name: 'is_call', ground, read: ({ action }) => Number(action.kind === 'call') },
  { name: 'is_allowance', ground, read: ({ action }) => Number(isAllowance(action.kind)) },
  {
    name: 'kind_share',
    ground,
    read: ({ state, action }) => (state.kinds[ACTION_KINDS.indexOf(action.kind)] as number) / Math.max(1, state.head[HEAD.count] as number),
  },
  { name: 'method_seen', ground, read: ({ methodSeen }) => Math.min(50, methodSeen) },
  { name: 'token_seen', ground, read: ({ tokenSeen }) => Math.min(50, tokenSeen) },
  { name: 'spender_seen', ground, read: ({ spenderSeen }) => Math.min(20, spenderSeen) },
  { name: 'allowance_size', ground, read: ({ action }) => allowanceSize(action.kind, action.allowance) },
  {
    name: 'allowance_above_most',
    ground,
    read: ({ action, assetPlace }) =>
      action.allowance === undefined || action.allowance === 0n || assetPlace === undefined
        ? UNKNOWN
        : bitsOf(unitsOf(action.allowance, action.decimals)) - assetPlace.max,
  },
  { name: 'asset_received', ground, read: ({ state, asset }) => (asset < 0 ? 0 : Math.min(20, state.assetReceived[asset] as number)) },
  { name: 'allowances', ground, read: ({ state }) => spendersOf(state) },
  { name: 'to_party_in_day', ground, read: ({ day }) => day.sameParty },
  { name: 'to_party_since_new', ground, read: ({ day }) => day.samePartyNew },
  { name: 'rising_to_party', ground, read: ({ toParty, bits }) => rising(toParty, bits) },
  { name: 'above_last_to_party', ground, read: ({ toParty, bits }) => (toParty.length === 0 ? UNKNOWN : bits - (toParty[0] as number)) },
  { name: 'actions', ground, read: ({ state }) => Math.min(1_000, state.head[HEAD.count] as number) },
  { name: 'assets', ground, read: ({ state }) => state.head[HEAD.assets] as number },
  {
    name: 'life',
    ground,
    read: ({ state, seconds }) => {
      const first = state.head[HEAD.first] as number;
      return spanBits((first === 0 ? 0 : seconds - first) / SECONDS_PER_DAY);
    },
  },
];

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
  return allowance === 0n ? 0 : allowance > 1n << 200n ? 2 : 1;
}
