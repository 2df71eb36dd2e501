import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../src/authz/index.ts';
import type { AccountId, AssetId, ChainAdapter, ChainId, Token } from '../../src/core/index.ts';
import { indexChains } from '../../src/manager/directory.ts';
import { resolveRequest } from '../../src/manager/pipeline/resolve.ts';
import { parseAgentRequest } from '../../src/manager/request.ts';
import { BASE, BOB, TOKENS, WALLET } from '../authz/fixture.ts';
import { WIDE } from './rig.ts';

/** A token without decimals: what is written is what is counted. */
const UNIT = 'eip155:1/erc20:0x0000000000000000000000000000000000000abc' as AssetId;
const LIST: readonly Token[] = [...TOKENS, { asset: UNIT, symbol: 'UNIT', decimals: 0 }];
const CHAIN = 'eip155:1' as ChainId;
const adapter = {
  family: 'evm',
  chains: [CHAIN],
  tokens: LIST,
  codec: { nativeAsset: () => LIST[0] },
  node: () => ({}),
} as unknown as ChainAdapter;
const chains = indexChains([adapter], () => CHAIN);

/** The amount that a limit comes to in the ledger; undefined where the policy is refused. */
function asLimit(max: unknown): string | undefined {
  try {
    const { caps } = compilePolicy(
      { ...WIDE, limits: { ...WIDE.limits, caps: [{ capId: 'c', scope: 'agent', asset: 'UNIT', window: 'day', max }] } },
      LIST,
      BASE,
    );
    return caps[0]?.spec.windows[0]?.limit;
  } catch {
    return undefined;
  }
}

/** The amount that a request, or its own narrowing, comes to; undefined where it is refused. */
function asRequest(field: 'amount' | 'narrow', value: unknown): bigint | undefined {
  const body = { to: BOB, asset: 'UNIT', amount: '5', ...(field === 'amount' ? { amount: value } : { narrow: { maxAmount: value } }) };
  const parsed = parseAgentRequest(body);
  if (!parsed.ok) return undefined;
  const agent = { id: 'a1', user: 'u1', wallets: [WALLET as AccountId], createdMs: 0 };
  const resolved = resolveRequest({ parsed: parsed.value, id: 'r1', tenant: 't', agent, chains, nowMs: 0 });
  if (!resolved.ok) return undefined;
  const { action, narrow } = resolved.value;
  if (field === 'narrow') return narrow?.maxAmount;
  return action.kind === 'transfer' ? action.amount : undefined;
}

const MOST = 2n ** 256n - 1n;
const EXACT = [0n, 1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n, 2n ** 128n - 1n, MOST];
const ODD = [
  '-1',
  '1e21',
  '0x10',
  ' 1',
  '1 ',
  '１',
  '１２',
  '٣',
  '01',
  '+1',
  '1.0.0',
  '1,000',
  '1_000',
  '',
  '.5',
  '5.',
  'Infinity',
  'NaN',
  '1n',
  '0b1',
  '1\n',
  '\u200b1',
];
const ODD_NUMBERS = [-1, 1e21, 2 ** 53, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -0.1, null, true, [], {}, undefined];

describe('an amount is exact or refused', () => {
  it.each(EXACT.map((amount) => ({ amount })))('$amount', ({ amount }) => {
    const text = amount.toString();
    expect(asLimit(text)).toBe(text);
    expect(asRequest('narrow', text)).toBe(amount);
    // A payment of nothing is none.
    expect(asRequest('amount', text)).toBe(amount === 0n ? undefined : amount);
  });

  it('one more than any chain can hold is no payment, and as a limit is what it says', () => {
    const text = (MOST + 1n).toString();
    expect([asRequest('amount', text), asRequest('narrow', text), asLimit(text)]).toEqual([undefined, undefined, text]);
  });

  it.each(ODD.map((text) => ({ text })))('$text', ({ text }) => {
    expect([asLimit(text), asRequest('amount', text), asRequest('narrow', text)]).toEqual([undefined, undefined, undefined]);
  });

  it('a number is a limit where it is a safe integer, and never an amount of a request', () => {
    expect([asLimit(0), asLimit(2 ** 53 - 1)]).toEqual(['0', '9007199254740991']);
    for (const value of ODD_NUMBERS) expect([value, asLimit(value)]).toEqual([value, undefined]);
    for (const value of [1, 5, 2 ** 53, 1e21, 5n]) expect(asRequest('amount', value)).toBe(undefined);
  });

  it('with more decimals than the asset has is refused, and a zero behind the point loses nothing', () => {
    expect([asLimit('1.5'), asRequest('amount', '1.5'), asRequest('narrow', '0.1')]).toEqual([undefined, undefined, undefined]);
    expect(asLimit('1.0')).toBe('1');
  });
});
