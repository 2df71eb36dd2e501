import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fromRowText } from '../../src/adapters/store/kernel/row-text.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { type RequestRow, type Store, storeKey } from '../../src/core/store.ts';
import { createSecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { BOB, configOf, fund, sentBy, withHooks } from '../e2e/bench.ts';

const directory = mkdtempSync(join(tmpdir(), 'castellan-full-'));
const keys = { encryptionKey: '7c'.repeat(32) };
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await anvil.stop();
  rmSync(directory, { recursive: true });
});

/** Every connection opened meanwhile refuses to grow once `limit.pages` is set: what a full disk does to SQLite. */
function openConnections(): { readonly all: DatabaseSync[]; stop(): void } {
  const all: DatabaseSync[] = [];
  const { prepare } = DatabaseSync.prototype;
  const spy = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql: string) {
    if (!all.includes(this)) all.push(this);
    return prepare.call(this, sql);
  });
  return { all, stop: () => spy.mockRestore() };
}

const STAGES = ['permit.issue', 'permit.redeem', 'signed', 'broadcast', 'final'] as const;

describe('a disk that is full', () => {
  it.each(STAGES)(
    'before %s: nothing acknowledged is lost, nothing unrecorded is sent, and it goes on once there is room',
    async (stage) => {
      const path = join(directory, `${stage}.sqlite`);
      const seen = openConnections();
      let store: Store | undefined;
      const hooks: Parameters<typeof withHooks>[1] = {};
      const open = (hooked: boolean) =>
        createSecurityManager(
          configOf(anvil, {
            keys,
            store: {
              open: async (host: never) => {
                const inner = await sqliteStore({ path, lockDeadlineMs: 500 }).open(host);
                store = inner;
                return hooked ? withHooks(inner, hooks) : inner;
              },
            },
          } as never),
        );
      const first = open(true);
      const wallet = await first.custody.createWallet('owner', 'a1');
      await fund(anvil, wallet.address);
      const [db] = seen.all;
      seen.stop();
      expect((await first.agent('a1').execute({ id: 'before', to: BOB, amount: '0.001', asset: 'ETH' })).status).toBe('success');
      const pages = (): number => Number(db?.prepare('PRAGMA page_count').get()?.['page_count']);
      hooks.beforeApply = (commands) => {
        if (!commands.some((command) => command.kind === stage || (command as { to?: unknown }).to === stage)) return;
        delete hooks.beforeApply;
        // No page may be added, and this step needs several: it goes with a large document.
        db?.exec(`PRAGMA max_page_count = ${pages()}`);
      };
      const fat = 'x'.repeat(200_000);
      const { apply } = store as Store;
      let isFull = false;
      // Each step takes a fat row along, so that it cannot fit into the free space of the last page.
      (store as { apply: Store['apply'] }).apply = (steps) => {
        isFull ||= hooks.beforeApply === undefined;
        return apply(
          isFull
            ? steps.map(({ commands }) => ({ commands: [...commands, { kind: 'doc.put', key: `fat${Math.random()}`, value: { fat } }] }))
            : steps,
        );
      };
      const result = await first
        .agent('a1')
        .execute({ id: 'full', to: BOB, amount: '0.002', asset: 'ETH' })
        .then(
          ({ status }) => status,
          (error: { readonly code?: string }) => error.code,
        );
      expect(result).not.toBe('success');
      const read = new DatabaseSync(path, { readOnly: true });
      const key = storeKey.request('a1', 'full');
      const at = read.prepare('SELECT v FROM request WHERE k = ?').get(key)?.['v'];
      read.close();
      const row = at === undefined ? undefined : (fromRowText(key, String(at)) as RequestRow);
      // The network has it only where the store says that it was signed first.
      expect(await sentBy(anvil, wallet)).toBe(stage === 'broadcast' || stage === 'final' ? 2 : 1);
      expect(row?.state).toBe(
        { 'permit.issue': undefined, 'permit.redeem': 'held', signed: 'redeemed', broadcast: 'signed', final: 'broadcast' }[stage],
      );
      await first.shutdown(200);
      const second = open(false);
      await second.start();
      expect((await second.agent('a1').execute({ id: 'full', to: BOB, amount: '0.002', asset: 'ETH' })).status).toBe('success');
      expect(await sentBy(anvil, wallet)).toBe(2);
      expect((await second.audit.verifyIntegrity()).valid).toBe(true);
      await second.shutdown(200);
    },
  );
});

describe('one file', () => {
  it('is refused to a manager of another tenant, and to one with another secret', async () => {
    const path = join(directory, 'tenant.sqlite');
    const open = (given: object) => createSecurityManager(configOf(anvil, { keys, store: sqliteStore({ path }), ...given } as never));
    const first = open({ tenant: 'one' });
    await first.ready();
    const code = async (given: object): Promise<unknown> => {
      const other = open(given);
      try {
        return await other.ready().then(
          () => 'ready',
          (error: { readonly code?: unknown }) => error.code,
        );
      } finally {
        await other.shutdown(100);
      }
    };
    expect(await code({ tenant: 'two' })).not.toBe('ready');
    expect(await code({ tenant: 'one', keys: { encryptionKey: '7d'.repeat(32) } })).toBe('KEY_DECRYPT_FAILED');
    expect(await code({ tenant: 'one' })).toBe('ready');
    await first.shutdown(100);
  });
});
