import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { ASKS, BOB, configOf, FREE, fund, person, registered, sentBy } from '../e2e/bench.ts';

const directory = mkdtempSync(join(tmpdir(), 'castellan-two-'));
const keys = { encryptionKey: '7c'.repeat(32) };
let files = 0;
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
  rmSync(directory, { recursive: true });
});
const opener =
  (path = join(directory, `${files++}.sqlite`)) =>
  (given: object = {}): SecurityManager =>
    createSecurityManager(configOf(anvil, { keys, store: sqliteStore({ path }), ...given } as never));

describe('two managers on one file', () => {
  it('go on after one of them put other keys into the registry', async () => {
    const open = opener();
    const first = open();
    const wallet = await first.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const second = open({ registry: { keys: [registered(person('ann'), 'approver')] } });
    await second.ready();
    const result = await first.agent('a1').execute({ id: 'r1', to: BOB, amount: '0.001', asset: 'ETH' });
    expect([result.status, result.reasons[0]?.code]).toEqual(['success', undefined]);
    await Promise.all([first.shutdown(500), second.shutdown(500)]);
  });

  it('decide by one policy, whichever configuration wrote it', async () => {
    const open = opener();
    const first = open({ agents: { a1: FREE } });
    const wallet = await first.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const second = open({ agents: { a1: ASKS } });
    await second.ready();
    const big = (id: string) => ({ id, to: BOB, amount: '0.1', asset: 'ETH' });
    expect((await first.agent('a1').execute(big('r1'))).status).toBe('approval_pending');
    expect((await second.agent('a1').execute(big('r2'))).status).toBe('approval_pending');
    expect(await sentBy(anvil, wallet)).toBe(0);
    await Promise.all([first.shutdown(500), second.shutdown(500)]);
  });

  it('pay one request once, and each wallet in one order, when both are asked for the same at once', async () => {
    const open = opener();
    const first = open();
    const wallet = await first.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const second = open();
    await second.ready();
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, n) => {
        const request = { id: `r${n >> 1}`, to: BOB, amount: `0.00${1 + (n >> 1)}`, asset: 'ETH' };
        return (n % 2 === 0 ? first : second).agent('a1').execute(request);
      }),
    );
    const done = results.filter(({ status }) => status === 'success');
    for (let n = 0; n < 12; n += 2) expect(results[n]?.txHash).toBe(results[n + 1]?.txHash);
    expect(await sentBy(anvil, wallet)).toBe(new Set(done.map(({ txHash }) => txHash)).size);
    expect(done).toHaveLength(12);
    expect((await first.audit.verifyIntegrity()).valid).toBe(true);
    await Promise.all([first.shutdown(500), second.shutdown(500)]);
  });

  it('count the failures of an agent together', async () => {
    const open = opener();
    const emergency = { autoResponseTriggers: [{ event: 'policy_rejected', threshold: 6, action: 'pause' }] };
    const [first, second] = [open({ emergency }), open({ emergency })];
    await first.custody.createWallet('owner', 'a1');
    await Promise.all([first.start(), second.start()]);
    for (let n = 0; n < 8; n += 1)
      await (n % 2 === 0 ? first : second).agent('a1').execute({ id: `r${n}`, to: BOB, amount: '999', asset: 'ETH' });
    const until = Date.now() + 4_000;
    let found: readonly unknown[] = [];
    while (found.length === 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      found = await first.emergency.getActiveEmergencies();
    }
    expect(found).toHaveLength(1);
    await Promise.all([first.shutdown(500), second.shutdown(500)]);
  });
});
