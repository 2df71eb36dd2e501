import { createWalletClient, http } from 'viem';
import { foundry } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentResumeFacts, CastellanError, createSecurityManager, killLiftFacts, signApproval } from '../../../src/index.ts';
import { toGuardedAccount } from '../../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { ASKS, BOB, configOf, FREE, type Hooks, openBench, person, registered, sentBy } from '../../e2e/bench.ts';
import { allowed } from '../../manager/fixture.ts';
import { askedFor, codeOf, endOf, killed, lifted, nothingSent, openBook, pay, refusalOf } from './bench.ts';

const ann = person('ann');
const oscar = person('oscar');
const olga = person('olga');
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

/** From the commit that `isLast` names the process hears nothing of the store any more, as if it had died there. */
function dieAfter(hooks: Hooks, isLast: (command: { readonly kind: string }) => boolean): void {
  const gone = (): never => {
    throw new CastellanError('STORE_UNAVAILABLE', { message: 'the process is gone' });
  };
  hooks.afterApply = (commands) => {
    if (!commands.some(isLast)) return;
    Object.assign(hooks, { beforeApply: gone, beforeGet: gone });
    gone();
  };
}
function revive(hooks: Hooks): void {
  for (const hook of ['beforeApply', 'afterApply', 'beforeGet'] as const) delete hooks[hook];
}
const to = (command: { readonly kind: string }): unknown => (command as { readonly to?: unknown }).to;

