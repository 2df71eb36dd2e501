import { readAbi } from '../decode/abi-reader.ts';
import type { AbiType, AbiValue } from '../decode/abi-type.ts';
import { allowanceAmount, allowed, type Found, moved } from '../decode/found.ts';
import type { MethodCall } from '../decode/method-entry.ts';
import { PERMIT2_UNLIMITED_FROM, permit2Expiry } from '../decode/permit2.ts';
import { asBytes, asFlag, asInteger, asList, asRows } from '../decode/values.ts';
import { pays, takes } from './flows.ts';
import { packedEnds } from './packed-path.ts';
import { pathEnds } from './uniswap-v2.ts';
import { readV4Actions } from './uniswap-v4-actions.ts';
import { ROUTERS_BALANCE, routerAsset, routerRecipient } from './universal-router-terms.ts';

/** Commands of one plan and its plans within; real ones have a handful. */
export const MAX_COMMANDS = 128;
/** Plans within plans. */
const MAX_PLANS = 4;
/** The command may fail without the rest. */
const MAY_FAIL = 0x80;

/** What has been read of a plan. */
export interface Plan {
  readonly effects: Found[];
  readonly names: string[];
  /** The first reason why it cannot be read to the end. */
  unknown: string | undefined;
  /** Commands that may still come. */
  left: number;
}

type Reading = readonly Found[] | string;
type Read = (call: MethodCall, values: readonly AbiValue[]) => Reading;
type Command = readonly [name: string, types: readonly AbiType[], read: Read];

const swap =
  (most: number, least: number, ends: (path: AbiValue | undefined) => readonly [AbiValue, AbiValue] | undefined): Read =>
  (call, values) => {
    const found = ends(values[3]);
    if (found === undefined) return 'a path names no two tokens';
    const [sold, bought] = found;
    const pulls = asFlag(values[4]);
    const amount = asInteger(values[most]);
    if (pulls && amount === ROUTERS_BALANCE) return 'a swap pulls an amount that the router’s balance sets';
    return [
      ...(pulls ? takes(call, call.token(sold), amount) : []),
      ...pays(call, routerRecipient(call, values[0]), call.token(bought), asInteger(values[least])),
    ];
  };
const v3 = (path: AbiValue | undefined) => packedEnds(asBytes(path));
const reversed = (ends: readonly [AbiValue, AbiValue] | undefined): readonly [AbiValue, AbiValue] | undefined =>
  ends === undefined ? undefined : [ends[1], ends[0]];

const paid =
  (amount: (values: readonly AbiValue[]) => bigint): Read =>
  (call, values) =>
    pays(call, routerRecipient(call, values[1]), routerAsset(call, values[0]), amount(values));

/** A right through Permit2, which the caller has signed. */
function permitted(call: MethodCall, details: AbiValue | undefined, spender: AbiValue | undefined): Found {
  const [token, amount, expiration] = asList(details);
  const right = allowanceAmount(asInteger(amount), PERMIT2_UNLIMITED_FROM);
  return allowed(call.frame.sender, call.account(spender), call.token(token), right, permit2Expiry(expiration));
}

const DETAILS: AbiType = { record: ['address', 'uint160', 'uint48', 'uint48'] };
const SWAP_V3: readonly AbiType[] = ['address', 'uint256', 'uint256', 'bytes', 'bool'];
const SWAP_V2: readonly AbiType[] = ['address', 'uint256', 'uint256', { list: 'address' }, 'bool'];
const TOKEN_TO_AMOUNT: readonly AbiType[] = ['address', 'address', 'uint256'];

