import type { AbiParameter } from 'viem';
import { decodeAbiParameters, encodeAbiParameters, parseAbiParameters } from 'viem';
import type { EvmAddress } from '../address.ts';
import { hexOf } from '../address.ts';
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

type Hex = `0x${string}`;
type Tuple = readonly unknown[];

const bytesOf = (hex: unknown): Uint8Array => new Uint8Array(Buffer.from((hex as Hex).slice(2), 'hex'));

function call(to: unknown, value: unknown, data: unknown): BatchedCall {
  return { to: to === null ? null : ((to as string).toLowerCase() as EvmAddress), value: value as bigint, data: bytesOf(data) };
}

function batch(name: string, types: string, sender: Batch['sender'], calls: (values: Tuple) => readonly BatchedCall[] | null): Batch {
  const parameters = parseAbiParameters(types) as readonly AbiParameter[];
  const read: Batch['read'] = (calldata) => {
    try {
      const encoded = hexOf(calldata, 4);
      const values = decodeAbiParameters(parameters, encoded) as Tuple;
      return encodeAbiParameters(parameters, values as never) === encoded ? calls(values) : null;
    } catch {
      return null;
    }
  };
  return { name, selector: selectorOf(`${name}(${types.replaceAll(', ', ',')})`), sender, read };
}

const own = (datas: unknown): readonly BatchedCall[] => (datas as Tuple).map((data) => call(null, 0n, data));
const rows = (list: unknown, read: (row: Tuple) => BatchedCall): readonly BatchedCall[] => (list as readonly Tuple[]).map(read);

function columns(to: unknown, values: unknown, datas: unknown): readonly BatchedCall[] | null {
  const [addresses, amounts, payloads] = [to as Tuple, values as Tuple | null, datas as Tuple];
  if (addresses.length !== payloads.length || (amounts !== null && amounts.length !== payloads.length)) return null;
  return addresses.map((address, index) => call(address, amounts === null ? 0n : amounts[index], payloads[index]));
}

const BATCHES: readonly Batch[] = [
  batch('multicall', 'bytes[]', 'self', ([datas]) => own(datas)),
  batch('multicall', 'uint256, bytes[]', 'self', ([, datas]) => own(datas)),
  batch('multicall', 'bytes32, bytes[]', 'self', ([, datas]) => own(datas)),
  batch('aggregate', '(address,bytes)[]', 'contract', ([list]) => rows(list, ([to, data]) => call(to, 0n, data))),
  batch('tryAggregate', 'bool, (address,bytes)[]', 'contract', ([, list]) => rows(list, ([to, data]) => call(to, 0n, data))),
  batch('blockAndAggregate', '(address,bytes)[]', 'contract', ([list]) => rows(list, ([to, data]) => call(to, 0n, data))),
  batch('tryBlockAndAggregate', 'bool, (address,bytes)[]', 'contract', ([, list]) => rows(list, ([to, data]) => call(to, 0n, data))),
  batch('aggregate3', '(address,bool,bytes)[]', 'contract', ([list]) => rows(list, ([to, , data]) => call(to, 0n, data))),
  batch('aggregate3Value', '(address,bool,uint256,bytes)[]', 'contract', ([list]) =>
    rows(list, ([to, , value, data]) => call(to, value, data)),
  ),
  batch('execute', '(address,uint256,bytes)[]', 'contract', ([list]) => rows(list, ([to, value, data]) => call(to, value, data))),
  batch('executeBatch', '(address,uint256,bytes)[]', 'contract', ([list]) => rows(list, ([to, value, data]) => call(to, value, data))),
  batch('executeBatch', 'address[], bytes[]', 'contract', ([to, datas]) => columns(to, null, datas)),
  batch('executeBatch', 'address[], uint256[], bytes[]', 'contract', ([to, values, datas]) => columns(to, values, datas)),
  batch('execute', 'address, uint256, bytes', 'contract', ([to, value, data]) => [call(to, value, data)]),
];

const BY_SELECTOR: ReadonlyMap<string, Batch> = new Map(BATCHES.map((known) => [known.selector, known]));

/** The batching method of a selector; undefined where it is none that we know. */
export function batchOf(selector: string): Batch | undefined {
  return BY_SELECTOR.get(selector);
}
