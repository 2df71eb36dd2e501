import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import type { RequestRow } from '../../../src/core/store.ts';
import type { AccountId, Effect } from '../../../src/index.ts';
import { scanDocs } from '../../../src/manager/directory.ts';
import { type Grant, grantCommands, grantsOf } from '../../../src/manager/exposure/grants.ts';
import { createSums } from '../../../src/manager/exposure/report.ts';
import { CHAIN, SHOP, THIEF, USD } from './fixture.ts';

const account = (address: string) => `${CHAIN}:${address}` as AccountId;
const wallet = account(`0x${'aa'.repeat(20)}`);
const at = { leaf: '0', source: 'bytes' } as const;
const row = (requestId: string) => ({ agent: 'a1', requestId, decisionId: `d-${requestId}`, wallet }) as RequestRow;
const allow = (spender: string, amount: bigint | 'unlimited', more: Partial<Effect> = {}): Effect =>
  ({ ...at, kind: 'allowance', owner: wallet, spender: account(spender), asset: USD, amount, expiresAtMs: null, ...more }) as Effect;
const operate = (approved: boolean): Effect => ({
  ...at,
  kind: 'operator',
  owner: wallet,
  operator: account(SHOP),
  collection: account(THIEF),
  approved,
});

/** A store in which requests settle one after the other. */
function ledger() {
  const store = createMemoryStore({ clock: systemClock() });
  return {
    async settle(id: string, effects: readonly Effect[], atMs: number, seen: readonly Effect[] = []) {
      const commands = await grantCommands(store, row(id), { effects }, seen, atMs);
      if (commands.length > 0) expect(await store.apply([{ commands }])).toMatchObject([{ ok: true }]);
      return commands;
    },
    async standing() {
      const grants = await scanDocs<Grant>(store, grantsOf('a1'));
      return grants.map(({ requestId, amount, expiresAtMs }) => [requestId, amount, expiresAtMs]).sort();
    },
    store,
  };
}

describe('rights that were granted', () => {
  it('the latest for each owner, spender and asset stands, and a revocation ends it', async () => {
    const { settle, standing } = ledger();
    await settle('one', [allow(SHOP, 5n), allow(THIEF, 'unlimited')], 1_000);
    await settle('two', [allow(SHOP, 9n, { expiresAtMs: 77 } as never)], 2_000);
    expect(await standing()).toEqual([
      ['one', 'unlimited', null],
      ['two', '9', 77],
    ]);
    await settle('three', [allow(SHOP, 0n), allow(THIEF, 0n)], 3_000);
    expect(await standing()).toEqual([]);
    expect(await settle('four', [allow(SHOP, 0n)], 4_000), 'nothing to write down').toEqual([]);
  });

  it('what settled earlier and is told later changes nothing', async () => {
    const { settle, standing } = ledger();
    await settle('later', [allow(SHOP, 9n)], 2_000);
    await settle('earlier', [allow(SHOP, 0n)], 1_000);
    expect(await standing()).toEqual([['later', '9', null]]);
  });

  it('the chain’s own record goes over what was decided, and foreign rights are none of ours', async () => {
    const { settle, standing } = ledger();
    const onChain = { source: 'chain' } as Partial<Effect>;
    await settle('one', [allow(SHOP, 5n, { expiresAtMs: 50 } as never)], 1, [
      allow(SHOP, 7n, onChain),
      allow(SHOP, 8n, { ...onChain, owner: account(THIEF) } as never),
    ]);
    expect(await standing()).toEqual([['one', '7', 50]]);
    await settle('two', [allow(SHOP, 5n, { source: 'simulation' } as never)], 2);
    expect(await standing(), 'a simulation grants nothing').toEqual([['one', '7', 50]]);
  });

  it('an operator holds everything until the right is taken away', async () => {
    const { settle, standing } = ledger();
    await settle('one', [operate(true)], 1);
    expect(await standing()).toEqual([['one', 'unlimited', null]]);
    await settle('two', [operate(false)], 2);
    expect(await standing()).toEqual([]);
  });

  it('two processes that settle at once: the second is refused and looks again', async () => {
    const { store, settle } = ledger();
    const stale = await grantCommands(store, row('one'), { effects: [allow(SHOP, 1n)] }, [], 1);
    await settle('two', [allow(SHOP, 2n)], 2);
    const [refused] = await store.apply([{ commands: stale }]);
    expect(refused).toMatchObject({ ok: false, reason: { code: 'version_conflict' } });
  });

  it('sums per asset are exact, and one unlimited right makes its sum so', () => {
    const sums = createSums();
    const other = `${CHAIN}/slip44:60` as typeof USD;
    for (const amount of ['9007199254740993', '1', 'unlimited', '5']) sums.add('allowances', other, amount);
    for (const amount of ['9007199254740993', '1']) sums.add('pending', USD, amount);
    expect(sums.list()).toEqual([
      { asset: USD, pending: '9007199254740994', signatures: '0', allowances: '0' },
      { asset: other, pending: '0', signatures: '0', allowances: 'unlimited' },
    ]);
  });
});
