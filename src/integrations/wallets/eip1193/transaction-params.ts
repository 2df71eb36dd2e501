import { type Address, getAddress, type Hex, isAddress, isHex, serializeTransaction, type TransactionSerializable } from 'viem';
import { ProviderRpcError, RPC } from './rpc-error.ts';

/** A transaction as `eth_sendTransaction` names it, checked field by field. What is missing is filled in from the node. */
export interface TransactionParams {
  readonly from: Address;
  readonly to: Address | null;
  readonly value: bigint;
  readonly data: Hex;
  readonly gas?: bigint;
  readonly nonce?: number;
  readonly gasPrice?: bigint;
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly accessList?: readonly { readonly address: Address; readonly storageKeys: readonly Hex[] }[];
}

const KNOWN: ReadonlySet<string> = new Set([
  ...['from', 'to', 'value', 'data', 'input', 'gas', 'gasLimit', 'nonce', 'gasPrice', 'maxFeePerGas', 'maxPriorityFeePerGas'],
  ...['accessList', 'chainId', 'type'],
]);

const invalid = (message: string): ProviderRpcError => new ProviderRpcError(RPC.invalidParams, message);

function quantity(value: unknown, field: string): bigint | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) throw invalid(`${field} is no hex quantity.`);
  return BigInt(value);
}

function addressAt(value: unknown, field: string): Address {
  if (typeof value !== 'string' || !isAddress(value, { strict: value !== value.toLowerCase() })) throw invalid(`${field} is no address.`);
  return getAddress(value);
}

function bytesAt(value: unknown, field: string): Hex | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isHex(value, { strict: true }) || value.length % 2 !== 0 || value.length > 262_146) throw invalid(`${field} is no byte string.`);
  return value;
}

function accessList(value: unknown): NonNullable<TransactionParams['accessList']> {
  if (!Array.isArray(value) || value.length > 1_000) throw invalid('accessList is no list.');
  return value.map((entry: unknown) => {
    const { address, storageKeys } = (entry ?? {}) as { readonly address?: unknown; readonly storageKeys?: unknown };
    if (!Array.isArray(storageKeys) || !storageKeys.every((key) => typeof key === 'string' && /^0x[0-9a-fA-F]{64}$/.test(key)))
      throw invalid('accessList has a wrong entry.');
    return { address: addressAt(address, 'accessList.address'), storageKeys: storageKeys as Hex[] };
  });
}

/**
 * Reads the parameter of `eth_sendTransaction`. A field that we do not know may mean something: it is refused, and so are
 * two names of one thing that say different things.
 * @throws ProviderRpcError -32602
 */