describe('under the kill switch', () => {
  it('executing pays nothing', async () => {
    await using bench = await openBench(anvil);
    await bench.security.emergency.activateKillSwitch(killed);
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('halted');
    expect(endOf(await bench.security.execute({ agentId: 'a1', ...pay('s') }))).toBe('halted');
    await nothingSent(anvil, bench);
    await bench.security.emergency.deactivateKillSwitch(lifted);
    expect((await bench.security.agent('a1').execute(pay('t'))).status).toBe('success');
  });

  it('authorizing yields no permit, and asking for layers alone no yes', async () => {
    await using bench = await openBench(anvil);
    const { authorization, emergency, policy } = bench.security;
    await emergency.activateKillSwitch(killed);
    const asked = { agentId: 'a1', ...pay('r') };
    const answer = await authorization.authorize(asked, { userApproved: true });
    expect([answer.approved, answer.permit, answer.reasons[0]?.code]).toEqual([false, undefined, 'halted']);
    expect((await authorization.validateIntent(asked)).valid).toBe(false);
    expect((await authorization.simulate(asked)).ran).toBe(false);
    expect((await bench.security.agent('a1').dryRun(pay('r'))).wouldProceed).toBe(false);
    expect((await policy.checkCapability('a1', 'transfer', { amount: '0.001', token: 'ETH' })).allowed).toBe(false);
  });

  it('what was authorized before is not executed', async () => {
    await using bench = await openBench(anvil);
    expect((await bench.security.agent('a1').authorize(pay('r'))).approved).toBe(true);
    await bench.security.emergency.activateKillSwitch(killed);
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('halted');
    await nothingSent(anvil, bench);
  });

  it('a permit from before signs nothing, not for the custodian’s own door either', async () => {
    await using bench = await openBook(anvil);
    const { keys, emergency } = bench.security;
    const { permit } = await bench.security.agent('a1').authorize(pay('r'));
    const payload = await bench.payloadOf('r');
    await emergency.activateKillSwitch(killed);
    expect(await codeOf(() => keys.requestSigning(bench.wallet.keyId, payload, { permit: permit as string }))).toBe('PERMIT_REFUSED');
    expect((await bench.row('r')).state).toBe('held');
  });

  it('a permit from before is still void after the switch was lifted again', async () => {
    await using bench = await openBook(anvil);
    const { keys, emergency } = bench.security;
    const { permit } = await bench.security.agent('a1').authorize(pay('r'));
    const payload = await bench.payloadOf('r');
    await emergency.activateKillSwitch(killed);
    await emergency.deactivateKillSwitch(lifted);
    const sign = () => keys.requestSigning(bench.wallet.keyId, payload, { permit: permit as string });
    expect(await refusalOf(sign)).toBe('PERMIT_REFUSED epoch_changed');
  });

  it('a guarded wallet client sends nothing', async () => {
    await using bench = await openBench(anvil);
    const account = toGuardedAccount(bench.security.agent('a1'), { address: bench.wallet.address });
    const client = createWalletClient({ account, chain: foundry, transport: http(anvil.rpcUrl) });
    await bench.security.emergency.activateKillSwitch(killed);
    await expect(client.sendTransaction({ to: BOB, value: 1n })).rejects.toThrow();
    await nothingSent(anvil, bench);
    await bench.security.emergency.deactivateKillSwitch(lifted);
    await client.sendTransaction({ to: BOB, value: 1n });
    await expect.poll(() => sentBy(anvil, bench.wallet)).toBe(1);
  });

  it('a person’s yes that comes meanwhile pays nothing', async () => {
    await using bench = await openBench(anvil, { agents: { a1: ASKS }, registry: { keys: [registered(ann, 'approver')] } });
    const { security } = bench;
    const large = pay('r', { amount: '0.1' });
    const request = await askedFor(security, large);
    await security.emergency.activateKillSwitch(killed);
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    expect(endOf(await security.agent('a1').execute(large))).toBe('halted');
    expect((await security.agent('a1').authorize(large)).permit).toBeUndefined();
    await nothingSent(anvil, bench);
  });

  it('what a crash left redeemed is neither signed nor sent by the process that comes after', async () => {
    const given = { keys: { encryptionKey: '41'.repeat(32) } };
    const bench = await openBook(anvil, given);
    dieAfter(bench.hooks, ({ kind }) => kind === 'permit.redeem');
    await bench.security
      .agent('a1')
      .execute(pay('r'))
      .catch(() => undefined);
    revive(bench.hooks);
    expect((await bench.row('r')).state).toBe('redeemed');
    await bench.security.emergency.activateKillSwitch(killed);
    await bench.security.shutdown(200);
    const next = createSecurityManager(configOf(anvil, { ...given, store: bench.factory }));
    await next.start();
    expect(endOf(await next.agent('a1').execute(pay('r')))).toBe('halted');
    expect([(await bench.row('r')).state, (await bench.row('r')).sealed]).toEqual(['redeemed', null]);
    await nothingSent(anvil, bench);
    await next.emergency.deactivateKillSwitch(lifted);
    expect((await next.agent('a1').execute(pay('r'))).status).toBe('success');
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
    await next.shutdown(500);
  });

  it('what a crash left signed is not sent by the process that comes after', async () => {
    const given = { keys: { encryptionKey: '42'.repeat(32) } };
    const bench = await openBook(anvil, given);
    dieAfter(bench.hooks, (command) => to(command) === 'signed');
    await bench.security
      .agent('a1')
      .execute(pay('r'))
      .catch(() => undefined);
    revive(bench.hooks);
    await bench.security.emergency.pauseAgent('a1', { reason: 'test' });
    await bench.security.shutdown(200);
    const next = createSecurityManager(configOf(anvil, { ...given, store: bench.factory }));
    await next.start();
    expect((await bench.row('r')).state).toBe('signed');
    await nothingSent(anvil, bench);
    await next.emergency.resumeAgent('a1', lifted);
    expect((await next.agent('a1').execute(pay('r'))).status).toBe('success');
    await next.shutdown(500);
  });

  it('a burst that is under way pays no more once the switch was thrown', async () => {
    await using bench = await openBench(anvil);
    const burst = Array.from({ length: 8 }, (_, n) => bench.security.agent('a1').execute(pay(`r${n}`)));
    await bench.security.emergency.activateKillSwitch(killed);
    const sent = await sentBy(anvil, bench.wallet);
    const results = await Promise.all(burst);
    // What was handed to the node before the switch may still be mined; what was not, is not handed over any more.
    expect((await sentBy(anvil, bench.wallet)) - sent).toBeLessThanOrEqual(1);
    expect(results.filter((result) => endOf(result) === 'halted').length).toBeGreaterThanOrEqual(7 - sent);
  });
});

