import {
  type Abi,
  decodeAbiParameters,
  decodeFunctionData,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  parseAbiParameters,
  parseTransaction,
  serializeTransaction,
  toFunctionSelector,
} from 'viem';
import { METHODS } from './chains-fuzz-evm-seeds.ts';

/**
 * A second reading of payloads, by the library and with none of our reading: what our decoder calls understood must be the
 * bytes that the library writes for what the library reads, and other bytes that do the same must differ in named places only.
 */
const ABIS: ReadonlyMap<string, { readonly text: string; readonly abi: Abi }> = new Map(
  METHODS.map((method) => [toFunctionSelector(method.text), method]),
);

/** Arguments that decide nothing about what happens to anybody's money: paths through the arguments, `*` for each of a list. */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  // Until when, or whether all must succeed: what may happen at most is the same.
  'multicall(uint256,bytes[])': ['0'],
  'multicall(bytes32,bytes[])': ['0'],
  'batch(bytes[],bool)': ['1'],
  'tryAggregate(bool,(address,bytes)[])': ['0'],
  'tryBlockAndAggregate(bool,(address,bytes)[])': ['0'],
  'aggregate3((address,bool,bytes)[])': ['0.*.1'],
  'aggregate3Value((address,bool,uint256,bytes)[])': ['0.*.1'],
  // No values at all are zeros; whether a failure passes; the account's own leave.
  'executeBatch(address[],uint256[],bytes[])': ['1'],
  'execute(bytes32,bytes)': ['0', '1.data'],
  'executeFromExecutor(bytes32,bytes)': ['0', '1.data'],
  // Gas of a Safe that refunds nobody (with a refund it is never understood), and its owners' signatures.
  'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)': ['4', '5', '7', '8', '9'],
  'execTransactionWithRole(address,uint256,bytes,uint8,bytes32,bool)': ['4', '5'],
  'execTransactionWithRoleReturnData(address,uint256,bytes,uint8,bytes32,bool)': ['4', '5'],
  'execTransactionWithRole(address,uint256,bytes,uint8,uint16,bool)': ['4', '5'],
  'execTransactionWithRoleReturnData(address,uint256,bytes,uint8,uint16,bool)': ['4', '5'],
  // An operation's place, leave and tip; of its gas only the most that it costs is told; the paymaster's terms are no bytes of ours.
  'handleOps((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes)[],address)': [1, 4, 5, 6, 7, 8, 9, 10].map(
    (part) => `0.*.${part}`,
  ),
  'handleOps((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)[],address)': [1, 4, 5, 6, 7, 8].map((part) => `0.*.${part}`),
  // Whose leave it is, is told; how it is proved is not. Failures may pass.
  'redeemDelegations(bytes[],bytes32[],bytes[])': ['0', '1'],
  'enableDelegation((address,address,bytes32,(address,bytes,bytes)[],uint256,bytes))': ['0'],
};

interface Reading {
  readonly text: string;
  readonly args: readonly unknown[];
}

function readCall(data: Hex): Reading | null {
  const known = ABIS.get(data.slice(0, 10));
  if (known === undefined) return null;
  try {
    const { args = [] } = decodeFunctionData({ abi: known.abi, data }) as { readonly args?: readonly unknown[] };
    return encodeFunctionData({ abi: known.abi, args } as never) === data ? { text: known.text, args } : null;
  } catch {
    return null;
  }
}

/** The rows of packed calls: operation, address, value, data. */
function readMultiSend(hex: Hex): unknown {
  const rows: unknown[] = [];
  for (let at = 2; at < hex.length; ) {
    const end = at + 170 + Number(BigInt(`0x${hex.slice(at + 106, at + 170)}`)) * 2;
    rows.push([hex.slice(at, at + 106), `0x${hex.slice(at + 170, end)}`]);
    at = end;
  }
  return rows;
}

const EXECUTIONS = ['(address,uint256,bytes)[]', '(address,uint256,bytes)[], bytes', 'bytes[]'].map((text) => parseAbiParameters(text));

