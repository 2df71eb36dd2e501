import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/core/digest.ts';
import { type ApprovalRequest, signApproval, signStatement } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import type { Bench } from '../../e2e/bench.ts';
import { ASKS, BOB, CAROL, FREE, fund, type Given, openBench, person, registered, sentBy } from '../../e2e/bench.ts';
import { deploy } from '../../fixtures/evm-contracts.ts';
import { askedFor, codeOf, endOf, worthless as expectWorthless, movableClock, nothingSent, openBook, pay } from './bench.ts';

const [ann, ben] = [person('ann'), person('ben')];
const people: Given = { agents: { a1: ASKS, a2: ASKS }, registry: { keys: [registered(ann, 'approver'), registered(ben, 'approver')] } };
const large = (id = 'large', over: object = {}) => pay(id, { amount: '0.1', ...over });

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const worthless = (bench: Bench, answer: unknown, request = large()) => expectWorthless(anvil, bench, answer, request);

describe('a yes that was given to something else', () => {
  it('another amount, recipient, wallet, agent or id', async () => {
    await using bench = await openBench(anvil, people);
    const { security } = bench;
    const other = await security.custody.createWallet('owner', 'a2');
    await fund(anvil, other.address);
    const request = await askedFor(security, large());
    const yes = signApproval(ann, request, 'approve');
    await security.approvals.answer(yes);
    for (const over of [{ amount: '0.2' }, { to: CAROL }, { amount: '0.10' }, { maxFee: '0.5' }])
      expect(endOf(await security.agent('a1').execute(large('large', over)))).toBe('request_id_reused');
    expect((await security.agent('a1').execute(large('other'))).status).toBe('approval_pending');
    expect((await security.agent('a2').execute(large())).status).toBe('approval_pending');
    await nothingSent(anvil, bench);
    expect(await sentBy(anvil, other)).toBe(0);
    expect((await security.agent('a1').execute(large())).status).toBe('success');
  });

  it('its signature put under another question', async () => {
    await using bench = await openBench(anvil, people);
    const small = await askedFor(bench.security, large('small'));
    const big = await askedFor(bench.security, large('big', { amount: '0.9' }));
    const yes = signApproval(ann, small, 'approve');
    await worthless(bench, { ...yes, approvalId: big.id }, large('big', { amount: '0.9' }));
    await worthless(bench, signApproval(ann, { ...big, rendered: small.rendered }, 'approve'), large('big', { amount: '0.9' }));
    await worthless(bench, signApproval(ann, { ...small, id: big.id }, 'approve'), large('big', { amount: '0.9' }));
  });

  it('a text that was edited between showing and signing', async () => {
    await using bench = await openBench(anvil, people);
    const request = await askedFor(bench.security, large());
    const rendered = request.rendered.replace(/0\.1/, '0.0001');
    expect(rendered).not.toBe(request.rendered);
    await worthless(bench, signApproval(ann, { ...request, rendered, effectsDigest: sha256Hex(rendered) as never }, 'approve'));
    await worthless(bench, signApproval(ann, { ...request, satisfies: [...request.satisfies, 'per_transaction_limit'] }, 'approve'));
    await worthless(bench, signApproval(ann, { ...request, expiresAtMs: request.expiresAtMs + 86_400_000 }, 'approve'));
    expect((await bench.security.approvals.get(request.id))?.state).toBe('pending');
  });

  it('a no that is turned into a yes', async () => {
    await using bench = await openBench(anvil, people);
    const request = await askedFor(bench.security, large());
    await worthless(bench, { ...signApproval(ann, request, 'reject'), verdict: 'approve' });
  });

  it('a signature over another kind of statement', async () => {
    await using bench = await openBench(anvil, people);
    const request = await askedFor(bench.security, large());
    const statement = { domain: 'castellan.authority.v1', text: JSON.stringify({ request, verdict: 'approve' }) };
    const { signature } = signStatement(ann, statement);
    await worthless(bench, { approvalId: request.id, verdict: 'approve', approver: 'ann', scheme: 'ed25519', signature });
  });

  it('one that answers the question, while the limit says no', async () => {
    await using bench = await openBench(anvil, people);
    const { security } = bench;
    const request = await askedFor(security, large('large', { amount: '0.9' }));
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    await security.policy.updateAgent('a1', { limits: { perTransaction: '0.5' } });
    expect((await security.agent('a1').execute(large('large', { amount: '0.9' }))).status).toBe('policy_rejected');
    await nothingSent(anvil, bench);
  });

  it('one from before the policy was tightened, though the new policy would ask as well', async () => {
    await using bench = await openBench(anvil, people);
    const { security } = bench;
    await security.approvals.answer(signApproval(ann, await askedFor(security, large()), 'approve'));
    await security.policy.updateAgent('a1', { requireApprovalAbove: '0.01' });
    expect(endOf(await security.agent('a1').execute(large()))).toBe('approval_invalid');
    await nothingSent(anvil, bench);
  });

  it('one from before the agent’s permissions were revoked', async () => {
    await using bench = await openBench(anvil, people);
    const { security } = bench;
    const request = await askedFor(security, large());
    await security.policy.updateAgent('a1', { capabilities: { transfers: { enabled: false } } });
    await security.approvals.answer(signApproval(ann, request, 'approve')).catch(() => undefined);
    expect((await security.agent('a1').execute(large())).status).toBe('policy_rejected');
    // Given back, the old yes is not good for the new policy either.
    await security.policy.updateAgent('a1', { capabilities: { transfers: { enabled: true } }, limits: { perTransaction: '0.99' } });
    expect((await security.agent('a1').execute(large())).status).not.toBe('success');
    await nothingSent(anvil, bench);
  });

  it('one from before the recipient was put on the block list', async () => {
    await using bench = await openBench(anvil, people);
    const { security } = bench;
    const request = await askedFor(security, large());
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    await security.risk.addToBlacklist(BOB, { reason: 'hacked', source: 'test', severity: 'critical' });
    expect(endOf(await security.agent('a1').execute(large()))).toBe('address_blacklisted');
    await nothingSent(anvil, bench);
  });

  it('one for a contract that does something else by now', async () => {
    const router = await deploy(anvil, 'Router');
    const token = await deploy(anvil, 'PlainToken', ['TOK', 0]);
    const tokens = [{ symbol: 'TOK', address: token.address, decimals: 0 }];
    const asset = `eip155:31337/erc20:${token.address.toLowerCase()}`;
    const a1 = {
      ...FREE,
      requireApproval: true,
      limits: { ...FREE.limits, assets: { [asset]: { perTransaction: 100, daily: 500 } } },
      allowedContracts: [{ address: router.address, selectors: [router.data('touch', [token.address]).slice(0, 10)] }],
    };
    await using bench = await openBench(anvil, { ...people, agents: { a1 }, tokens });
    const { security, wallet } = bench;
    await token.send('mint', [wallet.address, 100n]);
    await anvil.rpc('anvil_impersonateAccount', [wallet.address]);
    await token.send('approve', [router.address, 100n], { from: wallet.address });
    await anvil.rpc('anvil_setNonce', [wallet.address, '0x1']);
    const call = (id: string) => ({ id, to: router.address, data: router.data('touch', [token.address]) });
    await security.approvals.answer(signApproval(ann, await askedFor(security, call('before')), 'approve'));
    expect((await security.agent('a1').execute(call('before'))).status).toBe('success');
    await security.approvals.answer(signApproval(ann, await askedFor(security, call('after')), 'approve'));
    await router.send('turn', []);
    const result = await security.agent('a1').execute(call('after'));
    expect(result.status, JSON.stringify(result.reasons)).not.toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(2);
  });
});

