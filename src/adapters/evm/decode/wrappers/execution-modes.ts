import { hexOf } from '../../address.ts';
import { readArguments } from '../abi-reader.ts';
import type { AbiType, AbiValue } from '../abi-type.ts';
import { control, hazard } from '../found.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry, type NestedCall } from '../method-entry.ts';
import { asBytes, asList, asRows, asString } from '../values.ts';
import { uintOf } from '../words.ts';
import { nested, nestedCall, ZERO_ADDRESS } from './multicall.ts';

const BATCH: readonly AbiType[] = [{ list: { record: ['address', 'uint256', 'bytes'] } }];
const BATCH_WITH_DATA: readonly AbiType[] = [...BATCH, 'bytes'];
const BATCHES: readonly AbiType[] = [{ list: 'bytes' }];
/** Address and value, packed before the calldata. */
const PACKED_HEAD = 52;
/** Bytes 6 to 10 of a mode: ERC-7821's "may carry data for the account", and "a list of such batches". */
const PLAIN_SELECTOR = '00000000';
const WITH_DATA_SELECTOR = '78210001';
const BATCHES_SELECTOR = '78210002';

/** What a mode makes of its execution data: calls in order, or why nobody knows. */
type Execution = readonly NestedCall[] | string;

const rows = (value: AbiValue | undefined): readonly NestedCall[] =>
  asRows(value).map(([to, amount, data]) => nestedCall(to, amount, data));

/** One call, packed: 20 bytes of address, 32 of value, calldata. */
export function readPacked(data: Uint8Array): Execution {
  if (data.length < PACKED_HEAD) return 'a packed call is shorter than its head';
  return [{ to: hexOf(data, 0, 20), value: uintOf(data, 20, PACKED_HEAD), data: data.subarray(PACKED_HEAD) }];
}

function readBatch(data: Uint8Array, mayCarryData: boolean): Execution {
  let values = readArguments(data, 0, BATCH);
  if (typeof values === 'string' && mayCarryData) values = readArguments(data, 0, BATCH_WITH_DATA);
  if (typeof values === 'string') return `a batch is not in canonical form (${values})`;
  return rows(values[0]);
}

function readBatches(data: Uint8Array): Execution {
  const values = readArguments(data, 0, BATCHES);
  if (typeof values === 'string') return `a list of batches is not in canonical form (${values})`;
  const all: NestedCall[] = [];
  for (const batch of asList(values[0])) {
    const calls = readBatch(asBytes(batch), true);
    if (typeof calls === 'string') return calls;
    all.push(...calls);
  }
  return all;
}

/**
 * Reads execution data of ERC-7579 and ERC-7821: `mode` is call type, execution type, four free bytes, selector, 22 bytes of payload.
 * Whether a failure passes (`01`, "try") makes no difference: what may happen counts.
 * @see https://eips.ethereum.org/EIPS/eip-7579
 */
export function readExecution(mode: string, data: Uint8Array): Execution {
  const [callType, execType, rest, selector, payload] = [
    mode.slice(2, 4),
    mode.slice(4, 6),
    mode.slice(6, 14),
    mode.slice(14, 22),
    mode.slice(22),
  ];
  const known = (execType === '00' || execType === '01') && /^0*$/.test(rest + payload);
  if (known && callType === '00' && selector === PLAIN_SELECTOR) return readPacked(data);
  if (!known || callType !== '01') return `the execution mode ${mode} is not known`;
  if (selector === BATCHES_SELECTOR) return readBatches(data);
  if (selector === PLAIN_SELECTOR || selector === WITH_DATA_SELECTOR) return readBatch(data, selector === WITH_DATA_SELECTOR);
  return `the execution mode ${mode} is not known`;
}

/** Whether a mode runs another contract's code with all the rights of the account. */
export const isDelegateMode = (mode: string): boolean => mode.startsWith('0xff');

function execute(call: MethodCall): MethodReading {
  const mode = asString(call.values[0]);
  if (isDelegateMode(mode)) {
    const detail = `runs the code of ${hexOf(asBytes(call.values[1]).subarray(0, 20))} as the account`;
    return { effects: [hazard(call.contract, 'delegatecall', detail)], unknown: 'a delegated call may do anything' };
  }
  const calls = readExecution(mode, asBytes(call.values[1]));
  if (typeof calls === 'string') return { unknown: calls };
  const reading = nested(calls, call.contract);
  // Accounts after ERC-7821 read the zero address as themselves, others do not.
  if (calls.some(({ to }) => to === ZERO_ADDRESS)) return { ...reading, unknown: 'the zero address may stand for the account itself' };
  return reading;
}

const module_ =
  (to: (call: MethodCall) => ReturnType<MethodCall['account']> | null) =>
  (call: MethodCall): MethodReading => ({
    effects: [control(call.contract, 'module', to(call))],
  });

/** Accounts with execution modes and modules (ERC-7579, ERC-7821). */
export const MODE_METHODS: readonly MethodEntry[] = [
  methodEntry('execute(bytes32 mode,bytes executionData)', execute),
  methodEntry('executeFromExecutor(bytes32 mode,bytes executionData)', execute),
  methodEntry(
    'installModule(uint256 moduleType,address module,bytes initData)',
    module_((call) => call.account(call.values[1])),
  ),
  methodEntry(
    'uninstallModule(uint256 moduleType,address module,bytes deInitData)',
    module_(() => null),
  ),
];
