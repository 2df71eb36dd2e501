import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/digest.ts';
import type { SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { ASKS, openBench, person, sentBy, stranger } from './bench.ts';

const ann = person('ann');
const ben = person('ben');
const asKey = (key: typeof ann) => ({ id: key.id, key: toHex(key.publicKey) });
const large = (id: string, to = stranger()) => ({ id, to, amount: '0.1', asset: 'ETH' });

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

async function askedFor(security: SecurityManager, request: ReturnType<typeof large>): Promise<string> {
  const result = await security.agent('a1').execute(request);
  expect(result.status, JSON.stringify(result.reasons)).toBe('approval_pending');
  return result.approvalId ?? '';
}

describe('an escalated payment', () => {
  it('is made after the yes of somebody who was registered while the manager ran, once', async () => {
    await using bench = await openBench(anvil, { agents: { a1: ASKS } });
    const { security, wallet } = bench;
    await security.approvals.register(asKey(ann));
    const payment = large('p1');
    const id = await askedFor(security, payment);
    await security.approvals.approve(id, ann);
    expect((await security.agent('a1').execute(payment)).status).toBe('success');
    expect((await security.agent('a1').execute(payment)).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
    // Used is used: the same yes, asked again, answers for nothing else.
    expect((await security.approvals.approve(id, ann)).state).toBe('used');
    expect((await security.agent('a1').execute({ ...payment, amount: '0.2' })).reasons[0]?.code).toBe('request_id_reused');
    await askedFor(security, large('p2', payment.to));
  });

  it('is not made on the yes of an approver who was removed before it was used', async () => {
    await using bench = await openBench(anvil, { agents: { a1: ASKS } });
    const { security, wallet } = bench;
    await security.approvals.register(asKey(ann));
    await security.approvals.register(asKey(ben));
    const payment = large('p1');
    const first = await askedFor(security, payment);
    expect((await security.approvals.approve(first, ann)).state).toBe('approved');
    await security.approvals.remove('ann');
    const after = await security.agent('a1').execute(payment);
    expect(after.status).not.toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(0);
    // Asked anew under the registry of now: ann has no say, ben has.
    const again = large('p2', payment.to);
    const second = await askedFor(security, again);
    await expect(security.approvals.approve(second, ann)).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    await security.approvals.approve(second, ben);
    expect((await security.agent('a1').execute(again)).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('is not made after a no, which needs no signature', async () => {
    await using bench = await openBench(anvil, { agents: { a1: ASKS } });
    const { security, wallet } = bench;
    await security.approvals.register(asKey(ann));
    const refused = large('p1');
    await security.approvals.reject(await askedFor(security, refused), { by: 'desk' });
    expect((await security.agent('a1').execute(refused)).status).toBe('approval_rejected');
    expect(await sentBy(anvil, wallet)).toBe(0);
  });
});
