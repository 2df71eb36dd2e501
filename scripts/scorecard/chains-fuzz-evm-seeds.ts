import { type Abi, concat, encodeFunctionData, encodePacked, type Hex, numberToHex, parseAbi, size } from 'viem';
import { PERMIT2_ADDRESS, PERMIT2_METHODS } from '../../src/adapters/evm/decode/permit2.ts';
import { STANDARD_METHODS } from '../../src/adapters/evm/decode/standard-methods.ts';
import { encodeRlp, integerBytes, type RlpItem } from '../../src/adapters/evm/rlp.ts';

/** One call of the wallet: the raw material of a payload. */
export interface SeedCall {
  readonly to: Hex;
  readonly value: bigint;
  readonly data: Uint8Array;
}

export const WALLET = `0x${'aa'.padStart(40, '0')}` as const;
export const TOKEN = `0x${'c1'.padStart(40, '0')}` as const;
const STRANGE = `0x${'c2'.padStart(40, '0')}` as const;

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replace(/^0x/, ''), 'hex'));

/** Signatures of every method that is known, by selector, and where it is looked for. */
export const METHODS: readonly { readonly text: string; readonly at: Hex; readonly abi: Abi }[] = [
  ...[...STANDARD_METHODS.values()].flat().map(({ signature: { text } }) => ({ text, at: STRANGE })),
  ...[...PERMIT2_METHODS.values()].flat().map(({ signature: { text } }) => ({ text, at: PERMIT2_ADDRESS as Hex })),
].map((method) => ({ ...method, abi: parseAbi([`function ${method.text}`] as readonly string[]) as Abi }));

type Draw = (below: number) => number;

/** A random value of a type as the library takes it. Bytes are often calls of their own, so that trees grow. */
function value(type: string, draw: Draw, depth: number): unknown {
  const list = /^(.*)\[(\d*)\]$/.exec(type);
  if (list !== null) {
    const length = list[2] === '' ? draw(3) : Number(list[2]);
    return Array.from({ length }, () => value(list[1] as string, draw, depth + 1));
  }
  if (type.startsWith('(')) return parts(type.slice(1, -1)).map((part) => value(part, draw, depth + 1));
  const hex = (length: number): Hex => `0x${Array.from({ length }, () => draw(256).toString(16).padStart(2, '0')).join('')}`;
  if (type === 'address') return [WALLET, TOKEN, STRANGE, hex(20)][draw(4)];
  if (type === 'bool') return draw(2) === 1;
  if (type === 'string') return 'Order order)'.repeat(draw(3));
  if (type === 'bytes') return draw(3) === 0 || depth > 4 ? hex(draw(70)) : randomCall(draw, depth + 1).data;
  if (type === 'bytes32') return [`0x${'00'.repeat(32)}`, `0x01${'00'.repeat(31)}`, hex(32)][draw(3)];
  const number = /^(uint|int)(\d+)$/.exec(type);
  if (number !== null) return BigInt([0, 1, draw(256)][draw(3)] ?? 0) & ((1n << BigInt(Number(number[2]) - 1)) - 1n);
  return hex(Number(type.slice(5)));
}

/** The parts of a list of types, split at its own level. */
export function parts(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === ',' && depth === 0) {
      found.push(part);
      part = '';
    } else part += char;
  }
  return part === '' ? found : [...found, part];
}

/** Calls packed for MultiSend, or one packed for an execution mode. */
function packed(draw: Draw, depth: number, kind: 'rows' | 'single'): Hex {
  const rows = Array.from({ length: kind === 'rows' ? 1 + draw(3) : 1 }, (): Hex => {
    const { to, data } = randomCall(draw, depth + 1);
    const one = encodePacked(['address', 'uint256'], [to, BigInt(draw(3))]);
    return kind === 'single' ? concat([one, data]) : concat(['0x00', one, numberToHex(size(data), { size: 32 }), data]);
  });
  return concat(rows);
}

/** Arguments whose byte strings have a form of their own; undefined where random ones will do. */
function formed(text: string, draw: Draw, depth: number): readonly unknown[] | undefined {
  if (depth > 3 || draw(4) === 0) return undefined;
  const single = (): Hex => packed(draw, depth, 'single');
  const mode = [`0x${'00'.repeat(32)}`, `0x0001${'00'.repeat(30)}`][draw(2)];
  if (text.startsWith('multiSend(')) return [packed(draw, depth, 'rows')];
  if (/^execute\w*\(bytes32,bytes\)$/.test(text)) return [mode, single()];
  return text.startsWith('redeemDelegations(') ? [['0x'], [mode], [single()]] : undefined;
}

