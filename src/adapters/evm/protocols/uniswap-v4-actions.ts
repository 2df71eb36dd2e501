import { readAbi } from '../decode/abi-reader.ts';
import type { AbiType, AbiValue } from '../decode/abi-type.ts';
import type { Found } from '../decode/found.ts';
import type { MethodCall } from '../decode/method-entry.ts';
import { asBytes, asFlag, asInteger } from '../decode/values.ts';
import { pays, takes } from './flows.ts';
import { ROUTERS_BALANCE, routerAsset, routerRecipient } from './universal-router-terms.ts';

type Read = (call: MethodCall, values: readonly AbiValue[]) => readonly Found[] | string;

/** Swaps only shift debts within the pool manager: what settles and what is taken bounds them, and every debt must be settled. */
const FIRST_SWAP = 0x06;
const LAST_SWAP = 0x09;
/** Stands for the whole debt. */
const WHOLE_DEBT = 0n;

const PAYMENTS: ReadonlyMap<number, readonly [types: readonly AbiType[], read: Read]> = new Map<
  number,
  readonly [types: readonly AbiType[], read: Read]
>([
  // SETTLE
  [
    0x0b,
    [
      ['address', 'uint256', 'bool'],
      (call, [currency, amount, pulls]) => {
        if (!asFlag(pulls)) return [];
        const most = asInteger(amount);
        if (most === WHOLE_DEBT || most === ROUTERS_BALANCE) return 'a settlement of v4 pulls whatever is owed';
        return takes(call, routerAsset(call, currency), most);
      },
    ],
  ],
  // SETTLE_ALL
  [0x0c, [['address', 'uint256'], (call, [currency, most]) => takes(call, routerAsset(call, currency), asInteger(most))]],
  // TAKE
  [
    0x0e,
    [
      ['address', 'address', 'uint256'],
      (call, [currency, to, amount]) => pays(call, routerRecipient(call, to), routerAsset(call, currency), asInteger(amount)),
    ],
  ],
  // TAKE_ALL
  [
    0x0f,
    [['address', 'uint256'], (call, [currency, least]) => pays(call, call.frame.sender, routerAsset(call, currency), asInteger(least))],
  ],
  // TAKE_PORTION
  [
    0x10,
    [['address', 'address', 'uint256'], (call, [currency, to]) => pays(call, routerRecipient(call, to), routerAsset(call, currency), 0n)],
  ],
]);

/** What the actions of one swap in Uniswap v4 do, or why they cannot be read. */
export function readV4Actions(call: MethodCall, actions: Uint8Array, params: readonly AbiValue[]): readonly Found[] | string {
  if (actions.length !== params.length) return 'actions and parameters of v4 differ in number';
  const effects: Found[] = [];
  for (const [index, action] of actions.entries()) {
    if (action >= FIRST_SWAP && action <= LAST_SWAP) continue;
    const known = PAYMENTS.get(action);
    if (known === undefined) return `the action 0x${action.toString(16).padStart(2, '0')} of v4 is not known`;
    const values = readAbi(asBytes(params[index]), 0, known[0]);
    if (values === null) return `the parameters of action 0x${action.toString(16).padStart(2, '0')} of v4 are not in canonical form`;
    const found = known[1](call, values);
    if (typeof found === 'string') return found;
    effects.push(...found);
  }
  return effects;
}
