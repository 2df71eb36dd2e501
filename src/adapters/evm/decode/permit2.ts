import type { TimeMs } from '../../../core/ids.ts';
import type { AbiValue } from './abi-type.ts';
import { allowanceAmount, allowed, type Found, moved } from './found.ts';
import { type MethodCall, type MethodEntry, type MethodReading, type MethodTable, methodEntry, methodTable } from './method-entry.ts';
import { asInteger, asList, asRows } from './values.ts';

/** Permit2, at the same address on every chain but a few. */
export const PERMIT2_ADDRESS = '0x000000000022d473030f116ddee9f6b43ac78ba3';

/** All of a uint160: Permit2 never counts it down. */
export const PERMIT2_UNLIMITED_FROM = 2n ** 160n - 1n;
/** Seconds beyond which nobody waits: year 9999. */
const FOR_EVER = 253_402_300_800n;

/** Moment of an expiration in seconds; null for one that never comes. Zero, "this block only", gives no time in which to take it back. */
export function permit2Expiry(seconds: AbiValue | undefined): TimeMs | null {
  const at = asInteger(seconds);
  return at === 0n || at >= FOR_EVER ? null : Number(at) * 1_000;
}

function allowance(call: MethodCall, owner: AbiValue | undefined, spender: AbiValue | undefined, details: readonly AbiValue[]): Found {
  const [token, amount, expiration] = details;
  const account = owner === undefined ? call.frame.sender : call.account(owner);
  return allowed(
    account,
    call.account(spender),
    call.token(token),
    allowanceAmount(asInteger(amount), PERMIT2_UNLIMITED_FROM),
    permit2Expiry(expiration),
  );
}

const pull = (call: MethodCall, [from, to, amount, token]: readonly AbiValue[]): readonly Found[] =>
  moved(call.account(from), call.account(to), call.token(token), asInteger(amount));

function permit(call: MethodCall): MethodReading {
  const [details, spender] = asList(call.values[1]);
  return { effects: [allowance(call, call.values[0], spender, asList(details))] };
}

function permitBatch(call: MethodCall): MethodReading {
  const [details, spender] = asList(call.values[1]);
  return { effects: asRows(details).map((one) => allowance(call, call.values[0], spender, one)) };
}

/** A signed transfer: the submitter asks for an amount, at most the permitted one, and names the receiver. */
function signedTransfer(call: MethodCall): MethodReading {
  const [permitted] = asList(call.values[0]);
  const [token] = asList(permitted);
  const [to, amount] = asList(call.values[1]);
  return { effects: moved(call.account(call.values[2]), call.account(to), call.token(token), asInteger(amount)) };
}

function signedTransfers(call: MethodCall): MethodReading {
  const [permitted] = asList(call.values[0]);
  const tokens = asRows(permitted);
  const details = asRows(call.values[1]);
  if (tokens.length !== details.length) return { unknown: 'lists of unequal length' };
  const owner = call.account(call.values[2]);
  return {
    effects: details.flatMap(([to, amount], index) => moved(owner, call.account(to), call.token(tokens[index]?.[0]), asInteger(amount))),
  };
}

/** Allowances at zero: what a `lockdown` leaves. */
const lockdown = (call: MethodCall): MethodReading => ({
  effects: asRows(call.values[0]).map(([token, spender]) => allowed(call.frame.sender, call.account(spender), call.token(token), 0n)),
});

const DETAILS = '(address token,uint160 amount,uint48 expiration,uint48 nonce)';
const PERMITTED = '(address token,uint256 amount)';
const TRANSFER = '(address to,uint256 requestedAmount)';
const WITNESS = 'address owner,bytes32 witness,string witnessTypeString,bytes signature';
const MOVE = '(address from,address to,uint160 amount,address token)';

const METHODS: readonly MethodEntry[] = [
  [
    'approve(address token,address spender,uint160 amount,uint48 expiration)',
    (call: MethodCall): MethodReading => {
      const [token, spender, amount, expiration] = call.values;
      return { effects: [allowance(call, undefined, spender, [token, amount, expiration] as AbiValue[])] };
    },
  ] as const,
  [
    'transferFrom(address from,address to,uint160 amount,address token)',
    (call: MethodCall): MethodReading => ({ effects: pull(call, call.values) }),
  ] as const,
  [
    `transferFrom(${MOVE}[] transferDetails)`,
    (call: MethodCall): MethodReading => ({ effects: asRows(call.values[0]).flatMap((row) => pull(call, row)) }),
  ] as const,
  [`permit(address owner,(${DETAILS} details,address spender,uint256 sigDeadline) permitSingle,bytes signature)`, permit] as const,
  [`permit(address owner,(${DETAILS}[] details,address spender,uint256 sigDeadline) permitBatch,bytes signature)`, permitBatch] as const,
  [
    `permitTransferFrom((${PERMITTED} permitted,uint256 nonce,uint256 deadline) permit,${TRANSFER} transferDetails,address owner,bytes signature)`,
    signedTransfer,
  ] as const,
  [
    `permitTransferFrom((${PERMITTED}[] permitted,uint256 nonce,uint256 deadline) permit,${TRANSFER}[] transferDetails,address owner,bytes signature)`,
    signedTransfers,
  ] as const,
  [
    `permitWitnessTransferFrom((${PERMITTED} permitted,uint256 nonce,uint256 deadline) permit,${TRANSFER} transferDetails,${WITNESS})`,
    signedTransfer,
  ] as const,
  [
    `permitWitnessTransferFrom((${PERMITTED}[] permitted,uint256 nonce,uint256 deadline) permit,${TRANSFER}[] transferDetails,${WITNESS})`,
    signedTransfers,
  ] as const,
  ['lockdown((address token,address spender)[] approvals)', lockdown] as const,
  ['invalidateNonces(address token,address spender,uint48 newNonce)', (): MethodReading => ({})] as const,
  ['invalidateUnorderedNonces(uint256 wordPos,uint256 mask)', (): MethodReading => ({})] as const,
].map(([signature, read]) => methodEntry(signature, read, { protocol: 'permit2', capability: 'approvals' }));

/** Allowances and transfers by signature of every ERC-20 whose owner once approved Permit2. */
export const PERMIT2_METHODS: MethodTable = methodTable(METHODS);