describe('a pause', () => {
  it('holds for every door of its agent, and for no other agent', async () => {
    await using bench = await openBench(anvil, { agents: { a1: FREE, a2: FREE } });
    const { security } = bench;
    const other = await security.custody.createWallet('owner', 'a2');
    await anvil.rpc('anvil_setBalance', [other.address, '0xde0b6b3a7640000']);
    await security.emergency.pauseAgent('a1', { reason: 'test' });
    const account = toGuardedAccount(security.agent('a1'), { address: bench.wallet.address });
    const client = createWalletClient({ account, chain: foundry, transport: http(anvil.rpcUrl) });
    expect(endOf(await security.agent('a1').execute(pay('r')))).toBe('agent_paused');
    expect((await security.agent('a1').authorize(pay('s'))).permit).toBeUndefined();
    await expect(client.sendTransaction({ to: BOB, value: 1n })).rejects.toThrow();
    await nothingSent(anvil, bench);
    expect((await security.agent('a2').execute(pay('r'))).status).toBe('success');
  });

  it('is not escaped by another spelling of the agent’s id', async () => {
    await using bench = await openBench(anvil);
    const { security } = bench;
    await security.emergency.pauseAgent('a1', { reason: 'test' });
    for (const id of ['A1', 'a1.', 'a1-', 'А1']) {
      const run = async () => endOf(await security.agent(id).execute(pay('r', { wallet: bench.wallet.address })));
      expect(['agent_unknown', 'REQUEST_INVALID']).toContain(await run().catch((error: { code: string }) => error.code));
    }
    for (const id of ['a1\u200b', ' a1', 'a1\n', 'a１']) expect(await codeOf(() => security.agent(id))).toBe('REQUEST_INVALID');
    await nothingSent(anvil, bench);
  });

  it('is not shortened by a second, shorter one', async () => {
    await using bench = await openBench(anvil);
    const { emergency } = bench.security;
    await emergency.pauseAgent('a1', { reason: 'for good' });
    await emergency.pauseAgent('a1', { reason: 'a moment', duration: 0.001 });
    for (const duration of [0, -1, Number.NaN, '1']) await emergency.pauseAgent('a1', { reason: 'odd', duration: duration as number });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('agent_paused');
  });

  it('of ids that objects inherit stops nobody else and is lifted by its own name', async () => {
    await using bench = await openBench(anvil, { agents: { a1: FREE, constructor: FREE } });
    const { security } = bench;
    for (const id of ['constructor', 'toString', 'hasOwnProperty']) await security.emergency.pauseAgent(id, { reason: 'test' });
    await security.emergency.pauseAgent('__proto__', { reason: 'test' }).catch(() => undefined);
    expect(({} as { reason?: unknown }).reason).toBeUndefined();
    expect(endOf(await security.agent('constructor').execute(pay('r')))).toBe('agent_paused');
    expect((await security.agent('a1').execute(pay('r'))).status).toBe('success');
    expect((await security.getHealth()).status).not.toBe('halted');
    await security.emergency.resumeAgent('constructor', lifted);
    expect(endOf(await security.agent('constructor').execute(pay('s')))).toBe('wallet_unknown');
  });
});

