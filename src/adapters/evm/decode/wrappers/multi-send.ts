import { hexOf } from '../../address.ts';
import { type Found, hazard } from '../found.ts';
import type { MethodCall, MethodReading, NestedCall } from '../method-entry.ts';
import { asBytes } from '../values.ts';
import { uintOf } from '../words.ts';
import { nested, ZERO_ADDRESS } from './multicall.ts';

/** Operation, address, value and length, packed before each call's data. */
const HEAD = 85;

/** Deployments of MultiSend and MultiSendCallOnly (1.1.1 to 1.5.0): the same addresses on every chain that has them. */
export const MULTI_SENDS: ReadonlySet<string> = new Set([
  '0x8d29be29923b68abfdd21e541b9374737b49cdad',
  '0xa238cbeb142c10ef7ad8442c6d1f9e89e07e7761',
  '0x998739bfdaadde7c933b942a68053933098f9eda',
  '0x40a2accbd92bca938b02010e17a5b8929b49130d',
  '0xa1dabef33b3b82c7814b6d82a79e50f4ac44102b',
  '0x38869bf66a61cf6bdb996a6ae40d5853fd43b526',
  '0x9641d764fc13c8b624c04430c7356c1c7c8102e2',
  '0x218543288004cd07832472d464648173c77d7eb7',
  '0xa83c336b20401af773b6219ba5027174338d1836',
]);

/**
 * `operation ‖ to ‖ value ‖ length ‖ data`, one after the other without padding, in one byte string.
 *
 * The contract is meant to be delegated into, so what it calls is called by the account; called plainly, by itself.
 */
export function multiSend(call: MethodCall): MethodReading {
  const bytes = asBytes(call.values[0]);
  const calls: NestedCall[] = [];
  const effects: Found[] = [];
  let open: string | undefined;
  for (let at = 0; at < bytes.length; ) {
    if (at + HEAD > bytes.length) return { unknown: 'packed calls are not in canonical form (truncated)' };
    const length = uintOf(bytes, at + 53, at + HEAD);
    if (length > BigInt(bytes.length - at - HEAD)) return { unknown: 'packed calls are not in canonical form (truncated)' };
    const end = at + HEAD + Number(length);
    const operation = bytes[at] as number;
    const to = hexOf(bytes, at + 1, at + 21);
    // From 1.5.0 on the zero address is the account itself, before it was nobody.
    if (to === ZERO_ADDRESS) open = 'the zero address may stand for the account itself';
    if (operation === 0) calls.push({ to, value: uintOf(bytes, at + 21, at + 53), data: bytes.subarray(at + HEAD, end) });
    else {
      effects.push(hazard(call.contract, 'delegatecall', `runs the code of ${to} as the account`));
      open = 'a delegated call may do anything';
    }
    at = end;
  }
  return { ...nested(calls, call.contract), effects, ...(open === undefined ? {} : { unknown: open }) };
}