const COMMANDS: ReadonlyMap<number, Command> = new Map<number, Command>([
  [0x00, ['V3_SWAP_EXACT_IN', SWAP_V3, swap(1, 2, v3)]],
  [0x01, ['V3_SWAP_EXACT_OUT', SWAP_V3, swap(2, 1, (path) => reversed(v3(path)))]],
  [
    0x02,
    [
      'PERMIT2_TRANSFER_FROM',
      ['address', 'address', 'uint160'],
      (call, [token, to, amount]) => moved(call.frame.sender, routerRecipient(call, to), call.token(token), asInteger(amount)),
    ],
  ],
  [
    0x03,
    [
      'PERMIT2_PERMIT_BATCH',
      [{ record: [{ list: DETAILS }, 'address', 'uint256'] }, 'bytes'],
      (call, [batch]) => {
        const [details, spender] = asList(batch);
        return asList(details).map((one) => permitted(call, one, spender));
      },
    ],
  ],
  [0x04, ['SWEEP', TOKEN_TO_AMOUNT, paid(([, , least]) => asInteger(least))]],
  [0x05, ['TRANSFER', TOKEN_TO_AMOUNT, paid(([, , amount]) => asInteger(amount))]],
  // A share of whatever the router holds: who gets it shows, how much does not.
  [0x06, ['PAY_PORTION', TOKEN_TO_AMOUNT, paid(() => 0n)]],
  [0x08, ['V2_SWAP_EXACT_IN', SWAP_V2, swap(1, 2, pathEnds)]],
  [0x09, ['V2_SWAP_EXACT_OUT', SWAP_V2, swap(2, 1, pathEnds)]],
  [
    0x0a,
    [
      'PERMIT2_PERMIT',
      [{ record: [DETAILS, 'address', 'uint256'] }, 'bytes'],
      (call, [single]) => {
        const [details, spender] = asList(single);
        return [permitted(call, details, spender)];
      },
    ],
  ],
  // The wrapped coin reaches the recipient one to one; its contract is not among the arguments.
  [
    0x0b,
    [
      'WRAP_ETH',
      ['address', 'uint256'],
      (call, [to, amount]) => {
        const owner = routerRecipient(call, to);
        return owner === call.frame.sender ? [] : pays(call, owner, call.frame.native, coinAmount(call, asInteger(amount)));
      },
    ],
  ],
  [
    0x0c,
    [
      'UNWRAP_WETH',
      ['address', 'uint256'],
      (call, [to, least]) => pays(call, routerRecipient(call, to), call.frame.native, asInteger(least)),
    ],
  ],
  [
    0x0d,
    [
      'PERMIT2_TRANSFER_FROM_BATCH',
      [{ list: { record: ['address', 'address', 'uint160', 'address'] } }],
      (call, [rows]) =>
        // Permit2 gets these rows as they are: here 1 and 2 are addresses like any other, and nobody's.
        asRows(rows).flatMap(([from, to, amount, token]) =>
          moved(call.account(from), call.account(to), call.token(token), asInteger(amount)),
        ),
    ],
  ],
  [0x0e, ['BALANCE_CHECK_ERC20', TOKEN_TO_AMOUNT, () => []]],
  [0x10, ['V4_SWAP', ['bytes', { list: 'bytes' }], (call, [actions, params]) => readV4Actions(call, asBytes(actions), asList(params))]],
]);
/** A plan within the plan. */
const SUB_PLAN = 0x21;

function coinAmount(call: MethodCall, amount: bigint): bigint {
  return amount === ROUTERS_BALANCE || amount > call.frame.value ? call.frame.value : amount;
}

function withoutInflows(call: MethodCall, found: readonly Found[]): readonly Found[] {
  return found.filter((effect) => effect.kind !== 'inflow' || effect.account !== call.frame.sender);
}

/** Reads the commands of a plan in order. One that may fail brings nothing for sure; one that is not known ends the reading. */
export function readPlan(
  call: MethodCall,
  commands: Uint8Array,
  inputs: readonly Uint8Array[],
  plan: Plan,
  depth: number,
  mayFail = false,
): void {
  if (commands.length !== inputs.length) plan.unknown ??= 'commands and inputs differ in number';
  for (const [index, byte] of commands.entries()) {
    if (plan.unknown !== undefined) return;
    plan.left -= 1;
    if (plan.left < 0) {
      plan.unknown = `more than ${MAX_COMMANDS} commands`;
      return;
    }
    const type = byte & ~MAY_FAIL;
    const fails = mayFail || (byte & MAY_FAIL) !== 0;
    const input = inputs[index] as Uint8Array;
    if (type === SUB_PLAN) {
      readSubPlan(call, input, plan, depth, fails);
      continue;
    }
    const known = COMMANDS.get(type);
    plan.names.push(known?.[0] ?? `0x${type.toString(16).padStart(2, '0')}`);
    const values = known === undefined ? null : readAbi(input, 0, known[1]);
    const found = known === undefined || values === null ? undefined : known[2](call, values);
    if (known === undefined) plan.unknown = `the command 0x${type.toString(16).padStart(2, '0')} is not known`;
    else if (found === undefined) plan.unknown = `the input of ${known[0]} is not in canonical form`;
    else if (typeof found === 'string') plan.unknown = found;
    else plan.effects.push(...(fails ? withoutInflows(call, found) : found));
  }
}

function readSubPlan(call: MethodCall, input: Uint8Array, plan: Plan, depth: number, mayFail: boolean): void {
  plan.names.push('EXECUTE_SUB_PLAN');
  const values = readAbi(input, 0, SUB_PLAN_TYPES);
  if (values === null) plan.unknown = 'the input of EXECUTE_SUB_PLAN is not in canonical form';
  else if (depth + 1 > MAX_PLANS) plan.unknown = `plans nest deeper than ${MAX_PLANS}`;
  else readPlan(call, asBytes(values[0]), asList(values[1]).map(asBytes), plan, depth + 1, mayFail);
}

const SUB_PLAN_TYPES: readonly AbiType[] = ['bytes', { list: 'bytes' }];
