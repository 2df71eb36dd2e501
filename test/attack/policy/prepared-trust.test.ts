import { expect, it } from 'vitest';
import { parseTransaction, requestFormOf } from '../../../src/manager/custody/transaction-input.ts';

it('a transaction of custody says where its content came from, and nothing that is no label', () => {
  const tx = parseTransaction({ to: 'x', context: { trust: 'owner' } });
  const form = requestFormOf({ id: 'r', account: 'eip155:1:0x0' as never, chain: 'eip155:1' as never, tx }, 'eip155:1/slip44:60' as never);
  expect(form).toMatchObject({ ok: true, value: { context: { trust: 'owner' } } });
  expect(() => parseTransaction({ to: 'x', context: { trust: 'root' } })).toThrow(/trust/);
});
