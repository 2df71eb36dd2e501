import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent, AgentRequest } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type Bench, BOB, CAROL, CHAIN, FREE, fund, openBench, sentBy } from './bench.ts';

let anvil: Anvil;
let bench: Bench;
let a1: Agent;
const pay = { to: BOB, amount: '0.001', asset: 'ETH' };
const loose = (request: unknown) => request as AgentRequest;

beforeAll(async () => {
  anvil = await startAnvil();
  bench = await openBench(anvil, { agents: { a1: FREE, a2: { ...FREE, user: 'mallory' } } });
  a1 = bench.security.agent('a1');
});
afterAll(async () => {
  await bench.security.shutdown();
  await anvil.stop();
});

async function denied(request: unknown, code: string, agent = a1): Promise<void> {
  const before = await sentBy(anvil, bench.wallet);
  const result = await agent.execute(loose(request));
  expect([result.status, result.reasons[0]?.code], JSON.stringify(result.reasons)).toEqual(['policy_rejected', code]);
  expect(await sentBy(anvil, bench.wallet)).toBe(before);
}

describe('who acts', () => {
  it('is fixed by the handle: another agent, user or wallet named in a request is refused', async () => {
    const { security, wallet } = bench;
    const other = await security.custody.createWallet('mallory', 'a2');
    await denied({ ...pay, agentId: 'a2' }, 'request_malformed');
    await denied({ ...pay, userId: 'mallory' }, 'request_malformed');
    await denied({ ...pay, wallet: other.address }, 'agent_not_wallet_owner');
    await denied({ ...pay, wallet: wallet.address }, 'agent_not_wallet_owner', security.agent('a2'));
    await denied({ ...pay, wallet: BOB }, 'agent_not_wallet_owner');
    await denied({ ...pay, chain: 'eip155:1' }, 'chain_not_allowed');
    expect((await a1.execute({ ...pay, agentId: 'a1', userId: 'owner', wallet: wallet.account, chain: CHAIN })).status).toBe('success');
  });

  it('must be registered: an unknown agent is denied, and what is no id at all is refused', async () => {
    await denied(pay, 'agent_unknown', bench.security.agent('nobody'));
    for (const id of ['', '__proto__', 'a1/x', 'a1 ', 'a'.repeat(65), '../a1', undefined, null, 1, {}]) {
      await expect(async () => bench.security.agent(id as string).execute(pay)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    }
    for (const odd of [null, undefined, 'a1', 7])
      await expect(async () => bench.security.execute(odd as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('keeps an agent with its user: nobody registers it again, nor takes a wallet for it', async () => {
    const { security } = bench;
    await expect(security.custody.createWallet('mallory', 'a1')).rejects.toMatchObject({ code: 'AGENT_EXISTS' });
    await expect(security.policy.createAgent('a1', FREE, { userId: 'mallory' })).rejects.toMatchObject({ code: 'AGENT_EXISTS' });
  });

  it('may have any name that is an id, without reaching what every object has', async () => {
    const { security } = bench;
    for (const id of ['constructor', 'toString', 'hasOwnProperty', '.', '..']) {
      await security.policy.createAgent(id, FREE);
      const { address } = await security.custody.createWallet('owner', id);
      await fund(anvil, address);
      expect((await security.agent(id).execute(pay)).status, id).toBe('success');
      await security.emergency.pauseAgent(id, { reason: 'test' });
      expect((await security.agent(id).execute(pay)).reasons[0]?.code, id).toBe('agent_paused');
    }
    expect((await a1.execute(pay)).status).toBe('success');
  });

  it('has a handle through which nothing of others can be reached', async () => {
    const { security } = bench;
    const seen = new Set<unknown>();
    const others: string[] = [];
    const reach = (value: unknown, depth: number): void => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value) || depth > 6) return;
      seen.add(value);
      const { subscribe } = value as { subscribe?: unknown };
      if (typeof subscribe === 'function')
        (value as typeof security.events$).subscribe((event) => void (event.agent !== 'a1' && others.push(event.type)));
      for (const key of Reflect.ownKeys(value)) {
        const inner = Reflect.getOwnPropertyDescriptor(value, key)?.value;
        if (!(inner instanceof Function && /^class /.test(String(inner)))) reach(inner, depth + 1);
      }
    };
    reach(security.agent('a1'), 0);
    await security.agent('a2').execute({ ...pay, amount: 'x' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(others).toEqual([]);
    for (const odd of [undefined, null, 1, {}, '', 'x'.repeat(10_000)]) expect(await a1.explain(odd as string)).toBeUndefined();
  });

  it('a decision is told to its own agent only', async () => {
    const { decision } = await a1.execute(pay);
    expect((await a1.explain(decision.id))?.id).toBe(decision.id);
    expect(await bench.security.agent('a2').explain(decision.id)).toBeUndefined();
  });

  it('a wallet made while the agent is being founded does not replace its policy', async () => {
    const strict = { capabilities: { transfers: { enabled: false } }, limits: { unit: 'ETH' } };
    for (let round = 0; round < 8; round++) {
      const id = `race-${round}`;
      const [{ digest }] = await Promise.all([
        bench.security.policy.createAgent(id, strict),
        bench.security.custody.createWallet('owner', id),
      ]);
      const { decision } = await bench.security.agent(id).execute(pay);
      expect(decision.policy, `round ${round}`).toBe(digest);
    }
  });
});

describe('what a request may not say', () => {
  it('fields that claim facts or rights are refused, each by name', async () => {
    for (const field of [
      'permissions',
      'userApproved',
      'isNewDestination',
      'history',
      'approved',
      'policy',
      'riskScore',
      'satisfied',
      'exact',
      'constructor',
      'prototype',
    ]) {
      const result = await a1.execute(loose({ ...pay, [field]: true }));
      expect(result.reasons[0]?.code).toBe('request_malformed');
      expect(result.reasons[0]?.message).toContain(field);
    }
    for (const inner of [
      { context: { intent: 'x', trusted: true } },
      { narrow: { maxAmount: '1', widen: true } },
      { calls: [{ to: BOB, delegate: true }] },
    ])
      await denied({ ...pay, ...inner }, 'request_malformed');
  });

  it('prototype keys are refused and pollute nothing; inherited fields count as absent', async () => {
    await denied(JSON.parse(`{"to":"${BOB}","amount":"0.001","asset":"ETH","__proto__":{"agentId":"a2"}}`), 'request_malformed');
    await denied(
      JSON.parse(`{"to":"${BOB}","amount":"0.001","asset":"ETH","context":{"__proto__":{"confidence":1}}}`),
      'request_malformed',
    );
    await denied(Object.create(pay), 'request_malformed');
    await denied(Object.assign(Object.create({ wallet: BOB }), pay), 'request_malformed');
    expect(({} as Record<string, unknown>)['agentId']).toBeUndefined();
    const polluted = JSON.parse(
      '{"limits":{"unit":"ETH","daily":1},"__proto__":{"capabilities":{"transfers":{"enabled":true}}}}',
    ) as object;
    await expect(bench.security.policy.createAgent('a3', polluted)).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    const deep = JSON.parse('{"template":"aggressive","limits":{"unit":"ETH","__proto__":{"daily":9999999}}}') as object;
    await expect(bench.security.policy.createAgent('a3', deep)).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  });

  it('options of execute are read by name and checked: no bytes, no endless wait, no unknown field', async () => {
    for (const odd of [
      { exact: new Uint8Array(1) },
      { settleTimeoutMs: Infinity },
      { approvalWaitMs: -1 },
      { approvalWaitMs: '1' },
      { satisfy: () => ({}) },
      { dryRun: true },
      null,
      3,
    ]) {
      await expect(a1.execute(pay, odd as never), JSON.stringify(odd)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    }
  });

  it('narrowing, in the request or in the options, only tightens', async () => {
    await denied({ ...pay, narrow: { maxAmount: '0.0001' } }, 'spend_exceeds_cap');
    await denied({ ...pay, narrow: { allowedDestinations: [CAROL] } }, 'destination_not_allowed');
    await denied({ ...pay, narrow: { allowedDestinations: [] } }, 'destination_not_allowed');
    await denied({ ...pay, narrow: { maxFee: '0' } }, 'fee_exceeds_ceiling');
    await denied({ ...pay, amount: '2', narrow: { maxAmount: '1000', allowedDestinations: [BOB] } }, 'per_transaction_limit');
    const asked = await a1.execute({ ...pay, narrow: { requireApproval: true } });
    expect([asked.status, asked.reasons[0]?.code], JSON.stringify(asked.reasons)).toEqual(['approval_pending', 'approval_pending']);
    const inOptions = await a1.execute(pay, { narrow: { maxAmount: '0.0001' } });
    expect(inOptions.reasons[0]?.code).toBe('spend_exceeds_cap');
    await denied({ calls: [{ to: BOB, value: '0.001' }], narrow: { maxAmount: '1' } }, 'request_malformed');
  });
});