export function readTransactionParams(value: unknown, chainNumber: number): TransactionParams {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('A transaction is an object.');
  const given = value as Readonly<Record<string, unknown>>;
  const strange = Object.keys(given).find((field) => !KNOWN.has(field));
  if (strange !== undefined) throw invalid(`The field ${strange.slice(0, 40)} is not supported.`);
  const [data, input] = [bytesAt(given['data'], 'data'), bytesAt(given['input'], 'input')];
  if (data !== undefined && input !== undefined && data.toLowerCase() !== input.toLowerCase()) throw invalid('data and input differ.');
  const [gas, gasLimit] = [quantity(given['gas'], 'gas'), quantity(given['gasLimit'], 'gasLimit')];
  if (gas !== undefined && gasLimit !== undefined && gas !== gasLimit) throw invalid('gas and gasLimit differ.');
  const chainId = quantity(given['chainId'], 'chainId');
  if (chainId !== undefined && chainId !== BigInt(chainNumber))
    throw new ProviderRpcError(RPC.unrecognizedChain, 'The transaction is for another chain.');
  const type = quantity(given['type'], 'type');
  if (type !== undefined && type > 2n) throw invalid('Only transactions of the types 0, 1 and 2 are sent.');
  const [gasPrice, maxFeePerGas] = [quantity(given['gasPrice'], 'gasPrice'), quantity(given['maxFeePerGas'], 'maxFeePerGas')];
  const maxPriorityFeePerGas = quantity(given['maxPriorityFeePerGas'], 'maxPriorityFeePerGas');
  if (gasPrice !== undefined && (maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined))
    throw invalid('gasPrice and maxFeePerGas exclude each other.');
  const nonce = quantity(given['nonce'], 'nonce');
  if (nonce !== undefined && nonce > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid('nonce is out of range.');
  const to = given['to'];
  return {
    from: addressAt(given['from'], 'from'),
    to: to === undefined || to === null || to === '0x' ? null : addressAt(to, 'to'),
    value: quantity(given['value'], 'value') ?? 0n,
    data: data ?? input ?? '0x',
    ...withDefined({ gas: gas ?? gasLimit, gasPrice, maxFeePerGas, maxPriorityFeePerGas }),
    ...(nonce === undefined ? {} : { nonce: Number(nonce) }),
    ...(given['accessList'] === undefined ? {} : { accessList: accessList(given['accessList']) }),
  };
}

type Fees = Pick<TransactionParams, 'gas' | 'gasPrice' | 'maxFeePerGas' | 'maxPriorityFeePerGas'>;

function withDefined(fields: { readonly [K in keyof Fees]: Fees[K] | undefined }): Fees {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fees;
}

/** Asks the node. */
type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

async function askQuantity(ask: Ask, method: string, params: readonly unknown[]): Promise<bigint> {
  const answer = await ask(method, params);
  if (typeof answer !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(answer))
    throw new ProviderRpcError(RPC.internalError, `The node answers ${method} with no quantity.`);
  return BigInt(answer);
}

/** Room for what changes between estimate and inclusion, percent. */
const GAS_MARGIN = 20n;

/**
 * The unsigned bytes of a transaction: what the caller left out comes from the node. What the node says here only proposes;
 * the gate judges the bytes that come of it, fee included.
 */
export async function fillTransaction(given: TransactionParams, chainNumber: number, nonce: number | undefined, ask: Ask): Promise<Hex> {
  const { from, to, value, data, accessList: list } = given;
  const call = { from, ...(to === null ? {} : { to }), value: `0x${value.toString(16)}`, data };
  const [gas, fees, slot] = await Promise.all([
    given.gas ?? askQuantity(ask, 'eth_estimateGas', [call]).then((estimate) => (estimate * (100n + GAS_MARGIN)) / 100n),
    feesOf(given, ask),
    nonce ?? given.nonce ?? askQuantity(ask, 'eth_getTransactionCount', [from, 'pending']).then(Number),
  ]);
  const body = { chainId: chainNumber, nonce: slot, gas, ...(to === null ? {} : { to }), value, data, ...fees };
  const transaction = (
    'gasPrice' in fees
      ? { ...body, ...(list === undefined ? { type: 'legacy' } : { type: 'eip2930', accessList: list }) }
      : { ...body, type: 'eip1559', accessList: list ?? [] }
  ) as TransactionSerializable;
  return serializeTransaction(transaction);
}

async function feesOf(
  given: TransactionParams,
  ask: Ask,
): Promise<{ readonly gasPrice: bigint } | { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }> {
  if (given.gasPrice !== undefined) return { gasPrice: given.gasPrice };
  const tip = given.maxPriorityFeePerGas ?? (await askQuantity(ask, 'eth_maxPriorityFeePerGas', []));
  if (given.maxFeePerGas !== undefined)
    return { maxFeePerGas: given.maxFeePerGas, maxPriorityFeePerGas: tip < given.maxFeePerGas ? tip : given.maxFeePerGas };
  const head = (await ask('eth_getBlockByNumber', ['latest', false])) as { readonly baseFeePerGas?: unknown } | null;
  const base = head?.baseFeePerGas;
  if (typeof base !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(base))
    throw new ProviderRpcError(RPC.internalError, 'The node names no base fee.');
  return { maxFeePerGas: BigInt(base) * 2n + tip, maxPriorityFeePerGas: tip };
}
