import type { mulberry32 } from './measure.ts';

/** Whose wallet signs. */
export const WALLET = '0x00000000000000000000000000000000000000aa';
export const TOKEN = '0x00000000000000000000000000000000000000c1';
const SHOP = '0x00000000000000000000000000000000000000bb';
const SOON = 1_800_000_000;

type Fields = readonly string[];

/** Always declared: without it readers make up a domain's type each by their own rule. */
const DOMAIN: Fields = ['string name', 'string version', 'uint256 chainId', 'address verifyingContract'];

function order(types: Readonly<Record<string, Fields>>, message: unknown, contract = TOKEN): unknown {
  const [primaryType] = Object.keys(types);
  const named = Object.entries({ ...types, EIP712Domain: DOMAIN }).map(([name, fields]) => [
    name,
    fields.map((field) => ({ type: field.slice(0, field.indexOf(' ')), name: field.slice(field.indexOf(' ') + 1) })),
  ]);
  return {
    types: Object.fromEntries(named),
    primaryType,
    domain: { name: 'T', version: '1', chainId: 1, verifyingContract: contract },
    message,
  };
}

/** Good orders of several kinds, from which hostile ones are made. */
export const SEEDS: readonly unknown[] = [
  order(
    { Permit: ['address owner', 'address spender', 'uint256 value', 'uint256 nonce', 'uint256 deadline'] },
    { owner: WALLET, spender: SHOP, value: '5', nonce: 0, deadline: SOON },
  ),
  order(
    {
      PermitBatch: ['PermitDetails[] details', 'address spender', 'uint256 sigDeadline'],
      PermitDetails: ['address token', 'uint160 amount', 'uint48 expiration', 'uint48 nonce'],
    },
    { details: [{ token: TOKEN, amount: '7', expiration: SOON, nonce: 0 }], spender: SHOP, sigDeadline: SOON },
    '0x000000000022d473030f116ddee9f6b43ac78ba3',
  ),
  order(
    {
      Delegation: ['address delegate', 'address delegator', 'bytes32 authority', 'Caveat[] caveats', 'uint256 salt'],
      Caveat: ['address enforcer', 'bytes terms'],
    },
    { delegate: SHOP, delegator: WALLET, authority: `0x${'ff'.repeat(32)}`, caveats: [{ enforcer: SHOP, terms: '0x01' }], salt: 0 },
  ),
  order(
    { MetaTransaction: ['uint256 nonce', 'address from', 'bytes functionSignature'] },
    { nonce: 1, from: WALLET, functionSignature: `0xa9059cbb${SHOP.slice(2).padStart(64, '0')}${'5'.padStart(64, '0')}` },
  ),
  order(
    { Mail: ['Person from', 'Person[2] to', 'string text', 'bool read', 'int8 mood'], Person: ['string name', 'bytes4[] tags'] },
    {
      ...{
        from: { name: 'Anna', tags: ['0x01020304'] },
        to: [
          { name: 'Bob', tags: [] },
          { name: 'Eve', tags: [] },
        ],
      },
      ...{ text: 'Hello', read: true, mood: -3 },
    },
  ),
];

const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1e21,
    0.5,
    '',
    '0x',
    '0',
    '-1',
    '1e3',
    '0x1',
    [],
    {},
    [[]],
    'uint256',
    'Permit',
    '__proto__',
    '\u202e',
    '\ud800',
  ],
  ...[WALLET, SHOP, TOKEN, `0x${'ab'.repeat(32)}`, (2n ** 256n).toString(), (2n ** 256n - 1n).toString(), 256, 9_007_199_254_740_993],
  ...['address', 'uint8[]', 'bytes', 'string', 'bool[3]', 'Person', 'uint', 'a b', 'a,b', 'x'.repeat(200)],
];
const PIECES: readonly string[] = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '0',
  '9',
  '-',
  '.',
  'e',
  ' ',
  '\\u0000',
  'null',
  '"a":1,',
  '\u0000',
];

type Random = ReturnType<typeof mulberry32>;
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** One member somewhere, replaced, taken away, doubled or given another name. */
function mutateValue(random: Random, root: unknown): unknown {
  const copy: unknown = structuredClone(root);
  let at = copy;
  for (let step = 0; step < 8; step += 1) {
    if (typeof at !== 'object' || at === null) break;
    const holder = at as Record<string, unknown>;
    const keys = Object.keys(holder);
    if (keys.length === 0) break;
    const key = pick(random, keys);
    if (random() < 0.65 && typeof holder[key] === 'object') {
      at = holder[key];
      continue;
    }
    const way = random();
    if (way < 0.6) holder[key] = pick(random, VALUES);
    else if (way < 0.75) delete holder[key];
    else if (Array.isArray(at)) at.push(structuredClone(holder[key]));
    else holder[pick(random, ['extra', 'owner', 'name', 'type', 'a'])] = holder[key];
    break;
  }
  return copy;
}

/** The text of a hostile order: of another structure, or of broken text, or both. */
export function hostileOrder(random: Random): string {
  let value = pick(random, SEEDS);
  for (let times = Math.floor(random() * 3); times >= 0; times -= 1) value = mutateValue(random, value);
  let text = JSON.stringify(value);
  if (random() < 0.3) {
    const from = Math.floor(random() * text.length);
    text = text.slice(0, from) + pick(random, PIECES) + text.slice(from + Math.floor(random() * 4));
  }
  return text;
}

/** A hostile message: bytes of any kind, or text that is nearly a sign-in. */
export function hostileMessage(random: Random): Uint8Array {
  const way = random();
  if (way < 0.5) return Uint8Array.from({ length: Math.floor(random() * 120) }, () => Math.floor(random() * 256));
  const lines = [
    'shop.example wants you to sign in with your Ethereum account:',
    `0x${'0'.repeat(38)}AA`,
    '',
    'Hi',
    '',
    'URI: https://shop.example',
    'Version: 1',
  ];
  const all = [...lines, 'Chain ID: 1', 'Nonce: 12345678', 'Issued At: 2026-01-01T00:00:00Z', 'Resources:', '- ipfs://x'];
  const kept = all
    .filter(() => random() > 0.05)
    .map((line) => (random() < 0.05 ? `${line}${pick(random, ['\u200b', ' ', '\r', 'x'])}` : line));
  return new TextEncoder().encode(kept.join('\n'));
}
