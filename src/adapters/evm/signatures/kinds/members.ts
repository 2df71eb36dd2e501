import type { AccountId, ChainId } from '../../../../core/ids.ts';
import { accountOf } from '../../address.ts';
import { refuse } from '../refuse.ts';
import type { TypedStruct, TypedValue } from '../typed-data/struct.ts';

/** Items of one list: as many as leaves of one transaction. */
const MAX_ITEMS = 256;

/** Reads members of a struct whose type is known to the letter. A member of another type is a bug in a kind's table. */
export class Members {
  readonly #chain: ChainId;
  readonly #struct: TypedStruct;

  constructor(chain: ChainId, struct: TypedStruct) {
    this.#chain = chain;
    this.#struct = struct;
  }

  #get(name: string): TypedValue {
    const value = this.#struct.get(name);
    if (value === undefined) throw new TypeError(`typed data without ${name}`);
    return value;
  }

  account(name: string): AccountId {
    return accountOf(this.#chain, this.text(name));
  }

  number(name: string): bigint {
    const value = this.#get(name);
    if (typeof value !== 'bigint') throw new TypeError(`${name} is no number`);
    return value;
  }

  /** Text, or hex of an address or bytes. */
  text(name: string): string {
    const value = this.#get(name);
    if (typeof value !== 'string') throw new TypeError(`${name} is no text`);
    return value;
  }

  bytes(name: string): Uint8Array {
    return new Uint8Array(Buffer.from(this.text(name).slice(2), 'hex'));
  }

  flag(name: string): boolean {
    return this.#get(name) === true;
  }

  struct(name: string): Members {
    const value = this.#get(name);
    if (!(value instanceof Map)) throw new TypeError(`${name} is no struct`);
    return new Members(this.#chain, value);
  }

  /** @throws PAYLOAD_UNDECODABLE for more items than anybody would look at */
  list(name: string): readonly Members[] {
    const items = flat(this.#get(name));
    if (items.length > MAX_ITEMS) throw refuse('too_many_items', { member: name, most: MAX_ITEMS });
    return items.map((item) => new Members(this.#chain, item));
  }
}

/** The structs of a list, or of lists of lists. */
function flat(value: TypedValue): readonly TypedStruct[] {
  if (Array.isArray(value)) return (value as readonly TypedValue[]).flatMap(flat);
  if (value instanceof Map) return [value];
  throw new TypeError('a list of something else than structs');
}
