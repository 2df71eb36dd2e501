import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { replay } from '../../src/authz/index.ts';
import type { AccountId, AgentId, Effect, Json, Store } from '../../src/core/index.ts';
import { applyStep } from '../../src/core/index.ts';
import { createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { readDoc } from '../../src/manager/directory.ts';
import { paidAlikeCommands } from '../../src/manager/paid-alike.ts';
import { alikeEnds, alikeKey, emptyProfile, readAlike } from '../../src/risk/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { configOf, FREE, fund, stranger } from '../e2e/bench.ts';
import { account, outflow, WALLET } from '../risk/fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'paid-alike-'));
const HOST = { clock: systemClock(), random: systemRandom() };
let made = 0;
const STORES: Readonly<Record<string, () => Promise<Store>>> = {
  memory: async () => createMemoryStore(HOST),
  sqlite: async () => {
    made += 1;
    return sqliteStore({ path: join(folder, `db-${made}`) }).open(HOST);
  },
};
const AGENT = 'a1' as AgentId;
const docOf = (store: Store, key: string) => readDoc<Json>(store, key);

let anvil: Anvil;
const open: SecurityManager[] = [];
beforeAll(async () => {
  anvil = await startAnvil();
});
afterEach(async () => {
  for (const security of open.splice(0)) await security.shutdown(2_000);
});
afterAll(async () => {
  await anvil?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.keys(STORES))('whom an agent paid, over %s', (kind) => {
  const opened = STORES[kind] as (typeof STORES)[string];
  const settle = async (store: Store, effects: readonly Effect[]): Promise<number> => {
    const commands = await paidAlikeCommands(store, AGENT, WALLET, effects);
    if (commands.length > 0) expect(await applyStep(store, { commands } as never)).toMatchObject({ ok: true });
    return commands.length;
  };
  const known = async (store: Store, payee: AccountId) =>
    readAlike((await docOf(store, alikeKey(AGENT, alikeEnds(payee)[0] as string))).value);

  it('is noted for as many payees as there were, once each, and for nobody who was not paid', async () => {
    const store = await opened();
    const payees = Array.from({ length: 300 }, (_, n) => account(n));
    for (const payee of payees) expect(await settle(store, [outflow(payee, 1n)])).toBe(1);
    for (const payee of payees) expect(await known(store, payee)).toContain(payee);
    expect(
      await settle(
        store,
        payees.map((payee) => outflow(payee, 2n)),
      ),
    ).toBe(0);
    const other = { ...outflow(account(900), 1n), account: account(901) } as Effect;
    const guessed = { ...outflow(account(902), 1n), source: 'simulation' } as Effect;
    expect(await settle(store, [outflow(account(903), 0n), outflow(null, 5n), other, guessed])).toBe(0);
    await store.close();
  });

  it('is bounded by place, and what is malformed is left as it is', async () => {
    const store = await opened();
    const alike = Array.from({ length: 20 }, (_, n) => `eip155:1:0xab${String(n).padStart(36, '0')}cd` as AccountId);
    for (const payee of alike) await settle(store, [outflow(payee, 1n)]);
    expect(await known(store, alike[0] as AccountId)).toEqual(alike.slice(-16));
    const key = alikeKey(AGENT, alikeEnds(account(1))[0] as string);
    for (const broken of ['x', { 0: 'y' }, [1], Array.from({ length: 17 }, () => 'z')]) {
      const { version } = await docOf(store, key);
      const broke = { commands: [{ kind: 'doc.put', key, value: broken as Json, ifVersion: version }] };
      expect(await applyStep(store, broke as never)).toMatchObject({ ok: true });
      expect(readAlike(broken as Json)).toBeUndefined();
      expect(await settle(store, [outflow(account(1), 1n)])).toBe(0);
    }
    await store.close();
  });

  it('stops an imitation of somebody whom the profile has forgotten', async () => {
    const store = await opened();
    const security = createSecurityManager({
      ...configOf(anvil),
      agents: { a1: FREE, a2: FREE },
      store: { open: () => ({ ...store, close: async () => undefined }) as Store },
      keys: { encryptionKey: 'ab'.repeat(32) },
    });
    open.push(security);
    for (const id of ['a1', 'a2']) await fund(anvil, (await security.custody.createWallet('owner', id)).address);
    const friend = stranger();
    const imitation = `${friend.slice(0, 6)}${'7'.repeat(32)}${friend.slice(-4)}`;
    const pay = (to: string) => ({ to, amount: '0.001', asset: 'ETH' });
    expect((await security.agent('a1').execute(pay(friend))).status).toBe('success');
    // As if many others had been paid since.
    const profile = await docOf(store, 'profile/a1');
    const forgetting = { kind: 'doc.put', key: 'profile/a1', value: emptyProfile() as unknown as Json, ifVersion: profile.version };
    expect(await applyStep(store, { commands: [forgetting] } as never)).toMatchObject({ ok: true });

    const { decision } = await security.agent('a1').dryRun(pay(imitation));
    expect(decision.verdict).toBe('denied');
    expect(decision.reasons).toContainEqual(expect.objectContaining({ code: 'address_lookalike' }));
    expect(decision.input?.readings).toMatchObject({ alike: [[expect.any(String), [`eip155:31337:${friend.toLowerCase()}`]]] });
    expect(await security.risk.assessTransaction({ agentId: 'a1', ...pay(imitation) })).toMatchObject({ level: 'critical' });
    expect((await security.agent('a1').execute(pay(imitation))).status).toBe('policy_rejected');
    const { entries } = await security.audit.query({ limit: 500 });
    const report = await replay({ entries: entries.toSorted((a, b) => a.index - b.index).map(({ event }) => event) });
    expect(report).toMatchObject({ judged: 2, same: 2, notReplayable: [], indeterminate: [] });
    // The friend itself, and another agent that never paid it, are as free as before, and nothing is kept of them.
    for (const [id, to] of [
      ['a1', friend],
      ['a2', imitation],
    ] as const) {
      const { decision: free } = await security.agent(id).dryRun(pay(to));
      expect(free.reasons.map(({ code }) => code)).not.toContain('address_lookalike');
      expect(free.input?.readings).not.toHaveProperty('alike');
    }
    // What cannot be read is said, not taken for nothing.
    const end = alikeEnds(`eip155:31337:${friend.toLowerCase()}` as AccountId)[0] as string;
    const row = await docOf(store, alikeKey(AGENT, end));
    await applyStep(store, {
      commands: [{ kind: 'doc.put', key: alikeKey(AGENT, end), value: 'broken', ifVersion: row.version }],
    } as never);
    const unread = await security.agent('a1').dryRun(pay(imitation));
    expect((unread.decision.facts['risk'] as { readonly unchecked?: readonly string[] }).unchecked).toContain('lookalike_destination');
  });
});
