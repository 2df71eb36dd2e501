import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentResumeFacts, authorizationStatement, killLiftFacts, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { BOB, FREE, fund, stranger } from '../e2e/bench.ts';
import { type Deployment, deployment, inProcess } from './deployment.ts';

const pay = { to: BOB, amount: '0.001', asset: 'ETH' };
let anvil: Anvil;
let owned: Deployment;
let security: SecurityManager;
beforeAll(async () => {
  anvil = await startAnvil();
  owned = deployment({ rpcUrl: anvil.rpcUrl, people: ['owner', 'operator', 'approver'] });
  security = owned.open({ a1: FREE, a2: FREE });
  await security.start();
  for (const agent of ['a1', 'a2']) await fund(anvil, (await security.custody.createWallet('owner', agent)).address);
});
afterAll(async () => {
  await security.shutdown(2_000);
  await anvil.stop();
  owned.remove();
});

async function outcome(agent = 'a1', request: typeof pay = pay): Promise<string> {
  const { status, reasons } = await security.agent(agent).execute(request);
  return status === 'success' ? status : `${status}:${reasons[0]?.code}`;
}
const cli = (...args: string[]) => inProcess(owned.directory, args);

describe('a stop from the command line, while another process runs the manager', () => {
  it('kill makes that manager refuse; nothing but the operator key lifts it', async () => {
    expect(await outcome()).toBe('success');
    const killed = await owned.cli('kill', '--reason', 'seen in a log', '--by', 'alice');
    expect([killed.code, killed.err]).toEqual([0, '']);
    expect(killed.out).toMatch(/^Everything is stopped\.\nBy alice, .*: seen in a log\n/);
    expect(await outcome()).toBe('policy_rejected:halted');
    const again = await cli('kill', '--json', '--reason', 'another');
    expect([again.code, JSON.parse(again.out)]).toMatchObject([0, { wasKilled: true, kill: { by: 'alice' } }]);

    const bare = await cli('resume', '--notes', 'all is well');
    expect([bare.code, bare.out]).toEqual([1, '']);
    expect(bare.err).toMatch(/^AUTHORITY_REQUIRED: [^\n]*need: 1, have: 0[^\n]*\n$/);
    for (const other of ['owner.key', 'approver.key']) {
      const wrong = await cli('resume', '--notes', 'all is well', '--key', other);
      expect([wrong.code, wrong.err.split(':')[0]]).toEqual([1, 'SIGNATURE_INVALID']);
    }
    expect(await outcome()).toBe('policy_rejected:halted');

    const lifted = await owned.cli('resume', '--notes', 'keys rotated', '--key', 'operator.key');
    expect([lifted.code, lifted.out, lifted.err]).toEqual([0, 'The kill switch is lifted.\n', '']);
    expect(await outcome()).toBe('success');
    const { entries } = await security.audit.query({ types: ['emergency_changed'] });
    expect(
      entries.map(({ event }) => event.type === 'emergency_changed' && [event.change.kind, event.change.by, event.change.reason]),
    ).toEqual(
      expect.arrayContaining([
        ['kill', 'alice', 'seen in a log'],
        ['lift', 'operator', 'keys rotated'],
      ]),
    );
  });

  it('pause stops one agent and no other; resume of it takes the operator key, and says what is still stopped', async () => {
    expect(JSON.parse((await cli('pause', 'a1', '--duration', '600', '--json')).out)).toMatchObject({
      ok: true,
      agent: 'a1',
      registered: true,
    });
    expect([await outcome('a1'), await outcome('a2')]).toEqual(['policy_rejected:agent_paused', 'success']);
    expect((await cli('resume', 'a1', '--notes', 'fine')).err).toMatch(/^AUTHORITY_REQUIRED/);
    await cli('kill');
    const partly = await cli('resume', 'a1', '--notes', 'fine', '--key', 'operator.key');
    expect([partly.code, partly.out]).toMatchObject([2, expect.stringMatching(/^a1 is no longer paused\.\nThe kill switch is on since /)]);
    expect((await cli('resume', '--notes', 'fine', '--key', 'operator.key')).code).toBe(0);
    expect(await outcome('a1')).toBe('success');
    const nothing = await cli('resume', '--notes', 'fine');
    expect([nothing.code, nothing.out]).toEqual([0, 'The kill switch was not stopped; nothing changed.\n']);
  });

  it('an id that is misspelled is paused and said not to be registered', async () => {
    const ran = await cli('pause', 'a11');
    expect([ran.code, ran.out]).toMatchObject([2, expect.stringContaining('No agent a11 is registered')]);
    await cli('resume', 'a11', '--notes', 'typo', '--key', 'operator.key');
  });

  it('status shows the stop, and a reason cannot play tricks on the terminal', async () => {
    await cli('pause', 'a2', '--reason', '\u001b[2J\u001b[1;31mall is well\u202e\nstatus  ok');
    const ran = await cli('status');
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(/^status +ok$/m);
    expect(ran.out).toMatch(/^paused agents +a2$/m);
    expect(ran.out).toMatch(/^chain eip155:31337 +at block \d+$/m);
    expect(ran.out).toContain('! pause a2 by cli since ');
    expect(ran.out).toContain('\\u{1b}[2J\\u{1b}[1;31mall is well\\u{202e}\\u{a}status  ok\n');
    expect(ran.out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\uffff]/);
    await cli('resume', 'a2', '--notes', 'fine', '--key', 'operator.key');
  });

  it('kill needs neither the secret of the keys nor a chain', async () => {
    const config = join(owned.directory, 'other.config.ts');
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(join(owned.directory, 'castellan.config.ts'), 'utf8');
    writeFileSync(
      config,
      text.replace(/encryptionKey: '\w+'/, `encryptionKey: '${'77'.repeat(32)}'`).replace(anvil.rpcUrl, 'http://127.0.0.1:9'),
    );
    expect((await cli('status', '--config', config)).err).toMatch(/^KEY_DECRYPT_FAILED/);
    expect((await cli('kill', '--config', config)).code).toBe(0);
    expect(await outcome('a1', { ...pay, to: stranger() })).toBe('policy_rejected:halted');
    expect((await cli('resume', '--notes', 'drill over', '--key', 'operator.key')).code).toBe(0);
  });

  it('kill gets through while the other process writes without a break', async () => {
    let isOver = false;
    let written = 0;
    const writer = async (agent: string): Promise<void> => {
      // Each pause is longer than the one before, so that each is written.
      for (let duration = 600; !isOver && duration < 20_000; duration += 1) {
        await security.emergency.pauseAgent(agent, { reason: 'load', duration });
        written += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const writers = Array.from({ length: 8 }, (_, index) => writer(`load-${index}`));
    const before = written;
    const ran = await owned.cli('kill', '--reason', 'under load', '--json');
    isOver = true;
    await Promise.all(writers);
    expect(written - before).toBeGreaterThan(50);
    expect([ran.code, ran.err, JSON.parse(ran.out)]).toMatchObject([0, '', { wasKilled: false, kill: { reason: 'under load' } }]);
    expect(await outcome('a1', { ...pay, to: stranger() })).toBe('policy_rejected:halted');
    expect((await cli('resume', '--notes', 'drill over', '--key', 'operator.key')).code).toBe(0);
    expect((await security.audit.verifyIntegrity()).valid).toBe(true);
  });

  it('a signature for one kill lifts no later one', async () => {
    const stop = { reason: 'x', by: 'y', atMs: 1, untilMs: null };
    const later = { ...stop, atMs: 2 };
    const textOf = (facts: ReturnType<typeof killLiftFacts>) =>
      authorizationStatement({ tenant: 'default', action: 'kill.lift', facts, nonce: 'n'.repeat(16), expiresAtMs: 1 }).text;
    expect(textOf(killLiftFacts(stop))).not.toBe(textOf(killLiftFacts(later)));
    expect(agentResumeFacts('a1', stop)).not.toEqual(agentResumeFacts('a2', stop));
  });
});

describe('without an owner', () => {
  it('whoever holds the host lifts a stop, and status says how to change that', async () => {
    const free = deployment();
    expect((await inProcess(free.directory, ['kill'])).code).toBe(0);
    expect((await inProcess(free.directory, ['resume', '--notes', 'fine'])).code).toBe(0);
    const ran = await inProcess(free.directory, ['status']);
    expect([ran.code, ran.out]).toMatchObject([2, expect.stringMatching(/^note: unowned: .*registry\.keys/m)]);
    free.remove();
  });
});