/** A third of all calls are those that people make most. */
const COMMON = [
  'transfer(address,uint256)',
  'approve(address,uint256)',
  'transferFrom(address,address,uint256)',
  'multiSend(bytes)',
  'execute(bytes32,bytes)',
];
const COMMON_METHODS = METHODS.filter(({ text }) => COMMON.includes(text));

/** A random call of a known method, canonically written by the library. */
export function randomCall(draw: Draw, depth = 0): { readonly to: Hex; readonly data: Hex; readonly text: string } {
  const from = draw(3) === 0 ? COMMON_METHODS : METHODS;
  const { text, at, abi } = from[draw(from.length)] as (typeof METHODS)[number];
  const args = formed(text, draw, depth) ?? parts(text.slice(text.indexOf('(') + 1, -1)).map((type) => value(type, draw, depth));
  return { to: draw(3) === 0 && at === STRANGE ? TOKEN : at, data: encodeFunctionData({ abi, args } as never), text };
}

/** Types of transactions, by their byte; 0 for a legacy one. */
export const TYPES = [0, 1, 2, 2, 2, 3, 4] as const;

/** The bytes of a transaction of one type that makes one call. */
export function payloadOf({ to, value: amount, data }: SeedCall, type: number): Uint8Array {
  const [chain, nonce, tip, most, gas] = [31_337n, 7n, 1n, 3n, 1_000_000n].map(integerBytes) as [RlpItem, ...RlpItem[]];
  const call: readonly RlpItem[] = [bytes(to), integerBytes(amount), data];
  const empty = new Uint8Array(0);
  if (type === 0) return encodeRlp([nonce, most, gas, ...call, chain, empty, empty] as RlpItem[]);
  if (type === 1) return encodeRlp([chain, nonce, most, gas, ...call, [[bytes(TOKEN), [bytes('11'.repeat(32))]]]] as RlpItem[], 1);
  const fields = [chain, nonce, tip, most, gas, ...call, []] as RlpItem[];
  if (type === 2) return encodeRlp(fields, 2);
  if (type === 3) return encodeRlp([...fields, integerBytes(5n), [bytes(`01${'ab'.repeat(31)}`)]], 3);
  const given = [chain, bytes(TOKEN), nonce as RlpItem, integerBytes(1n), bytes('12'.repeat(32)), bytes('13'.repeat(32))] as RlpItem[];
  return encodeRlp([...fields, [given]], 4);
}

/** One to three edits of bytes: a bit, a byte, a word, a cut, a tail of something else. */
export function mutate(from: Uint8Array, other: Uint8Array, draw: Draw): Uint8Array {
  let now = Buffer.from(from);
  for (let edits = 1 + draw(3); edits > 0 && now.length > 0; edits -= 1) {
    const at = draw(now.length);
    const word = 4 + 32 * draw(Math.max(1, (now.length - 4) >> 5));
    switch (draw(9)) {
      case 0:
        now[at] = (now[at] as number) ^ (1 << draw(8));
        break;
      case 1:
        now[at] = [0, 1, 0x20, 0x7f, 0x80, 0xff, draw(256)][draw(7)] as number;
        break;
      case 2:
        now = Buffer.concat([now.subarray(0, at), Buffer.from([draw(256)]), now.subarray(at)]);
        break;
      case 3:
        now = Buffer.concat([now.subarray(0, at), now.subarray(at + 1)]);
        break;
      case 4:
        now = now.subarray(0, at + 1);
        break;
      case 5:
        now = Buffer.concat([now.subarray(0, at), other.subarray(draw(other.length))]);
        break;
      case 6:
        if (word + 32 <= now.length) now[word + 31] = ((now[word + 31] as number) + [32, 224, 1, 255][draw(4)]!) & 255;
        break;
      case 7:
        if (word + 32 <= now.length) now = Buffer.concat([now.subarray(0, word), now.subarray(word + 32)]);
        break;
      default:
        now = Buffer.concat([now.subarray(0, word), Buffer.alloc(32, draw(2) * 255), now.subarray(word)]);
    }
  }
  return new Uint8Array(now);
}
