import { describe, expect, it } from 'vitest';
import { DEFAULT_TEMPLATES, signApproval } from '../../../src/index.ts';
import { person, registered } from '../../e2e/bench.ts';
import { AGENT, type Bench, login, openBench, order, outcome, permit, SHOP, text, usd } from './fixture.ts';

const ann = person('ann');
const message = { leaf: '0', source: 'bytes', kind: 'message', text: 'Do you like cats? Yes.' } as const;
const poll = order({ standard: 'snapshot_vote', effects: [message] });

const open = (signatures: object | undefined): Promise<Bench> => {
  const { template: _template, ...rest } = AGENT;
  return openBench({
    agents: { a1: signatures === undefined ? rest : { ...rest, signatures } },
    registry: { keys: [registered(ann, 'approver')] },
  });
};

describe('messages under a policy', () => {
  it('are denied where it says nothing, and pass where it says so', async () => {
    const asked = [text('hello'), login('app.example'), poll];
    for (const signatures of [undefined, {}, { messages: 'deny' }, { siweDomains: [] }, { siweDomains: ['other.example', 'example'] }]) {
      await using bench = await open(signatures);
      for (const one of asked)
        expect(await outcome(bench.sign(one)), JSON.stringify(signatures)).toBe('REQUEST_DENIED message_not_allowed');
    }
    await using free = await open({ messages: 'allow' });
    for (const one of asked) expect(await outcome(free.sign(one))).toBe('signed');
  });

  it('logins on listed sites pass, and others and texts do not', async () => {
    await using bench = await open({ messages: 'deny', siweDomains: ['App.example', 'localhost:3000'] });
    const seen = [];
    for (const site of ['app.example', 'localhost:3000', 'localhost', 'evil.app.example', 'app.example.evil.com', 'app.example:444'])
      seen.push(await outcome(bench.sign(login(site))));
    const no = 'REQUEST_DENIED message_not_allowed';
    expect(seen).toEqual(['signed', 'signed', no, no, no, no]);
    expect(await outcome(bench.sign(text('app.example')))).toBe(no);
  });

  it('take no room and stay nowhere once they are handed out', async () => {
    await using bench = await open({ messages: 'allow' });
    const first = await bench.sign(text('hello'), 'one');
    expect(await bench.sign(text('hello'), 'one')).toEqual(first);
    const { signatures, assets } = await bench.security.exposure('a1');
    expect([signatures, assets, bench.script.asked]).toEqual([[], [], 0]);
    const decision = await bench.security.agent('a1').explain(first.decisionId);
    expect(decision?.signature).toMatchObject({ standard: 'text', binds: false });
  });

  it('a permit is never a message: it needs its capability whatever messages may', async () => {
    await using bench = await openBench({ agents: { a1: { signatures: { messages: 'allow' }, limits: AGENT.limits } } });
    expect(await outcome(bench.sign(permit(bench.wallet, SHOP, usd(1))))).toBe('REQUEST_DENIED allowance_not_allowed');
  });

  it('wrong fields of the policy are refused by name', async () => {
    for (const signatures of [
      { messages: 'maybe' },
      { siweDomains: ['https://app.example'] },
      { siweDomains: ['app.example/login'] },
      { other: 1 },
    ]) {
      await using bench = await open(undefined);
      expect(await outcome(bench.security.policy.updateAgent('a1', { ...AGENT, signatures }))).toMatch(/POLICY_INVALID|CONFIG_INVALID/);
    }
    const told = Object.entries(DEFAULT_TEMPLATES).map(([name, { signatures }]) => [name, signatures?.messages]);
    expect(Object.fromEntries(told)).toEqual({ conservative: 'deny', balanced: 'deny', aggressive: 'allow' });
  });
});

describe('people are asked', () => {
  it('the same order under the same id passes once they have said yes, and no other does', async () => {
    await using bench = await open({ messages: 'ask', siweDomains: ['app.example'] });
    const { security, sign } = bench;
    expect(await outcome(sign(login('app.example')))).toBe('signed');
    expect(await outcome(sign(text('I owe you a beer'), 'one'))).toBe('REQUEST_DENIED approval_required');
    const [asked] = await security.approvals.list({ state: 'pending' });
    expect(asked?.request.rendered).toContain('This signature ["text"]');
    expect(asked?.request.rendered).toContain('I owe you a beer');
    await security.approvals.answer(signApproval(ann, asked?.request as never, 'approve'));
    expect(await outcome(sign(text('I owe you a car'), 'one'))).toBe('REQUEST_DENIED request_id_reused');
    expect(await outcome(sign(text('I owe you a car'), 'two'))).toBe('REQUEST_DENIED approval_required');
    expect(await outcome(sign(text('I owe you a beer'), 'three'))).toBe('REQUEST_DENIED approval_required');
    const signed = await sign(text('I owe you a beer'), 'one');
    expect(await sign(text('I owe you a beer'), 'one')).toEqual(signed);
    expect((await security.approvals.get(asked?.request.id ?? ''))?.state).toBe('used');
  });

  it('a no stands, and a permit is asked about by what it lets others take', async () => {
    await using bench = await openBench({
      agents: { a1: { ...AGENT, requireApproval: true } },
      registry: { keys: [registered(ann, 'approver')] },
    });
    const { security, wallet, sign } = bench;
    const asked = permit(wallet, SHOP, usd(42));
    expect(await outcome(sign(asked, 'one'))).toBe('REQUEST_DENIED approval_required');
    const [first] = await security.approvals.list({ state: 'pending' });
    expect(first?.request.rendered).toMatch(/lets 0x5151.* take 42 "USD"/);
    await security.approvals.answer(signApproval(ann, first?.request as never, 'reject'));
    expect(await outcome(sign(asked, 'one'))).toBe('REQUEST_DENIED approval_rejected');
    expect(await outcome(sign(asked, 'two'))).toBe('REQUEST_DENIED approval_required');
    const [second] = await security.approvals.list({ state: 'pending' });
    await security.approvals.answer(signApproval(ann, second?.request as never, 'approve'));
    expect(await outcome(sign(asked, 'two'))).toBe('signed');
    expect((await security.exposure('a1')).signatures).toMatchObject([
      { requestId: 'two', standard: 'eip2612', amounts: [{ amount: usd(42).toString() }] },
    ]);
  });
});
