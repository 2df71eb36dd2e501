import type { EvmAddress } from '../address.ts';
import type { AbiParam } from '../decode/abi-signature.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import { type Found, moved } from '../decode/found.ts';
import type { MethodCall, MethodReading, NestedCall } from '../decode/method-entry.ts';
import { packedAddress } from '../protocols/packed-address.ts';
import type { DescribedField, DescribedFormat } from './descriptor.ts';
import { valuesAt } from './field-values.ts';

/** Labels of what comes: every other amount is taken for one that leaves. */
const COMES = /\b(?:receive|received|withdraw|borrow|claim|mint|minted|buy|purchas\w*)\b|\bmin(?:imum)?\b/i;
/** Kinds of addresses that nobody is paid at. */
const NO_ACCOUNT: readonly string[] = ['token', 'collection', 'contract'];

interface Reading {
  readonly call: MethodCall;
  readonly params: readonly AbiParam[];
  readonly effects: Found[];
  readonly calls: NestedCall[];
  unknown: string | undefined;
}

/** Values of a path, those of the transaction around included; undefined where there are none. */
function valuesOf({ call, params }: Reading, path: string): readonly AbiValue[] | undefined {
  const { frame } = call;
  const address = (account: string): AbiValue => account.slice(frame.chain.length + 1);
  if (path === '@.value') return [frame.value];
  if (path === '@.to') return [frame.to];
  if (path === '@.from') return [address(frame.sender)];
  return path.startsWith('@.') || path.startsWith('$.') ? undefined : valuesAt(params, call.values, path);
}

/** An address among values; numbers hold one in their low 160 bits. */
function addressIn(value: AbiValue | undefined): EvmAddress | undefined {
  if (typeof value === 'bigint') return packedAddress(value);
  return typeof value === 'string' && value.length === 42 ? (value as EvmAddress) : undefined;
}

/** The contract that belongs to each value of a field; one for all where there is only one. */
function contractsOf(reading: Reading, field: DescribedField, count: number): readonly EvmAddress[] | undefined {
  const named = field.contract === null ? undefined : [field.contract];
  const found = named ?? (field.contractPath === null ? undefined : valuesOf(reading, field.contractPath)?.map(addressIn));
  if (found === undefined || found.some((address) => address === undefined)) return undefined;
  const list = found as readonly EvmAddress[];
  if (list.length === count) return list;
  return list.length === 1 ? Array.from({ length: count }, () => list[0] as EvmAddress) : undefined;
}

function addAmounts(reading: Reading, field: DescribedField, values: readonly AbiValue[]): void {
  const { call } = reading;
  const contracts = contractsOf(reading, field, values.length);
  if (contracts === undefined) {
    reading.unknown ??= `the token of "${field.label.slice(0, 64)}" is not told`;
    return;
  }
  if (COMES.test(field.label)) return;
  for (const [index, value] of values.entries()) {
    const token = contracts[index] as EvmAddress;
    if (typeof value !== 'bigint' || field.coins.includes(token)) continue;
    reading.effects.push(...moved(call.frame.sender, call.contract, call.token(token), value));
  }
}

/** Somebody else who is shown gets something, or a right to it: an outflow to them, though nothing says of what or how much. */
function addAccounts({ call, effects }: Reading, { kinds }: DescribedField, values: readonly AbiValue[]): void {
  if (kinds.length > 0 && kinds.every((kind) => NO_ACCOUNT.includes(kind))) return;
  for (const value of values) {
    const address = addressIn(value);
    const account = address === undefined ? undefined : call.account(address);
    if (account === undefined || account === call.frame.sender || account === call.contract) continue;
    effects.push(...moved(call.contract, account, call.frame.native, 0n));
  }
}

function addCalls(reading: Reading, field: DescribedField, values: readonly AbiValue[]): void {
  const callees = contractsOf(reading, field, values.length);
  const amounts = field.amountPath === null ? undefined : valuesOf(reading, field.amountPath);
  if (callees === undefined || (field.amountPath !== null && amounts?.length !== values.length)) {
    reading.unknown ??= `whom "${field.label.slice(0, 64)}" calls is not told`;
    return;
  }
  for (const [index, data] of values.entries()) {
    const value = amounts?.[index] ?? 0n;
    if (data instanceof Uint8Array && typeof value === 'bigint') reading.calls.push({ to: callees[index] as EvmAddress, value, data });
    else reading.unknown ??= `"${field.label.slice(0, 64)}" is no call`;
  }
}

/**
 * What a descriptor tells of a call, beside its arguments: amounts that leave, accounts that get something, calls within.
 *
 * It never tells that something is harmless: an amount counts as leaving unless its label says that it comes, and a field that
 * cannot be found makes the call unknown.
 */
export function describedCall(format: DescribedFormat, params: readonly AbiParam[]): (call: MethodCall) => MethodReading {
  return (call) => {
    const reading: Reading = { call, params, effects: [], calls: [], unknown: undefined };
    for (const field of format.fields) {
      if (field.path === null) continue;
      const values = valuesOf(reading, field.path);
      if (values === undefined) {
        if (field.format !== 'text') reading.unknown ??= `the field ${field.path.slice(0, 64)} is not among the arguments`;
        continue;
      }
      if (field.format === 'tokenAmount') addAmounts(reading, field, values);
      else if (field.format === 'addressName') addAccounts(reading, field, values);
      else if (field.format === 'calldata') addCalls(reading, field, values);
    }
    const { effects, calls, unknown } = reading;
    return { effects, calls, ...(unknown === undefined ? {} : { unknown }) };
  };
}
