import { describe, expect, it } from 'vitest';
import type { EvmAddress } from '../../src/adapters/evm/address.ts';
import type { Claim } from '../../src/adapters/evm/events.ts';
import { type Measured, netEffects } from '../../src/adapters/evm/net-effects.ts';
import { excessOf } from '../../src/authz/index.ts';
import type { ChainId, Effect } from '../../src/core/index.ts';
import { assetOf, on } from '../evm/chain-fixture.ts';

const at = (digit: string): EvmAddress => `0x${digit.repeat(40)}`;
const [ME, BOB, THIEF, OTHER, TOKEN] = ['1', '2', '3', '4', '5'].map(at) as [EvmAddress, EvmAddress, EvmAddress, EvmAddress, EvmAddress];
const balance = (before: bigint | null, after: bigint | null): Measured => ({
  subject: { kind: 'balance', token: TOKEN, holder: ME },
  before: before === null ? null : [before],
  after: after === null ? null : [after],
});
const sent = (to: EvmAddress, amount: bigint): Claim => ({ kind: 'transfer', token: TOKEN, from: ME, to, amount });
const net = (measured: readonly Measured[], claims: readonly Claim[]) =>
  netEffects(measured, { chain: 'eip155:31337' as ChainId, wallet: on(ME), claims, decoded: [], feeBound: 0n }).effects;
const bytes = { leaf: '0', source: 'bytes' } as const;
const call: Effect = {
  kind: 'call',
  contract: on(OTHER),
  selector: '0x12345678',
  method: 'trade',
  args: null,
  value: 0n,
  asset: assetOf(TOKEN),
  ...bytes,
};
const excess = (decoded: readonly Effect[], effects: readonly Effect[]) =>
  excessOf(decoded, effects, { wallet: on(ME), declared: { asset: null, amount: null, destination: null } });

describe('what leaves', () => {
  it('to several is told one by one where the logs add up, and to nobody where they do not', () => {
    expect(net([balance(100n, 0n)], [sent(BOB, 60n), sent(THIEF, 40n)])).toMatchObject([
      { kind: 'outflow', counterparty: on(BOB), amount: 60n },
      { kind: 'outflow', counterparty: on(THIEF), amount: 40n },
    ]);
    expect(net([balance(100n, 0n)], [sent(BOB, 60n), sent(THIEF, 10n)])).toMatchObject([{ counterparty: null, amount: 100n }]);
  });

  it('is not all the recipient’s because the sum is right', () => {
    const decoded: readonly Effect[] = [
      { kind: 'outflow', account: on(ME), counterparty: on(BOB), asset: assetOf(TOKEN), amount: 100n, ...bytes },
    ];
    const found = excess(decoded, net([balance(100n, 0n)], [sent(BOB, 60n), sent(THIEF, 40n)]));
    expect(found.unintended).toHaveLength(1);
    expect(found.effects).toMatchObject([{ counterparty: on(THIEF), amount: 40n }]);
  });

  it('is counted whole where only a part of it can be attributed', () => {
    const simulated = net([balance(100n, 0n)], [sent(THIEF, 60n), { kind: 'transfer', token: TOKEN, from: ME, to: at('0'), amount: 40n }]);
    const { effects } = excess([call], simulated);
    expect(effects.reduce((sum, effect) => sum + ('amount' in effect ? BigInt(effect.amount) : 0n), 0n)).toBe(100n);
  });

  it('can be a token that is unreadable afterwards, or was never readable', () => {
    expect(net([balance(100n, null)], [])).toMatchObject([{ kind: 'outflow', amount: 100n }]);
    expect(net([balance(null, null)], [sent(THIEF, 7n)])).toMatchObject([{ kind: 'outflow', counterparty: on(THIEF), amount: 7n }]);
  });

  it('is an item, however many others of its collection come for it', () => {
    const items = (id: bigint, before: bigint, after: bigint): Measured => ({
      subject: { kind: 'items', token: TOKEN, holder: ME, id },
      before: [before],
      after: [after],
    });
    const give = (to: EvmAddress): Claim => ({ kind: 'items', token: TOKEN, from: ME, to, ids: [1n], amounts: [5n] });
    const take: Claim = { kind: 'items', token: TOKEN, from: OTHER, to: ME, ids: [2n], amounts: [10n] };
    const found = excess([call], net([items(1n, 10n, 0n), items(2n, 0n, 10n)], [give(BOB), give(THIEF), take]));
    expect(found.unintended).toHaveLength(1);
    expect(found.effects.filter(({ kind }) => kind === 'outflow')).toHaveLength(2);
  });
});
