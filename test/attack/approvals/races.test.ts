import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../../src/adapters/host/index.ts';
import { createApprovalWebhook, judgeReply, signApprovalWebhook } from '../../../src/adapters/notify/index.ts';
import { postgresStore } from '../../../src/adapters/store/postgres/index.ts';
import { createApprovals, createAuthority, signApproval } from '../../../src/approvals/index.ts';
import { type ApprovalRequest, applyStep, type Digest, isCastellanError, type Store, sha256Hex } from '../../../src/core/index.ts';
import { person, RENDERED, registered, toLogCommand, verifiers, WALLET } from '../../approvals/bench.ts';
import { dropSchemas, hasPostgres, newSchema, POSTGRES_URL } from '../../store/postgres.ts';

const here = await hasPostgres();
const SECRET = 'canary-approval-secret-0123456789';
const [ann, ben] = [person('ann'), person('ben')];
const [clock, random] = [systemClock(), systemRandom()];
const schemas: string[] = [];
const stores: Store[] = [];
let count = 0;
afterAll(async () => {
  for (const store of stores) await store.close();
  if (schemas.length > 0) await dropSchemas(...schemas);
});
const schemaOf = (name: string) => {
  const schema = newSchema(name);
  schemas.push(schema);
  return schema;
};

/** A process on a schema: a store, an authority and an inbox of its own. */
async function processOn(schema: string) {
  const store = await postgresStore({ url: POSTGRES_URL, schema }).open({ clock, random });
  stores.push(store);
  const command = toLogCommand;
  const genesis = [registered(ann, 'approver'), registered(ben, 'approver')];
  const authority = await createAuthority({ store, tenant: 'test', clock, random, verifiers, genesis, command });
  const approvals = createApprovals({ store, authority, verifiers, clock, random, tenant: 'test', command });
  const desk = createApprovalWebhook({
    ...{ url: 'https://hooks.acme.example/', secret: SECRET, clock, random, store, tenant: 'test', command },
  }).desk;
  const request = (over: Partial<ApprovalRequest> = {}): ApprovalRequest => {
    count += 1;
    return {
      ...{ v: 1, id: `ap${count}`, tenant: 'test', agent: 'a1', requestId: `r${count}`, decisionId: `d${count}`, wallet: WALLET },
      ...{ actionDigest: sha256Hex(`action ${count}`) as Digest, effectsDigest: sha256Hex(RENDERED), rendered: RENDERED },
      ...{ satisfies: ['approval_required'], policy: 'policy-1', registry: authority.digest(), nonce: `n${count}` },
      ...{ createdAtMs: clock.nowMs(), expiresAtMs: clock.nowMs() + 60_000 },
      ...over,
    };
  };
  return { store, authority, approvals, desk, request };
}
/** What became of it: the state, or the code of the error. */
const outcome = (work: Promise<{ readonly state: string }>) =>
  work.then(
    ({ state }) => state,
    (error: unknown) => (isCastellanError(error) ? error.code : String(error)),
  );

describe.skipIf(!here)(`two processes on PostgreSQL${here ? '' : ' (skipped: no server answers)'}`, () => {
  it('approve, reject, use and let expire one question at once: it is used once, or refused, and never both', {
    timeout: 60_000,
  }, async () => {
    const schema = schemaOf('approval_races');
    const [one, two] = [await processOn(schema), await processOn(schema)];
    const ends = new Map<string, number>();
    for (let round = 0; round < 40; round += 1) {
      const isHurried = round % 8 === 3;
      const request = one.request(isHurried ? { expiresAtMs: clock.nowMs() + 1_500 } : {});
      await one.approvals.open(request);
      // Its end races with the others, too.
      if (isHurried) await sleep(Math.max(0, request.expiresAtMs - clock.nowMs() - 10));
      if (round % 2 === 0) await two.approvals.answer(signApproval(ann, request, 'approve'));
      const use = async ({ approvals, store }: typeof one) => {
        const given = await approvals.use(request.id, request);
        return given.ok && (await applyStep(store, { commands: given.consume })).ok;
      };
      const [yes, no, unsigned, ...used] = await Promise.all([
        outcome(one.approvals.answer(signApproval(ann, request, 'approve'))),
        round % 3 === 0 ? outcome(two.approvals.answer(signApproval(ben, request, 'reject'))) : 'none',
        round % 3 === 1 ? outcome(one.approvals.reject(request.id, 'desk')) : 'none',
        use(one),
        use(two),
        use(two),
        one.approvals.expire().then(() => false),
        two.approvals.expire().then(() => false),
      ]);
      const { state } = (await two.approvals.get(request.id)) ?? {};
      const uses = used.filter((ok) => ok === true).length;
      const told = `round ${round}: ${state}, yes ${yes}, no ${no}, unsigned ${unsigned}, uses ${uses}`;
      expect(uses, told).toBeLessThan(2);
      expect(uses === 1, told).toBe(state === 'used');
      // Whoever was told that it is refused was told the truth, and so was whoever used it.
      if (no === 'rejected' || unsigned === 'rejected') expect(state, told).toBe('rejected');
      if (state === 'used') expect([no, unsigned], told).not.toContain('rejected');
      ends.set(String(state), (ends.get(String(state)) ?? 0) + 1);
    }
    // Otherwise nothing raced.
    expect(ends.size).toBeGreaterThan(1);
  });

  it('take a reply once between them, after a restart too; another schema knows nothing of it', async () => {
    const schema = schemaOf('approval_replies');
    const [one, two] = [await processOn(schema), await processOn(schema)];
    const request = one.request();
    await one.approvals.open(request);
    const body = JSON.stringify(signApproval(ann, request, 'approve'));
    const header = signApprovalWebhook(SECRET, { direction: 'reply', body, nonce: 'nonce-of-the-only-reply', nowMs: clock.nowMs() });
    const reply = { method: 'POST', headers: { 'castellan-signature': header }, body };
    const send = async ({ desk, store, approvals }: typeof one) =>
      (await judgeReply(reply, [desk], { clock, store, answer: approvals.answer })).status;
    const statuses = await Promise.all([one, two, one, two, two].map(send));
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401]);
    expect(await send(await processOn(schema))).toBe(401);
    expect(await send(await processOn(schemaOf('approval_elsewhere')))).toBe(404);
  });

  it('open forty questions of one agent at once, and none of them is lost', { timeout: 60_000 }, async () => {
    const schema = schemaOf('approval_flood');
    const [one, two] = [await processOn(schema), await processOn(schema)];
    const requests = Array.from({ length: 40 }, () => one.request());
    const states = await Promise.all(
      requests.map((request, n) => outcome((n % 2 === 0 ? one : two).approvals.open(request).then(({ state }) => ({ state })))),
    );
    expect(new Set(states)).toEqual(new Set(['pending']));
    expect(await one.approvals.list({ state: 'pending' })).toHaveLength(40);
  });
});
