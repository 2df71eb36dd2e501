import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager, type Wallet } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { ASKS, balanceOf, configOf, fund, person, sentBy, stranger } from '../../e2e/bench.ts';
import { movableClock } from '../api/bench.ts';

const UNIT = 10n ** 15n;
const ANN = person('ann');
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

describe('people who are asked by authorize', () => {
  const open = async (more: Partial<SecurityConfig> = {}): Promise<{ security: SecurityManager; wallet: Wallet } & AsyncDisposable> => {
    const security = createSecurityManager(configOf(anvil, { agents: { a1: ASKS }, ...more }));
    const wallet = await security.custody.createWallet('owner', 'a1');
    await security.approvals.register({ id: ANN.id, key: toHex(ANN.publicKey) });
    await fund(anvil, wallet.address);
    return { security, wallet, [Symbol.asyncDispose]: async () => void (await security.shutdown(500)) };
  };
  const ask = (id: string, to: string) => ({ id, to, amount: '0.1', asset: 'ETH' });
  it('one yes pays once, whoever asks again and how often', async () => {
    await using bench = await open();
    const { security, wallet } = bench;
    const agent = security.agent('a1');
    const to = stranger();
    const asked = await agent.authorize(ask('one', to));
    expect(asked.approved).toBe(false);
    await security.approvals.approve(asked.decision.id, ANN);
    const ends = await Promise.all([agent.authorize(ask('one', to)), agent.execute(ask('one', to)), agent.execute(ask('one', to))]);
    expect(ends.slice(1).map((end) => (end as { status: string }).status)).toEqual(['success', 'success']);
    expect((await agent.execute(ask('two', to))).status).toBe('approval_pending');
    expect([await balanceOf(anvil, to), await sentBy(anvil, wallet)]).toEqual([100n * UNIT, 1]);
  });

  it('a yes of before the rules were tightened pays nothing', async () => {
    await using bench = await open();
    const { security, wallet } = bench;
    const agent = security.agent('a1');
    const to = stranger();
    const [first, held] = [await agent.authorize(ask('one', to)), await agent.authorize(ask('held', to))];
    await security.approvals.approve(first.decision.id, ANN);
    await security.approvals.approve(held.decision.id, ANN);
    expect((await agent.authorize(ask('held', to))).approved, 'room is held').toBe(true);
    await security.policy.updateAgent('a1', { limits: { ...ASKS.limits, perTransaction: '0.01' } });
    for (const id of ['one', 'held']) expect((await agent.execute(ask(id, to))).status).toBe('policy_rejected');
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('a no stands, and of many questions no more are open than somebody reads', async () => {
    const { clock, move } = movableClock();
    await using bench = await open({ clock });
    const { security, wallet } = bench;
    const agent = security.agent('a1');
    const to = stranger();
    for (let index = 0; index < 120; index += 1) {
      // Slowly enough not to be noticed as a burst, which would end it.
      move(20_000);
      expect((await agent.authorize(ask(`flood-${index}`, to))).decision.verdict).toBe('escalated');
    }
    const last = await agent.authorize(ask('last', to));
    const open_ = await security.approvals.list({ agent: 'a1' as never, state: 'pending' });
    expect(open_.length).toBeLessThanOrEqual(100);
    expect(open_.map(({ request }) => request.requestId)).toContain('last');
    await security.approvals.reject(last.decision.id, { by: 'ann' });
    expect((await agent.authorize(ask('last', to))).approved).toBe(false);
    expect((await agent.execute(ask('last', to))).status).toBe('approval_rejected');
    expect(await sentBy(anvil, wallet)).toBe(0);
  });
});
