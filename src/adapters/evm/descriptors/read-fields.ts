import { CastellanError } from '../../../core/errors.ts';
import type { EvmAddress } from '../address.ts';
import type { DescribedField, FieldFormat } from './descriptor.ts';
import { fieldSchema, type GivenDescriptor, type GivenField, MAX_NESTED_FIELDS } from './descriptor-schema.ts';

const FORMATS: readonly string[] = ['tokenAmount', 'amount', 'addressName', 'nftName', 'calldata'];
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const CONSTANT = '$.metadata.constants.';
const DEFINITION = '$.display.definitions.';

function refuse(message: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message: `The descriptor is not readable: ${message}.` });
}

/** A constant of the file where the text names one, else the text itself. */
function constantOf(given: GivenDescriptor, text: string): string {
  if (!text.startsWith(CONSTANT)) return text;
  const constants = given.metadata?.constants ?? {};
  const name = text.slice(CONSTANT.length);
  const value = Object.hasOwn(constants, name) ? constants[name] : undefined;
  if (typeof value !== 'string') throw refuse(`${text.slice(0, 80)} is no constant`);
  return value;
}

function addressIn(given: GivenDescriptor, text: string): EvmAddress {
  const value = constantOf(given, text);
  if (!ADDRESS.test(value)) throw refuse(`${text.slice(0, 80)} is no address`);
  return value.toLowerCase() as EvmAddress;
}

/** A field with what its definition says, where it refers to one; its own words come first. */
function resolved(given: GivenDescriptor, raw: unknown): GivenField {
  const own = fieldSchema.safeParse(raw);
  if (!own.success) throw refuse('a field is none');
  const { $ref } = own.data;
  if ($ref === undefined) return own.data;
  const definitions = given.display.definitions ?? {};
  const name = $ref.startsWith(DEFINITION) ? $ref.slice(DEFINITION.length) : '';
  const definition = fieldSchema.safeParse(Object.hasOwn(definitions, name) ? definitions[name] : undefined);
  if (!definition.success) throw refuse(`${$ref.slice(0, 80)} is no definition`);
  return { ...definition.data, ...own.data, params: { ...definition.data.params, ...own.data.params } };
}

function joined(prefix: string, path: string): string {
  if (path.startsWith('@.') || path.startsWith('$.')) return path;
  const bare = path.startsWith('#.') ? path.slice(2) : path;
  return path.startsWith('#.') || prefix === '' ? bare : `${prefix}.${bare}`;
}

/** Fields of a format, groups taken apart. `prefix` is the path of the group around them. @throws CONFIG_INVALID */
export function readFields(given: GivenDescriptor, raw: readonly unknown[], prefix = '', depth = 0): readonly DescribedField[] {
  if (depth > MAX_NESTED_FIELDS) throw refuse('fields nest too deep');
  return raw.flatMap((entry): readonly DescribedField[] => {
    const field = resolved(given, entry);
    if (field.fields !== undefined)
      return readFields(given, field.fields, field.path === undefined ? prefix : joined(prefix, field.path), depth + 1);
    const params = field.params ?? {};
    const contractPath = params.tokenPath ?? params.collectionPath ?? params.calleePath;
    const contract = params.token ?? params.collection ?? params.callee;
    const coins = params.nativeCurrencyAddress ?? [];
    const at = (path: string | undefined): string | null => (path === undefined ? null : joined(prefix, constantOf(given, path)));
    return [
      {
        path: at(field.path),
        label: field.label ?? '',
        format: (FORMATS.includes(field.format ?? '') ? field.format : 'text') as FieldFormat,
        contractPath: at(contractPath),
        contract: contract === undefined ? null : addressIn(given, contract),
        coins: (typeof coins === 'string' ? [coins] : coins).map((text) => addressIn(given, text)),
        kinds: params.types ?? [],
        amountPath: at(params.amountPath),
      },
    ];
  });
}
