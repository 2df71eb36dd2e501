import type { AbiValue } from '../abi-type.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry } from '../method-entry.ts';
import { asAddress, asBytes, asInteger, asList, asRows } from '../values.ts';
import { nested, nestedCall } from './multicall.ts';

const records = (call: MethodCall): MethodReading =>
  nested(
    asRows(call.values[0]).map(([to, value, data]) => nestedCall(to, value, data)),
    call.contract,
  );

/** Lists side by side. Accounts of EntryPoint 0.7 read no values at all as zeros. */
function columns(call: MethodCall, to: AbiValue | undefined, values: AbiValue | undefined, datas: AbiValue | undefined): MethodReading {
  const [targets, payloads] = [asList(to), asList(datas)];
  const amounts = values === undefined ? [] : asList(values);
  const fits = targets.length === payloads.length && (amounts.length === 0 || amounts.length === payloads.length);
  if (!fits) return { unknown: 'lists of unequal length' };
  const calls = payloads.map((data, index) => ({
    to: asAddress(targets[index]),
    value: amounts.length === 0 ? 0n : asInteger(amounts[index]),
    data: asBytes(data),
  }));
  return nested(calls, call.contract);
}

/** Accounts that make the calls their owner, or the EntryPoint, asks for (ERC-4337 accounts of 0.6 to 0.8). */
export const BATCH_METHODS: readonly MethodEntry[] = [
  methodEntry('execute(address to,uint256 value,bytes data)', (call) =>
    nested([nestedCall(...(call.values as [AbiValue, AbiValue, AbiValue]))], call.contract),
  ),
  methodEntry('execute((address to,uint256 value,bytes data)[] calls)', records),
  methodEntry('executeBatch((address to,uint256 value,bytes data)[] calls)', records),
  methodEntry('executeBatch(address[] to,bytes[] data)', (call) => columns(call, call.values[0], undefined, call.values[1])),
  methodEntry('executeBatch(address[] to,uint256[] values,bytes[] data)', (call) =>
    columns(call, call.values[0], call.values[1], call.values[2]),
  ),
];
