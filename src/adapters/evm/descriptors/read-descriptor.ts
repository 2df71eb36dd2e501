import { CastellanError } from '../../../core/errors.ts';
import type { EvmAddress } from '../address.ts';
import { parseSignature } from '../decode/abi-signature.ts';
import { signaturesOf } from './abi-json.ts';
import type { DescribedFormat, Descriptor } from './descriptor.ts';
import { descriptorSchema, type GivenDescriptor } from './descriptor-schema.ts';
import { readFields } from './read-fields.ts';

const MAX_BYTES = 1_048_576;
const SELECTOR = /^0x[0-9a-fA-F]{8}$/;

function refuse(message: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message: `The descriptor is not readable: ${message}.` });
}

function parsed(json: unknown): GivenDescriptor {
  let given = json;
  if (typeof json === 'string') {
    if (json.length > MAX_BYTES) throw refuse('it is too long');
    try {
      given = JSON.parse(json);
    } catch {
      throw refuse('it is no JSON');
    }
  }
  const read = descriptorSchema.safeParse(given);
  if (!read.success) throw refuse(`it is no ERC-7730 file (${read.error.issues[0]?.path.join('.') ?? ''})`);
  if (read.data.includes !== undefined) throw refuse('it includes another file: put both into one');
  return read.data;
}

function formatsOf(given: GivenDescriptor, keyOf: (key: string) => string): readonly DescribedFormat[] {
  return Object.entries(given.display.formats).map(([key, { intent, fields }]) => ({
    key: keyOf(key),
    intent: typeof intent === 'string' ? intent : '',
    fields: readFields(given, fields ?? []),
  }));
}

/**
 * Reads an ERC-7730 descriptor: where it holds, and the fields of each method or primary type. A method named by its selector
 * alone is looked up in the file's own ABI. Files that include others must be put together first.
 *
 * @param json - the file, as text or parsed
 * @throws CONFIG_INVALID for anything that is not readable, or that holds nowhere
 * @see https://eips.ethereum.org/EIPS/eip-7730
 */
export function readDescriptor(json: unknown): Descriptor {
  const given = parsed(json);
  const { contract, eip712, $id } = given.context;
  if ((contract === undefined) === (eip712 === undefined)) throw refuse('it must be of a contract or of typed data');
  const deployments = (contract ?? eip712)?.deployments ?? [];
  const places = deployments.map(({ chainId, address }) => ({ chainId, address: address.toLowerCase() as EvmAddress }));
  const name = $id ?? '';
  if (eip712 !== undefined) {
    const domain = Object.fromEntries(Object.entries(eip712.domain ?? {}).map(([key, value]) => [key, String(value)]));
    return { kind: 'eip712', name, deployments: places, domain, formats: formatsOf(given, (key) => key) };
  }
  if (places.length === 0) throw refuse('it names no deployment');
  const abi = signaturesOf(contract?.abi);
  const keyOf = (key: string): string => {
    const text = SELECTOR.test(key) ? abi.get(key.toLowerCase()) : key;
    if (text === undefined) throw refuse(`the method ${key} is not in its ABI`);
    const named = abi.get(parseSignature(text).selector) ?? text;
    return parseSignature(named).params.some(({ name: param }) => !/^[0-9]/.test(param)) ? named : text;
  };
  return { kind: 'calldata', name, deployments: places, domain: {}, formats: formatsOf(given, keyOf) };
}
