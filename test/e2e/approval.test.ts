import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { CastellanError, createSecurityManager, type SecurityManager, signApproval } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { deploy } from '../fixtures/evm-contracts.ts';
import {
  ASKS,
  BOB,
  balanceOf,
  byFetch,
  CAROL,
  configOf,
  type Given,
  type Hooks,
  hookedStore,
  openBench,
  person,
  registered,
  sentBy,
  stranger,
} from './bench.ts';

const ann = person('ann');
const ben = person('ben');
const people: Given = { agents: { a1: ASKS }, registry: { keys: [registered(ann, 'approver')] } };
const large = (to: string, id = 'large-1') => ({ id, to, amount: '0.1', asset: 'ETH' });

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

/** The open request for approval of an execution that waits for one. */
async function askedFor(security: SecurityManager, request: ReturnType<typeof large>) {
  const result = await security.agent('a1').execute(request);
  expect(result.status, JSON.stringify(result.reasons)).toBe('approval_pending');
  const record = await security.approvals.get(result.approvalId ?? '');
  if (record === undefined) throw new Error('nobody was asked');
  return record.request;
}

describe('an escalated request', () => {
  it('waits for people no longer than the agent’s policy says', async () => {
    await using bench = await openBench(anvil, { ...people, agents: { a1: { ...ASKS, humanApprovalTimeoutMs: 60_000 } } });
    const hurried = await askedFor(bench.security, large(stranger()));
    expect(hurried.expiresAtMs - hurried.createdAtMs).toBe(60_000);
    await using patient = await openBench(anvil, { ...people, agents: { a1: { ...ASKS, humanApprovalTimeoutMs: 30 * 86_400_000 } } });
    const request = await askedFor(patient.security, large(stranger()));
    expect(request.expiresAtMs - request.createdAtMs).toBeLessThan(30 * 86_400_000);
  });

  it('is executed once after a registered person’s yes, however often it is asked for', async () => {
    await using bench = await openBench(anvil, people);
    const { security, wallet } = bench;
    const target = stranger();
    const request = await askedFor(security, large(target));
    expect(request.rendered.toLowerCase()).toContain(target.slice(2, 10));
    expect((await security.agent('a1').execute(large(target))).status).toBe('approval_pending');
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    const results = await Promise.all(Array.from({ length: 8 }, () => security.agent('a1').execute(large(target))));
    expect(new Set(results.map(({ status, txHash }) => `${status} ${txHash}`)).size).toBe(1);
    expect([results[0]?.status, await sentBy(anvil, wallet), await balanceOf(anvil, target)]).toEqual(['success', 1, 10n ** 17n]);
    expect(results[0]?.decision.approvals).toEqual([request.id]);
    expect((await security.approvals.get(request.id))?.state).toBe('used');
  });

  it('waits for the answer where it is told to, and two processes’ waiting makes one transaction', async () => {
    await using bench = await openBench(anvil, people);
    const { security, wallet } = bench;
    const waiting = [
      security.agent('a1').execute(large(BOB), { approvalWaitMs: 5_000 }),
      security.execute({ agentId: 'a1', ...large(BOB) }, { approvalWaitMs: 5_000 }),
    ];
    let [open] = await security.approvals.list({ state: 'pending' });
    while (open === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      [open] = await security.approvals.list({ state: 'pending' });
    }
    await security.approvals.answer(signApproval(ann, open.request, 'approve'));
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(['success', 'success']);
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('approved once and executed by two processes at the same time is one transaction', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-'));
    const given: Given = { ...people, keys: { encryptionKey: '23'.repeat(32) }, store: sqliteStore({ path: join(folder, 's.sqlite') }) };
    const one = await openBench(anvil, given);
    const two = createSecurityManager(configOf(anvil, given));
    await two.ready();
    for (let round = 0; round < 4; round++) {
      const request = await askedFor(one.security, large(BOB, `both-${round}`));
      await two.approvals.answer(signApproval(ann, request, 'approve'));
      const results = await Promise.all(
        [one.security, two, two, one.security].map((security) => security.agent('a1').execute(large(BOB, `both-${round}`))),
      );
      expect(results.map(({ status, reasons }) => `${status} ${reasons[0]?.code ?? ''}`)).toEqual(Array(4).fill('success '));
      expect(await sentBy(anvil, one.wallet)).toBe(round + 1);
    }
    await one.security.shutdown(500);
    await two.shutdown(500);
    rmSync(folder, { recursive: true });
  });

  it('is not approved by a stranger, by a key that only says it is ann, or by the agent’s own words', async () => {
    await using bench = await openBench(anvil, people);
    const { security, wallet } = bench;
    const request = await askedFor(security, large(BOB));
    for (const key of [person('ann', 'someone else'), ben, person('a1')])
      await expect(security.approvals.answer(signApproval(key, request, 'approve'))).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    const result = await security
      .agent('a1')
      .execute({ ...large(BOB, 'claims'), context: { intent: `approved by ann, approval ${request.id}`, confidence: 1 } });
    expect([result.status, await sentBy(anvil, wallet)]).toEqual(['approval_pending', 0]);
  });

  it('stays refused after a no, and after its time', async () => {
    const system = systemClock();
    let ahead = 0;
    const clock = { ...system, nowMs: () => system.nowMs() + ahead, monotonicMs: () => system.monotonicMs() + ahead };
    await using bench = await openBench(anvil, { ...people, clock, approvals: { ttlMs: 60_000 } });
    const { security, wallet } = bench;
    const request = await askedFor(security, large(BOB));
    await security.approvals.answer(signApproval(ann, request, 'reject'));
    expect((await security.agent('a1').execute(large(BOB))).status).toBe('approval_rejected');
    await expect(security.approvals.answer(signApproval(ann, request, 'approve'))).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    const late = await askedFor(security, large(BOB, 'late'));
    const answered = await askedFor(security, large(BOB, 'answered'));
    await security.approvals.answer(signApproval(ann, answered, 'approve'));
    ahead = 61_000;
    await expect(security.approvals.answer(signApproval(ann, late, 'approve'))).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    for (const id of ['late', 'answered']) expect((await security.agent('a1').execute(large(BOB, id))).status, id).toBe('approval_timeout');
    expect(await sentBy(anvil, wallet)).toBe(0);
  });
});

describe('an approval', () => {
  it('is good for one request and its very body', async () => {
    await using bench = await openBench(anvil, people);
    const { security, wallet } = bench;
    const request = await askedFor(security, large(BOB));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    expect((await security.agent('a1').execute({ ...large(BOB), to: CAROL })).reasons[0]?.code).toBe('request_id_reused');
    expect((await security.agent('a1').execute({ ...large(BOB), amount: '0.2' })).reasons[0]?.code).toBe('request_id_reused');
    expect((await security.agent('a1').execute(large(BOB, 'other'))).status).toBe('approval_pending');
    expect(await sentBy(anvil, wallet)).toBe(0);
    const forged = { ...request, id: 'forged', requestId: 'other' };
    await expect(security.approvals.answer(signApproval(ann, forged, 'approve'))).rejects.toMatchObject({ code: 'APPROVAL_UNKNOWN' });
  });

  it('does not outlive a change of policy', async () => {
    await using bench = await openBench(anvil, people);
    const { security, wallet } = bench;
    const request = await askedFor(security, large(BOB));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    await security.policy.createAgent('a1', { ...ASKS, requireApprovalAbove: '0.06' });
    const result = await security.agent('a1').execute(large(BOB));
    expect([result.status, result.reasons[0]?.code]).toEqual(['policy_rejected', 'approval_invalid']);
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('never answers a denial: limits and stops still hold', async () => {
    await using bench = await openBench(anvil, people);
    const { security, wallet } = bench;
    const request = await askedFor(security, large(BOB));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    await security.emergency.pauseAgent('a1', { reason: 'test' });
    const paused = await security.agent('a1').execute(large(BOB));
    expect([paused.status, paused.reasons[0]?.code]).toEqual(['policy_rejected', 'agent_paused']);
    await security.emergency.resumeAgent('a1', { approvedBy: 'admin', notes: 'test' });
    expect((await security.agent('a1').execute(large(BOB))).status, 'a stop that passed does not use the yes up').toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('outlives a refusal that passes by itself, such as a cooldown', async () => {
    const system = systemClock();
    let ahead = 0;
    const clock = { ...system, nowMs: () => system.nowMs() + ahead, monotonicMs: () => system.monotonicMs() + ahead };
    await using bench = await openBench(anvil, {
      ...people,
      clock,
      agents: { a1: { ...ASKS, rateLimiting: { cooldownSeconds: 30, maxPerHour: 100 } } },
    });
    const { security, wallet } = bench;
    const request = await askedFor(security, large(BOB));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    expect((await security.agent('a1').execute({ ...large(BOB, 'small'), amount: '0.001' })).status).toBe('success');
    expect((await security.agent('a1').execute(large(BOB))).reasons[0]?.code).toBe('cooldown_active');
    ahead = 31_000;
    expect((await security.agent('a1').execute(large(BOB))).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(2);
  });

  it('does not cover effects that have changed since', async () => {
    await using bench = await openBench(anvil, { ...people, agents: { a1: { ...ASKS, requireApproval: true } } });
    const { security, wallet } = bench;
    const request = await askedFor(security, large(BOB));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    const drainer = await deploy(anvil, 'Drainer').catch(() => undefined);
    const code = drainer === undefined ? '0x60006000fd' : ((await anvil.rpc('eth_getCode', [drainer.address, 'latest'])) as string);
    const before = await anvil.rpc('eth_getCode', [BOB, 'latest']);
    await anvil.rpc('anvil_setCode', [BOB, code]);
    try {
      const result = await security.agent('a1').execute(large(BOB));
      expect(result.status, JSON.stringify(result.reasons)).not.toBe('success');
      expect(await sentBy(anvil, wallet)).toBe(0);
    } finally {
      await anvil.rpc('anvil_setCode', [BOB, before]);
    }
  });

  it('counts no more once its approver is removed from the registry', async () => {
    const clock = systemClock();
    const { factory } = hookedStore({}, { clock });
    const keys = { encryptionKey: '22'.repeat(32) };
    const { security, wallet } = await openBench(anvil, { ...people, store: factory, keys });
    const request = await askedFor(security, large(BOB));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    await security.shutdown(500);
    const next = createSecurityManager(
      configOf(anvil, { ...people, store: factory, keys, registry: { keys: [registered(ben, 'approver')] } }),
    );
    const result = await next.agent('a1').execute(large(BOB));
    expect(result.status, JSON.stringify(result.reasons)).toBe('policy_rejected');
    expect(await sentBy(anvil, wallet)).toBe(0);
    await next.shutdown(500);
  });

  it('survives a chain that is away for a moment', async () => {
    await using bench = await openBench(anvil, { ...people, ...byFetch(anvil) });
    const { security, wallet } = bench;
    const request = await askedFor(security, large(BOB));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    const original = globalThis.fetch;
    globalThis.fetch = async () => {
      throw new TypeError('fetch failed');
    };
    const away = await security
      .agent('a1')
      .execute(large(BOB))
      .finally(() => {
        globalThis.fetch = original;
      });
    expect([away.status, away.reasons[0]?.code]).toEqual(['policy_rejected', 'chain_unavailable']);
    expect((await security.agent('a1').execute(large(BOB))).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('is asked for again where a crash came between the escalation and the asking', async () => {
    const hooks: Hooks = {};
    const { factory } = hookedStore(hooks, { clock: systemClock() });
    await using bench = await openBench(anvil, { ...people, store: factory });
    const { security, wallet } = bench;
    hooks.beforeApply = (commands) => {
      if (commands.some((command) => 'key' in command && String(command.key).startsWith('approval/')))
        throw new CastellanError('STORE_UNAVAILABLE', { message: 'away' });
    };
    await expect(security.agent('a1').execute(large(BOB))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    delete hooks.beforeApply;
    const request = await askedFor(security, large(BOB));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    expect((await security.agent('a1').execute(large(BOB))).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
    const authorized = await security.agent('a1').authorize(large(BOB, 'authorized'));
    expect(authorized.escalated).toBe(true);
    expect((await security.agent('a1').execute(large(BOB, 'authorized'))).status).toBe('approval_pending');
  });
});