/** Execution data of ERC-7579 by its form; a packed call where it has none. */
function readExecutions(hex: Hex): unknown {
  for (const [index, types] of EXECUTIONS.entries()) {
    try {
      const [calls, data] = decodeAbiParameters(types, hex) as readonly [readonly unknown[], Hex?];
      if (encodeAbiParameters(types, [calls, data].slice(0, types.length) as never) !== hex) continue;
      return index === 2 ? { batches: (calls as readonly Hex[]).map(readExecutions) } : { calls, ...(data === undefined ? {} : { data }) };
    } catch {}
  }
  return [hex.slice(0, 106), `0x${hex.slice(106)}`];
}

/** Byte strings inside which more is to be read. */
function opened({ text, args }: Reading): readonly unknown[] {
  if (text.startsWith('multiSend(')) return [readMultiSend(args[0] as Hex)];
  if (/^execute\w*\(bytes32,bytes\)$/.test(text)) return [args[0], readExecutions(args[1] as Hex)];
  if (text.startsWith('redeemDelegations(')) return [args[0], args[1], (args[2] as readonly Hex[]).map(readExecutions)];
  return args;
}

/** Throws unless the library reads the payload, and writes the same bytes for what it read. */
export function checkRewritten(payload: Hex): { readonly to: string | null; readonly value: bigint; readonly data: Hex } {
  const transaction = parseTransaction(payload);
  if (serializeTransaction(transaction as never) !== payload) throw new Error('the library writes other bytes');
  const { to = null, value = 0n, data = '0x' } = transaction;
  if (data !== '0x' && to !== null && readCall(data) === null) throw new Error('the library does not read the call');
  return { to: to?.toLowerCase() ?? null, value, data };
}

function isSilent(text: string, path: string): boolean {
  const plain = path.replace(/\.\d+(?=\.|$)/g, (part, at: number) => (at === path.indexOf('.') ? '.*' : part));
  return (SILENT[text] ?? []).some(
    (silent) => path === silent || path.startsWith(`${silent}.`) || plain === silent || plain.startsWith(`${silent}.`),
  );
}

function differ(one: unknown, two: unknown, text: string, path: string): string | null {
  if (Array.isArray(one) && Array.isArray(two)) {
    if (one.length !== two.length) return isSilent(text, path) ? null : `${text} ${path}`;
    return (
      one
        .map((part, index) => differ(part, two[index], text, path === '' ? String(index) : `${path}.${index}`))
        .find((found) => found !== null) ?? null
    );
  }
  if (typeof one === 'object' && typeof two === 'object' && one !== null && two !== null) {
    const names = [...new Set([...Object.keys(one), ...Object.keys(two)])];
    const part = (whole: object, name: string): unknown => (whole as Record<string, unknown>)[name];
    return (
      names
        .map((name) => differ(part(one, name), part(two, name), text, name === 'calls' || name === 'batches' ? path : `${path}.${name}`))
        .find((found) => found !== null) ?? null
    );
  }
  if (one === two || isSilent(text, path)) return null;
  const [a, b] = typeof one === 'string' && typeof two === 'string' ? [readCall(one as Hex), readCall(two as Hex)] : [null, null];
  if (a !== null && b !== null && a.text === b.text) return differ(opened(a), opened(b), a.text, '');
  return `${text} ${path}: ${String(one).slice(0, 80)} and ${String(two).slice(0, 80)}`;
}

/** The first place that nobody named silent where two payloads of the same effects differ; null where there is none. */
export function unnamedDifference(one: Hex, two: Hex): string | null {
  const [a, b] = [parseTransaction(one), parseTransaction(two)];
  const ceiling = ({ gas = 0n, maxFeePerGas, gasPrice, maxFeePerBlobGas = 0n, blobVersionedHashes = [] }: typeof a): bigint =>
    gas * (maxFeePerGas ?? gasPrice ?? 0n) + BigInt(blobVersionedHashes.length) * 131_072n * maxFeePerBlobGas;
  if (ceiling(a) !== ceiling(b)) return 'fee ceiling';
  const call = ({ to, value = 0n, data = '0x' }: typeof a): readonly unknown[] => [to ?? null, value, data];
  return differ(call(a), call(b), 'transaction', '');
}
