import type { EvmAddress } from '../address.ts';
import type { AbiType, AbiValue } from './abi-reader.ts';
import { readAbi } from './abi-reader.ts';
import { selectorOf } from './methods.ts';

/** One call inside a batch. `to: null`: the batching contract calls into itself. */
export interface BatchedCall {
  readonly to: EvmAddress | null;
  readonly value: bigint;
  readonly data: Uint8Array;
}

/**
 * A method that makes other calls. `self`: the contract delegates into its own code, so the inner calls keep the outer
 * sender. `contract`: the batching contract makes the calls, so what moves inside is the contract's.
 */
export interface Batch {
  readonly name: string;
  readonly selector: string;
  readonly sender: 'self' | 'contract';
  /** Null for any encoding but the canonical one. */
  readonly read: (calldata: Uint8Array) => readonly BatchedCall[] | null;
}

type Values = readonly AbiValue[];

function spell(type: AbiType): string {
  if (typeof type === 'string') return type;
  return 'list' in type ? `${spell(type.list)}[]` : `(${type.record.map(spell).join(',')})`;
}

function call(to: AbiValue | null | undefined, value: AbiValue | undefined, data: AbiValue | undefined): BatchedCall {
  return { to: (to ?? null) as EvmAddress | null, value: value as bigint, data: data as Uint8Array };
}

function batch(
  name: string,
  types: readonly AbiType[],
  sender: Batch['sender'],
  calls: (values: Values) => readonly BatchedCall[] | null,
): Batch {
  const read: Batch['read'] = (calldata) => {
    const values = readAbi(calldata, 4, types);
    return values === null ? null : calls(values);
  };
  return { name, selector: selectorOf(`${name}(${types.map(spell).join(',')})`), sender, read };
}

const DATAS: AbiType = { list: 'bytes' };
const CALLS: AbiType = { list: { record: ['address', 'bytes'] } };
const CALLS_OR_FAIL: AbiType = { list: { record: ['address', 'bool', 'bytes'] } };
const VALUE_CALLS_OR_FAIL: AbiType = { list: { record: ['address', 'bool', 'uint256', 'bytes'] } };
const VALUE_CALLS: AbiType = { list: { record: ['address', 'uint256', 'bytes'] } };
const ADDRESSES: AbiType = { list: 'address' };
const AMOUNTS: AbiType = { list: 'uint256' };

const own = (datas: AbiValue | undefined): readonly BatchedCall[] => (datas as Values).map((data) => call(null, 0n, data));
const rows = (list: AbiValue | undefined, read: (row: Values) => BatchedCall): readonly BatchedCall[] =>
  (list as readonly Values[]).map(read);
const plain = ([to, data]: Values): BatchedCall => call(to, 0n, data);
const valued = ([to, value, data]: Values): BatchedCall => call(to, value, data);

function columns(
  to: AbiValue | undefined,
  values: AbiValue | null | undefined,
  datas: AbiValue | undefined,
): readonly BatchedCall[] | null {
  const [addresses, amounts, payloads] = [to as Values, (values ?? null) as Values | null, datas as Values];
  if (addresses.length !== payloads.length || (amounts !== null && amounts.length !== payloads.length)) return null;
  return addresses.map((address, index) => call(address, amounts === null ? 0n : amounts[index], payloads[index]));
}

const BATCHES: readonly Batch[] = [
  batch('multicall', [DATAS], 'self', ([datas]) => own(datas)),
  batch('multicall', ['uint256', DATAS], 'self', ([, datas]) => own(datas)),
  batch('multicall', ['bytes32', DATAS], 'self', ([, datas]) => own(datas)),
  batch('aggregate', [CALLS], 'contract', ([list]) => rows(list, plain)),
  batch('tryAggregate', ['bool', CALLS], 'contract', ([, list]) => rows(list, plain)),
  batch('blockAndAggregate', [CALLS], 'contract', ([list]) => rows(list, plain)),
  batch('tryBlockAndAggregate', ['bool', CALLS], 'contract', ([, list]) => rows(list, plain)),
  batch('aggregate3', [CALLS_OR_FAIL], 'contract', ([list]) => rows(list, ([to, , data]) => call(to, 0n, data))),
  batch('aggregate3Value', [VALUE_CALLS_OR_FAIL], 'contract', ([list]) => rows(list, ([to, , value, data]) => call(to, value, data))),
  batch('execute', [VALUE_CALLS], 'contract', ([list]) => rows(list, valued)),
  batch('executeBatch', [VALUE_CALLS], 'contract', ([list]) => rows(list, valued)),
  batch('executeBatch', [ADDRESSES, DATAS], 'contract', ([to, datas]) => columns(to, null, datas)),
  batch('executeBatch', [ADDRESSES, AMOUNTS, DATAS], 'contract', ([to, values, datas]) => columns(to, values, datas)),
  batch('execute', ['address', 'uint256', 'bytes'], 'contract', (values) => [valued(values)]),
];

const BY_SELECTOR: ReadonlyMap<string, Batch> = new Map(BATCHES.map((known) => [known.selector, known]));

/** The batching method of a selector; undefined where it is none that we know. */
export function batchOf(selector: string): Batch | undefined {
  return BY_SELECTOR.get(selector);
}