describe('a yes that is used up', () => {
  it('pays once, however often and by however many callers it is asked for at once', async () => {
    await using bench = await openBench(anvil, people);
    const { security, wallet } = bench;
    await security.approvals.answer(signApproval(ann, await askedFor(security, large()), 'approve'));
    const results = await Promise.all(Array.from({ length: 8 }, () => security.agent('a1').execute(large())));
    expect(new Set(results.map(({ txHash }) => txHash)).size).toBe(1);
    expect(await sentBy(anvil, wallet)).toBe(1);
    const [used] = await security.approvals.list({ state: 'used' });
    expect(await codeOf(() => security.approvals.answer(signApproval(ann, used?.request as ApprovalRequest, 'approve')))).not.toBe(
      'not ours',
    );
    await security.agent('a1').execute(large());
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('is not kept past its time: neither the open question nor the given answer', async () => {
    const { clock, move } = movableClock();
    await using bench = await openBench(anvil, { ...people, clock, approvals: { ttlMs: 60_000 } });
    const { security } = bench;
    const open = await askedFor(security, large('open'));
    await security.approvals.answer(signApproval(ann, await askedFor(security, large('given')), 'approve'));
    move(60_001);
    expect(await codeOf(() => security.approvals.answer(signApproval(ann, open, 'approve')))).toBe('APPROVAL_INVALID');
    for (const id of ['open', 'given']) expect((await security.agent('a1').execute(large(id))).status).toBe('approval_timeout');
    await nothingSent(anvil, bench);
  });

  it('is not brought back by a host clock that is set back', async () => {
    const [host, stored] = [movableClock(), movableClock()];
    const bench = await openBook(anvil, { ...people, clock: host.clock, approvals: { ttlMs: 60_000 } }, stored.clock);
    const { security } = bench;
    const open = await askedFor(security, large());
    await security.approvals.answer(signApproval(ann, open, 'approve'));
    for (const { move } of [host, stored]) move(60_001);
    expect((await security.approvals.get(open.id))?.state).toBe('expired');
    host.move(-60_001);
    expect((await security.approvals.get(open.id))?.state).toBe('expired');
    expect((await security.agent('a1').execute(large())).status).not.toBe('success');
    await nothingSent(anvil, bench);
    await security.shutdown(200);
  });
});
