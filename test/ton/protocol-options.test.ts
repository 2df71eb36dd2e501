import { expect, it } from 'vitest';
import { createTonAdapter, type TonProtocolOption } from '../../src/adapters/ton/index.ts';
import { protocolsOf } from '../../src/adapters/ton/protocols/index.ts';
import { createManualClock } from '../../src/testing/index.ts';
import { MAINNET, on, TESTNET } from './codec-fixture.ts';

const raw = (pair: string): string => `0:${pair.repeat(32)}`;
const router: TonProtocolOption = { protocol: 'stonfi-v2', role: 'router', address: raw('a1') };

/** The fields that are refused, each once. */
function refused(...protocols: readonly object[]): readonly string[] {
  try {
    const chain = { chain: 'ton:-3', endpoint: 'http://127.0.0.1:1/', protocols: protocols as readonly TonProtocolOption[] };
    createTonAdapter({ chains: [chain], clock: createManualClock() });
    return [];
  } catch (error) {
    return (error as { details: { fields: string[] } }).details.fields.map((field) => field.replace(/:.*$/, ''));
  }
}

it('a contract is named by its protocol, what it does there and what it keeps', () => {
  expect(
    refused(router, { protocol: 'stonfi-v2', role: 'token_account', address: raw('a2'), tokens: ['native'], router: raw('a1') }),
  ).toEqual([]);
  expect(refused({ protocol: 'dedust', role: 'pool', address: raw('a3'), tokens: ['native', raw('a4')] })).toEqual([]);
});

it.each([
  ['no protocol', { ...router, protocol: 'uniswap' }, 'protocol'],
  ['no role', { ...router, role: 'king' }, 'role'],
  ['a role that the protocol has not', { ...router, role: 'vault' }, 'role'],
  ['an address that is none', { ...router, address: 'EQ' }, 'address'],
  ['an address for another network', { ...router, address: 'EQB3ncyBUTjZUA5EnFKR5_EnOMI9V1tTEAAPaiU71gc4TiUv' }, 'address'],
  ['too many tokens', { ...router, tokens: ['native'] }, 'tokens'],
  ['too few', { protocol: 'dedust', role: 'pool', address: raw('a1'), tokens: ['native'] }, 'tokens'],
  ['one twice', { protocol: 'dedust', role: 'pool', address: raw('a1'), tokens: ['native', 'native'] }, 'tokens'],
  ['a router without an account', { ...router, router: raw('a2') }, 'router'],
  ['an account without a router', { protocol: 'stonfi-v1', role: 'token_account', address: raw('a2'), tokens: ['native'] }, 'router'],
  ['an unknown field', { ...router, trust: true }, ''],
])('%s is refused', (_, option, field) => {
  expect(refused(option).join()).toContain(`protocols[0]${field === '' ? '' : `.${field}`}`);
});

it('one address is one contract', () => expect(refused(router, router).join()).toContain('protocols[1].address'));

it('the configuration’s stand in the place of published ones, chain by chain', () => {
  const [known] = protocolsOf(MAINNET, []).values();
  if (known === undefined) throw new Error('none is known');
  const other = { ...known, protocol: 'dedust', role: 'vault' } as const;
  expect(protocolsOf(MAINNET, [other]).get(known.account)).toBe(other);
  expect(protocolsOf(TESTNET, []).has(known.account)).toBe(false);
  expect(protocolsOf(TESTNET, [{ ...other, account: on('a1') }]).get(on('a1'))?.role).toBe('vault');
});
