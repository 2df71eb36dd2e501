import type { EvmAddress } from '../../address.ts';
import type { AbiValue } from '../abi-type.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry, type NestedCall } from '../method-entry.ts';
import { asAddress, asBytes, asInteger, asList, asRows } from '../values.ts';

/** A reading that shows how many calls there are and who makes them. */
export function nested(calls: readonly NestedCall[], sender: string): MethodReading {
  return { calls, args: { calls: String(calls.length), sender } };
}

/** One call of plain values. */
export function nestedCall(to: AbiValue | undefined, value: AbiValue | undefined, data: AbiValue | undefined): NestedCall {
  return { to: asAddress(to), value: value === undefined ? 0n : asInteger(value), data: asBytes(data) };
}

const own =
  (list: number) =>
  (call: MethodCall): MethodReading => {
    const calls = asList(call.values[list]).map((data) => ({ to: null, value: 0n, data: asBytes(data) }));
    return nested(calls, call.frame.sender);
  };

const rows =
  (list: number, read: (row: readonly AbiValue[]) => NestedCall) =>
  (call: MethodCall): MethodReading =>
    nested(asRows(call.values[list]).map(read), call.contract);

const plain = ([to, data]: readonly AbiValue[]): NestedCall => nestedCall(to, undefined, data);

/** Questions that Multicall3 answers inside a batch. */
const QUESTIONS = [
  'getBasefee()',
  'getBlockHash(uint256 blockNumber)',
  'getBlockNumber()',
  'getChainId()',
  'getCurrentBlockCoinbase()',
  'getCurrentBlockDifficulty()',
  'getCurrentBlockGasLimit()',
  'getCurrentBlockTimestamp()',
  'getEthBalance(address addr)',
  'getLastBlockHash()',
];

/**
 * Contracts that call into themselves several times, and Multicall (1 to 3), which calls others: what moves inside is then
 * Multicall's. A call that may fail counts like one that may not.
 */
export const MULTICALL_METHODS: readonly MethodEntry[] = [
  methodEntry('multicall(bytes[] data)', own(0)),
  methodEntry('multicall(uint256 deadline,bytes[] data)', own(1)),
  methodEntry('multicall(bytes32 previousBlockhash,bytes[] data)', own(1)),
  methodEntry('batch(bytes[] calls,bool revertOnFail)', own(0)),
  methodEntry('aggregate((address target,bytes data)[] calls)', rows(0, plain)),
  methodEntry('tryAggregate(bool requireSuccess,(address target,bytes data)[] calls)', rows(1, plain)),
  methodEntry('blockAndAggregate((address target,bytes data)[] calls)', rows(0, plain)),
  methodEntry('tryBlockAndAggregate(bool requireSuccess,(address target,bytes data)[] calls)', rows(1, plain)),
  methodEntry(
    'aggregate3((address target,bool allowFailure,bytes data)[] calls)',
    rows(0, ([to, , data]) => nestedCall(to, undefined, data)),
  ),
  methodEntry(
    'aggregate3Value((address target,bool allowFailure,uint256 value,bytes data)[] calls)',
    rows(0, ([to, , value, data]) => nestedCall(to, value, data)),
  ),
  ...QUESTIONS.map((question) => methodEntry(question, () => ({}))),
];

/** The address that some contracts read as "myself". */
export const ZERO_ADDRESS: EvmAddress = `0x${'0'.repeat(40)}`;
