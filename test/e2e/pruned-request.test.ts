import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type AuditLogger, archiveDigest, createAuditLogger, pruneFacts } from '../../src/audit/index.ts';
import { createEventBus } from '../../src/core/event-bus.ts';
import type { Authorization, Clock, Json } from '../../src/core/index.ts';
import { type AttestationKey, authorizationStatement, createSecurityManager, type SecurityConfig, signStatement } from '../../src/index.ts';
import { bootHouse } from '../../src/manager/boot.ts';
import { closeHouse } from '../../src/manager/close.ts';
import { parseConfig } from '../../src/manager/config.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { readAll } from '../audit/logger-fixture.ts';
import { ASKS, BOB, balanceOf, configOf, fund, person, registered, sentBy } from './bench.ts';

const DAY_MS = 86_400_000;
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

/** A deployment over one store, whose clock the test moves. */
function deployment(more: Partial<SecurityConfig> = {}) {
  const real = systemClock();
  let shiftMs = 0;
  const clock: Clock = { ...real, nowMs: () => real.nowMs() + shiftMs, monotonicMs: () => real.monotonicMs() + shiftMs };
  const store = createMemoryStore({ clock });
  const config: SecurityConfig = {
    ...configOf(anvil, { agents: { a1: ASKS } }),
    clock,
    store: { open: () => ({ ...store, close: async () => undefined }) },
    keys: { encryptionKey: '9a'.repeat(32) },
    ...more,
  };
  return {
    config,
    store,
    clock,
    pass: (ms: number) => {
      shiftMs += ms;
    },
    /** Works on the log as the rooms of a running manager hold it. */
    async withLog<T>(work: (audit: AuditLogger) => Promise<T>): Promise<T> {
      const parsed = parseConfig(config);
      const random = systemRandom();
      const house = await bootHouse(parsed, { clock, random }, createEventBus({ clock }), () => ({
        ...store,
        close: async () => undefined,
      }));
      try {
        await house.audit.start();
        const { publicKey } = await house.custody.attestationKey('log');
        const { authority, audit: log } = house;
        return await work(createAuditLogger({ log, store, tenant: 'default', publicKey, clock, random, authority, retentionDays: 1 }));
      } finally {
        await house.audit.stop();
        await closeHouse(house);
      }
    },
  };
}
const archiveOf = async (audit: AuditLogger): Promise<Buffer> => readAll((await audit.archive()).stream);
const pay = (id: string, amount: string) => ({ id, agentId: 'a1', to: BOB, amount, asset: 'ETH' });

describe('a request whose decision was pruned', () => {
  it('is never decided again, and never paid twice', async () => {
    const { config, pass, withLog, store } = deployment();
    const before = createSecurityManager(config);
    const wallet = await before.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    expect((await before.execute(pay('paid', '0.01'))).status).toBe('success');
    expect((await before.execute(pay('denied', '2'))).status).toBe('policy_rejected');
    const asked = await before.execute(pay('asked', '0.1'), { approvalWaitMs: 0 });
    expect(asked.status).toBe('approval_pending');
    await before.shutdown(1_000);

    // While a person may still be asked, it stays.
    pass(3 * DAY_MS);
    await withLog(async (audit) => {
      const archive = await archiveOf(audit);
      expect(archive.length).toBeGreaterThan(1_000);
      await expect(audit.prune({ archive: [archive] })).rejects.toMatchObject({ details: { reason: 'in_use', requestId: 'asked' } });
    });
    pass(40 * DAY_MS);
    const pruned = await withLog(async (audit) => audit.prune({ archive: [await archiveOf(audit)] }));
    expect(pruned.dropped).toBeGreaterThan(5);

    const after = createSecurityManager(config);
    const seen = [await sentBy(anvil, wallet), await balanceOf(anvil, wallet.address), (await store.logHead()).size] as const;
    for (const [id, amount] of [
      ['paid', '0.01'],
      ['denied', '2'],
      ['asked', '0.1'],
    ] as const)
      await expect(after.execute(pay(id, amount)), id).rejects.toMatchObject({
        code: 'ENTRY_PRUNED',
        details: { before: pruned.before, archive: pruned.archive },
      });
    expect([await sentBy(anvil, wallet), await balanceOf(anvil, wallet.address)]).toEqual([seen[0], seen[1]]);
    // The id stays the body's.
    expect((await after.execute(pay('paid', '0.02'))).reasons[0]?.code).toBe('request_id_reused');
    expect((await after.execute(pay('fresh', '0.01'))).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(seen[0] + 1);
    expect(await after.audit.verifyIntegrity()).toMatchObject({ valid: true, pruned: { before: pruned.before } });
    await after.shutdown(1_000);
  });

  it('is pruned by the owners’ quorum, where there are owners', async () => {
    const [ann, ben] = [person('ann'), person('ben')];
    const { config, pass, withLog, clock } = deployment({
      registry: { keys: [registered(ann, 'owner'), registered(ben, 'owner')], quorums: { owner: 2 } } as never,
    });
    let used = 0;
    const signed = (action: 'log.prune' | 'policy.change', facts: Json, ...keys: readonly AttestationKey[]): Authorization => {
      used += 1;
      const act = { tenant: 'default', action, facts, nonce: `nonce-of-pruning-${used}`, expiresAtMs: clock.nowMs() + 60_000 };
      const signatures = keys.map((key) => signStatement(key, authorizationStatement(act)));
      return { signatures, nonce: act.nonce, expiresAtMs: act.expiresAtMs };
    };
    const security = createSecurityManager(config);
    await security.custody.createWallet('owner', 'a1');
    await security.shutdown(1_000);
    pass(3 * DAY_MS);
    await withLog(async (audit) => {
      const archive = await archiveOf(audit);
      const { expiredEntries } = await audit.retention();
      const facts = pruneFacts({ before: expiredEntries, archive: await archiveDigest([archive]) });
      const pruneBy = (authorization: Authorization) => audit.prune({ archive: [archive], authorization });
      await expect(audit.prune({ archive: [archive] })).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
      for (const [action, what, signers] of [
        ['log.prune', facts, [ann]],
        ['policy.change', facts, [ann, ben]],
        ['log.prune', pruneFacts({ before: expiredEntries, archive: '0'.repeat(64) }), [ann, ben]],
        ['log.prune', facts, [ann, person('eve')]],
      ] as const)
        await expect(pruneBy(signed(action, what, ...signers))).rejects.toMatchObject({
          code: expect.stringMatching(/AUTHORITY|SIGNATURE/),
        });
      expect((await audit.retention()).pruned).toBe(null);
      expect(await pruneBy(signed('log.prune', facts, ann, ben))).toMatchObject({ before: expiredEntries, dropped: expiredEntries });
      expect((await audit.verifyIntegrity()).valid).toBe(true);
    });
  });
});
