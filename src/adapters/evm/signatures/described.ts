import type { ChainId } from '../../../core/ids.ts';
import { accountOf, addressOf } from '../address.ts';
import type { AbiParam } from '../decode/abi-signature.ts';
import type { AbiType, AbiValue } from '../decode/abi-type.ts';
import { type DescribedFormat, type Descriptor, describedCall } from '../descriptors/index.ts';
import { walkCall } from './kinds/inner-call.ts';
import type { KindReading, TypedOrder } from './kinds/kind.ts';
import { assetAt, callTo } from './kinds/parts.ts';
import type { Domain } from './typed-data/domain.ts';
import type { Field, Schema } from './typed-data/schema.ts';
import type { TypedStruct, TypedValue } from './typed-data/struct.ts';
import { atomicType, type Dimension } from './typed-data/type-name.ts';

/** Reads typed data by what the deployment was given about its type; undefined where nothing was. */
export type DescribeType = (order: TypedOrder) => KindReading | undefined;

/** Members in the words of the ABI, so that one reader serves calls and typed data. Each struct once: types may hold each other. */
class Params {
  readonly #schema: Schema;
  readonly #known = new Map<string, readonly AbiParam[]>();

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  of(struct: string): readonly AbiParam[] {
    const known = this.#known.get(struct);
    if (known !== undefined) return known;
    // A struct inside itself has no end, and no path of a descriptor leads there.
    this.#known.set(struct, []);
    const params = (this.#schema.get(struct) ?? []).map((field) => this.#param(field));
    this.#known.set(struct, params);
    return params;
  }

  #param({ name, type }: Field): AbiParam {
    const isStruct = atomicType(type.base) === undefined;
    const parts = isStruct ? this.of(type.base) : [];
    const base: AbiType = isStruct ? { record: parts.map((part) => part.type) } : (type.base as AbiType);
    const list = (inner: AbiType, length: Dimension): AbiType => (length === null ? { list: inner } : { list: inner, length });
    return { name, type: type.dimensions.reduce(list, base), parts };
  }
}

function toValues(schema: Schema, fields: readonly Field[], struct: TypedStruct): readonly AbiValue[] {
  const convert = (base: string, value: TypedValue): AbiValue => {
    if (Array.isArray(value)) return (value as readonly TypedValue[]).map((item) => convert(base, item));
    if (value instanceof Map) return toValues(schema, schema.get(base) ?? [], value);
    return base === 'bytes' ? new Uint8Array(Buffer.from(String(value).slice(2), 'hex')) : (value as AbiValue);
  };
  return fields.map(({ name, type }) => convert(type.base, struct.get(name) as TypedValue));
}

function read(order: TypedOrder, format: DescribedFormat): KindReading {
  const { chain, native, wallet, contract, data } = order;
  const fields = data.schema.get(data.primaryType) ?? [];
  const place = { leaf: '0', depth: 0, inner: false };
  const frame = { chain, native, sender: wallet, to: addressOf(contract, chain), value: 0n, data: new Uint8Array(0), ...place };
  const {
    effects = [],
    calls = [],
    unknown,
  } = describedCall(
    format,
    new Params(data.schema).of(data.primaryType),
  )({
    ...{ frame, contract, asset: assetAt(order, contract), listed: false },
    values: toValues(data.schema, fields, data.message),
    account: (value) => accountOf(chain, String(value)),
    token: (value) => assetAt(order, accountOf(chain, String(value))),
  });
  const walked = calls.flatMap(({ to, value, data: calldata, sender }, index) => {
    const call = { sender: sender ?? contract, to: to === null ? contract : accountOf(chain, to), value, data: calldata };
    return walkCall(order, call, `0.${index}`);
  });
  return {
    standard: 'described',
    found: [callTo(order), ...effects],
    walked,
    ...(unknown === undefined ? {} : { unclear: unknown }),
    expiresAtMs: null,
    mark: null,
    summary: `signs ${data.primaryType} for ${contract}`,
  };
}

function isFor(descriptor: Descriptor, order: TypedOrder): boolean {
  const { domain } = order.data;
  const holds = descriptor.deployments.some(
    ({ chainId, address }) => order.chain === `eip155:${chainId}` && order.contract === accountOf(order.chain, address),
  );
  const says = (name: string, value: string): boolean => String(domain[name as keyof Domain] ?? '').toLowerCase() === value.toLowerCase();
  return holds && Object.entries(descriptor.domain).every(([name, value]) => says(name, value));
}

/**
 * Reads types by ERC-7730 descriptors of typed data, each for the contracts it names, by the name of the type or by its whole
 * encoding. A descriptor says what is in an order and never that it is harmless: the contract must be allowed like one that is called.
 * @see https://eips.ethereum.org/EIPS/eip-7730
 */
export function describedTypes(chain: ChainId, descriptors: readonly Descriptor[]): DescribeType {
  const here = descriptors.filter(
    ({ kind, deployments }) => kind === 'eip712' && deployments.some(({ chainId }) => chain === `eip155:${chainId}`),
  );
  return (order) => {
    for (const descriptor of here) {
      const format = descriptor.formats.find(({ key }) => key === order.data.type || key === order.data.primaryType);
      if (format !== undefined && isFor(descriptor, order)) return read(order, format);
    }
    return undefined;
  };
}
