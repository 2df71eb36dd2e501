import { bitsOf, spanBits, unitsOf } from '../measure-action.ts';
import { isAllowance } from '../wallet-action.ts';
import { type Gauge, UNKNOWN } from './gauge.ts';

const ground = 'habits';
const MS_PER_DAY = 86_400_000;

/** What kind of action it is, how familiar, and how it goes on from those to the same party. */
export const sequenceGauges: readonly Gauge[] = [
  { name: 'is_coin', ground, read: ({ action }) => Number(action.kind === 'coin') },
  { name: 'is_token', ground, read: ({ action }) => Number(action.kind === 'token') },
  { name: 'is_call', ground, read: ({ action }) => Number(action.kind === 'call') },
  { name: 'is_allowance', ground, read: ({ action }) => Number(isAllowance(action.kind)) },
  { name: 'kind_share', ground, read: ({ habits, action }) => habits.kinds.count(action.kind) / Math.max(1, habits.count) },
  {
    name: 'method_seen',
    ground,
    read: ({ habits, action }) => Math.min(50, habits.methods.count(`${action.method ?? ''} ${action.kind}`)),
  },
  {
    name: 'token_seen',
    ground,
    read: ({ habits, action }) => Math.min(50, habits.tokens.count(action.kind === 'call' ? action.party : action.asset)),
  },
  {
    name: 'spender_seen',
    ground,
    read: ({ habits, action }) => (isAllowance(action.kind) ? Math.min(20, habits.spenders.count(action.party)) : -1),
  },
  { name: 'allowance_size', ground, read: ({ action }) => allowanceSize(action.kind, action.allowance) },
  {
    name: 'allowance_above_most',
    ground,
    read: ({ action, asset }) =>
      action.allowance === undefined || action.allowance === 0n || asset === undefined || asset.count === 0
        ? UNKNOWN
        : bitsOf(unitsOf(action.allowance, action.decimals)) - asset.max,
  },
  {
    name: 'asset_received',
    ground,
    read: ({ asset }) => Math.min(20, asset?.received ?? 0),
  },
  { name: 'allowances', ground, read: ({ habits }) => habits.spenders.size },
  { name: 'to_party_in_day', ground, read: ({ day }) => day.sameParty },
  { name: 'to_party_since_new', ground, read: ({ day }) => day.samePartyNew },
  {
    name: 'rising_to_party',
    ground,
    read: ({ toParty, bits }) =>
      [...toParty.map((action) => action.bits), bits].reduce(
        (count, size, at, all) => count + Number(at > 0 && size > (all[at - 1] ?? size)),
        0,
      ),
  },
  {
    name: 'above_last_to_party',
    ground,
    read: ({ toParty, bits }) => (toParty.length === 0 ? UNKNOWN : bits - (toParty.at(-1)?.bits ?? 0)),
  },
  { name: 'actions', ground, read: ({ habits }) => Math.min(1_000, habits.count) },
  { name: 'assets', ground, read: ({ habits }) => habits.assets },
  { name: 'life', ground, read: ({ habits, action }) => spanBits((1_000 * (action.atMs - (habits.firstMs ?? action.atMs))) / MS_PER_DAY) },
];

/** 0 revoked, 1 an amount, 2 without end, 3 all of a collection. */
function allowanceSize(kind: string, allowance: bigint | undefined): number {
  if (kind === 'allowance_all') return 3;
  if (kind !== 'allowance' || allowance === undefined) return -1;
  return allowance === 0n ? 0 : allowance > 1n << 200n ? 2 : 1;
}