describe('letting go again, where somebody owns the deployment', () => {
  const registry = { keys: [registered(olga, 'owner'), registered(oscar, 'operator')] };

  it('is not for whoever only says so', async () => {
    await using bench = await openBench(anvil, { registry });
    const { emergency } = bench.security;
    await emergency.activateKillSwitch(killed);
    await emergency.pauseAgent('a1', { reason: 'test' });
    expect(await codeOf(() => emergency.deactivateKillSwitch(lifted))).toBe('AUTHORITY_REQUIRED');
    expect(await codeOf(() => emergency.resumeAgent('a1', { approvedBy: 'oscar', notes: 'it is me' }))).toBe('AUTHORITY_REQUIRED');
    const stranger = allowed('kill.lift', killLiftFacts((await emergency.getActiveEmergencies())[0] as never), person('eve'));
    expect(await codeOf(() => emergency.deactivateKillSwitch({ ...lifted, authorization: stranger }))).toBe('SIGNATURE_INVALID');
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('halted');
  });

  it('of one kill with the signature for an earlier one is refused, and each signature works once', async () => {
    await using bench = await openBook(anvil, { registry });
    const { emergency } = bench.security;
    const kill = async () => {
      await emergency.activateKillSwitch(killed);
      const [halt] = await bench.store.get(['halt']);
      return (halt as unknown as { kill: never }).kill;
    };
    const first = allowed('kill.lift', killLiftFacts(await kill()), oscar);
    await emergency.deactivateKillSwitch({ ...lifted, authorization: first });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const facts = killLiftFacts(await kill());
    expect(await codeOf(() => emergency.deactivateKillSwitch({ ...lifted, authorization: first }))).toBe('SIGNATURE_INVALID');
    // The owner’s key is no operator’s, and a signature to resume lifts no kill.
    expect(await codeOf(() => emergency.deactivateKillSwitch({ ...lifted, authorization: allowed('kill.lift', facts, olga) }))).toBe(
      'SIGNATURE_INVALID',
    );
    const resume = allowed('agent.resume', agentResumeFacts('a1', null), oscar);
    expect(await codeOf(() => emergency.deactivateKillSwitch({ ...lifted, authorization: resume }))).toBe('SIGNATURE_INVALID');
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('halted');
    await emergency.deactivateKillSwitch({ ...lifted, authorization: allowed('kill.lift', facts, oscar) });
    expect((await bench.security.agent('a1').execute(pay('s'))).status).toBe('success');
  });
});

describe('what was taken away', () => {
  it('from an agent that is deleted: neither its permit, nor its approved request, nor its handle pays', async () => {
    await using bench = await openBook(anvil, { agents: { a1: ASKS }, registry: { keys: [registered(ann, 'approver')] } });
    const { security } = bench;
    const { permit } = await security.agent('a1').authorize(pay('r'));
    const payload = await bench.payloadOf('r');
    const large = pay('large', { amount: '0.1' });
    await security.approvals.answer(signApproval(ann, await askedFor(security, large), 'approve'));
    await security.policy.deleteAgent('a1');
    for (const request of [large, pay('fresh')]) expect(endOf(await security.agent('a1').execute(request))).toBe('agent_unknown');
    expect(await codeOf(() => security.keys.requestSigning(bench.wallet.keyId, payload, { permit: permit as string }))).toBe(
      'PERMIT_REFUSED',
    );
    // Registered again, nothing from before counts.
    await security.policy.createAgent('a1', ASKS);
    expect(await codeOf(() => security.keys.requestSigning(bench.wallet.keyId, payload, { permit: permit as string }))).toBe(
      'PERMIT_REFUSED',
    );
    await nothingSent(anvil, bench);
  });

  it('a key that is revoked signs nothing of what was authorized', async () => {
    await using bench = await openBench(anvil);
    const { security } = bench;
    expect((await security.agent('a1').authorize(pay('r'))).approved).toBe(true);
    await security.keys.revokeKey(bench.wallet.keyId, 'stolen');
    expect((await security.agent('a1').execute(pay('r'))).status).not.toBe('success');
    expect((await security.agent('a1').execute(pay('s'))).status).not.toBe('success');
    await nothingSent(anvil, bench);
  });
});
