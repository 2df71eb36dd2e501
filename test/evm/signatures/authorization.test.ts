import { hashAuthorization } from 'viem/utils';
import { describe, expect, it } from 'vitest';
import { createEvmAdapter } from '../../../src/adapters/evm/index.ts';
import { readSignature } from '../../../src/adapters/evm/signatures/index.ts';
import { keccak256, type SignatureOrder, toHex } from '../../../src/core/index.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';
import { describeVectors, vectorJson } from '../../vectors.ts';
import { CHAIN, DELEGATE, EVE, FACTS, hazards, ME, on, only, refusal } from './order-fixture.ts';

type Authorization = Omit<Extract<SignatureOrder, { kind: 'authorization' }>, 'kind'>;
const read = (order: Partial<Authorization>, chain = CHAIN) =>
  readSignature({ kind: 'authorization', chainId: '1', address: DELEGATE, nonce: '7', ...order }, chain, on(ME, chain), FACTS);

describe('EIP-7702', () => {
  it('hashes as a second implementation does', () => {
    for (const [chainId, nonce] of [
      ['1', '0'],
      ['0', '1'],
      ['1', '127'],
      ['1', '128'],
      ['1', '65536'],
    ] as const) {
      const expected = hashAuthorization({ chainId: Number(chainId), address: DELEGATE, nonce: Number(nonce) });
      expect(toHex(keccak256(read({ chainId, nonce }).payload))).toBe(expected.slice(2));
    }
  });

  it('gives the account code of its own; a listed implementation is known', () => {
    const reading = read({});
    expect(reading.effects).toEqual([{ kind: 'control', account: on(ME), aspect: 'code', to: on(DELEGATE), leaf: '0', source: 'bytes' }]);
    expect(reading).toMatchObject({
      standard: 'eip7702',
      complete: true,
      expiresAtMs: null,
      mark: { contract: on(ME), place: 'account_nonce', args: { nonce: '7', implementation: DELEGATE } },
    });
  });

  it('any other implementation is unknown, by no contract that a rule could allow, and nobody ends it', () => {
    const reading = read({ address: EVE });
    expect(only(reading, 'unknown')).toEqual([
      { kind: 'unknown', contract: null, selector: null, detail: `nobody listed the code of ${on(EVE)}`, leaf: '0', source: 'bytes' },
    ]);
    expect([reading.complete, hazards(reading)]).toEqual([false, ['never_expires']]);
  });

  it('chain 0 is every chain', () => expect(hazards(read({ chainId: '0' }))).toEqual(['valid_on_every_chain']));

  it('the zero address takes the code away', () => {
    const reading = read({ address: `0x${'0'.repeat(40)}` });
    expect([reading.standard, reading.complete, only(reading, 'control')[0]?.to]).toEqual(['eip7702_revocation', true, null]);
  });

  it.each([
    [{ chainId: '2' }, 'chain_id_mismatch'],
    [{ chainId: '0x1' }, 'authorization_invalid'],
    [{ chainId: '01' }, 'authorization_invalid'],
    [{ chainId: '-1' }, 'authorization_invalid'],
    [{ chainId: '1.0' }, 'authorization_invalid'],
    [{ chainId: '' }, 'authorization_invalid'],
    [{ chainId: (2n ** 64n).toString() }, 'authorization_invalid'],
    [{ chainId: 1 as never }, 'authorization_invalid'],
    [{ nonce: (2n ** 64n - 1n).toString() }, 'authorization_invalid'],
    [{ nonce: '1e3' }, 'authorization_invalid'],
    [{ address: '0x1234' }, 'authorization_invalid'],
    [{ address: '0xA0b86991c6218B36c1d19D4a2E9Eb0cE3606eB48' }, 'authorization_invalid'],
    [{ address: null as never }, 'authorization_invalid'],
  ])('refuses %j: %s', (order, reason) => expect(refusal(() => read(order))).toBe(reason));

  it('refuses an order of no kind, and a wallet that is a contract', () => {
    expect(refusal(() => readSignature({ kind: 'hash' } as never, CHAIN, on(ME), FACTS))).toBe('order_kind_unknown');
    const smart = { kind: 'safe', account: on(ME), sender: on(EVE), terms: {} };
    expect(refusal(() => readSignature({ kind: 'message', bytes: Uint8Array.of(65) }, CHAIN, on(ME), FACTS, smart))).toBe(
      'smart_wallet_signature',
    );
  });
});

it('an implementation of the configuration that is no address is named', () => {
  const chains = [{ chain: 'eip155:1', rpcUrl: 'http://127.0.0.1:1', confirmations: 1, delegates: [DELEGATE, '0x12'] }];
  expect(() => createEvmAdapter({ chains, clock: createManualClock() })).toThrow(
    'chains[0].delegates[1]: An EVM address is 0x and 40 hex digits.',
  );
});

describeVectors('eip712', 'published authorizations', (folder) => {
  it('are read in decimal alone, and hash like a second implementation', () => {
    const chain = 'eip155:200901' as typeof CHAIN;
    const decimal = vectorJson<Authorization>(folder, 'trustwallet-eip7702_authorization_decimal_string.json');
    const expected = hashAuthorization({ chainId: 200_901, address: decimal.address as `0x${string}`, nonce: 2_748 });
    expect(toHex(keccak256(read(decimal, chain).payload))).toBe(expected.slice(2));
    expect(refusal(() => read(vectorJson<Authorization>(folder, 'trustwallet-eip7702_authorization.json'), chain))).toBe(
      'authorization_invalid',
    );
  });
});
