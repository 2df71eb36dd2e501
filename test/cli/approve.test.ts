import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SecurityManager, Wallet } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { ASKS, BOB, fund, sentBy } from '../e2e/bench.ts';
import { type Deployment, deployment, inProcess } from './deployment.ts';

let anvil: Anvil;
let owned: Deployment;
let security: SecurityManager;
let wallet: Wallet;
beforeAll(async () => {
  anvil = await startAnvil();
  owned = deployment({ rpcUrl: anvil.rpcUrl, people: ['owner', 'operator', 'approver'] });
  security = owned.open({ a1: { ...ASKS, allowedDestinations: [BOB] } });
  wallet = await security.custody.createWallet('owner', 'a1');
  await fund(anvil, wallet.address);
});
afterAll(async () => {
  await security.shutdown(2_000);
  await anvil.stop();
  owned.remove();
});

/** An escalated request; the same call again goes on with it. */
async function ask(id: string) {
  const result = await security.agent('a1').execute({ id, to: BOB, amount: '0.5', asset: 'ETH' });
  return { status: result.status, code: result.reasons[0]?.code, approvalId: result.approvalId ?? '' };
}
const cli = (...args: string[]) => inProcess(owned.directory, args);

it('a request of another process is listed, shown, approved by the key, and then executed', async () => {
  const { status, approvalId } = await ask('one');
  expect(status).toBe('approval_pending');
  const listed = await owned.cli('approve', '--json');
  expect([listed.code, JSON.parse(listed.out)]).toMatchObject([0, { open: [{ id: approvalId, agent: 'a1', requestId: 'one' }] }]);

  const unasked = await owned.cli('approve', approvalId, '--key', 'approver.key');
  expect([unasked.code, unasked.err]).toEqual([3, 'USAGE: Nobody can be asked here: read the request, then pass --yes.\n']);
  expect(unasked.out).toContain(`sends 0.5 "ETH" ["eip155:31337/slip44:60"] from ${wallet.address} to ${BOB}`);
  expect((await ask('one')).status).toBe('approval_pending');

  for (const other of ['owner.key', 'operator.key']) {
    const refused = await cli('approve', approvalId, '--yes', '--key', other);
    expect([refused.code, refused.err]).toMatchObject([1, expect.stringMatching(/^APPROVAL_INVALID: [^\n]*approver_unknown[^\n]*\n$/)]);
  }
  expect(await sentBy(anvil, wallet)).toBe(0);

  const approved = await owned.cli('approve', approvalId, '--key', 'approver.key', '--yes');
  expect([approved.code, approved.err]).toEqual([0, '']);
  for (const part of [
    /^approval +\w+ \(pending\)$/m,
    /^agent +a1, request one$/m,
    /^policy +[0-9a-f]{64}$/m,
    /^needs +1 approver$/m,
    /^said yes +nobody yet$/m,
    /^expires +\d{4}-/m,
    /is approved, signed by approver\.\n$/,
  ])
    expect(approved.out).toMatch(part);
  expect((await ask('one')).status).toBe('success');
  expect(await sentBy(anvil, wallet)).toBe(1);
  const again = await cli('approve', approvalId, '--key', 'approver.key', '--yes');
  expect([again.code, again.out]).toMatchObject([0, expect.stringMatching(/ is used, signed by approver\.\n$/)]);
  const late = await cli('reject', approvalId, '--key', 'approver.key', '--yes');
  expect([late.code, late.err]).toMatchObject([1, expect.stringMatching(/^APPROVAL_INVALID/)]);
  expect(await sentBy(anvil, wallet)).toBe(1);
});

it('reject ends a request', async () => {
  const { approvalId } = await ask('two');
  const ran = await cli('reject', approvalId, '--key', 'approver.key', '--yes', '--json');
  expect([ran.code, JSON.parse(ran.out)]).toMatchObject([0, { ok: true, verdict: 'reject', state: 'rejected' }]);
  expect((await ask('two')).status).toBe('approval_rejected');
  expect((await cli('approve', approvalId, '--key', 'approver.key', '--yes')).code).toBe(1);
  expect((await cli('approve')).out).toBe('Nothing waits for approval.\n');
});

it('before a terminal the person types the word; anything else signs nothing', async () => {
  const { approvalId } = await ask('three');
  for (const answer of ['', 'y', 'yes', 'reject', 'APPROVE']) {
    const ran = await inProcess(owned.directory, ['approve', approvalId, '--key', 'approver.key'], [answer]);
    expect([ran.code, ran.asked]).toEqual([1, ['To approve this, type approve: ']]);
    expect(ran.out).toContain('sends 0.5 "ETH"');
  }
  expect((await ask('three')).status).toBe('approval_pending');
  const ran = await inProcess(owned.directory, ['approve', approvalId, '--key', 'approver.key'], ['approve']);
  expect(ran.code).toBe(0);
  expect((await ask('three')).status).toBe('success');
});

it('a request whose stored text was changed is not shown to be signed', async () => {
  const { approvalId } = await ask('four');
  const db = new DatabaseSync(owned.storePath);
  const changed = db.prepare("UPDATE kv SET v = replace(v, 'sends 0.5', 'sends 0.0') WHERE k = ?").run(`doc/approval/${approvalId}`);
  db.close();
  expect(changed.changes).toBe(1);
  const ran = await cli('approve', approvalId, '--key', 'approver.key', '--yes');
  expect([ran.code, ran.out]).toEqual([1, '']);
  expect(ran.err).toMatch(/^APPROVAL_INVALID: The stored text is not the one that was asked about\./);
});

it('a request whose text a screen would not show as it is is not shown to be signed, though its digest fits', async () => {
  const { approvalId } = await ask('five');
  const record = await security.approvals.get(approvalId);
  if (record === undefined) throw new Error('nobody was asked');
  const rendered = `${record.request.rendered}\n\u001b[2K- sends nothing`;
  const request = { ...record.request, rendered, effectsDigest: createHash('sha256').update(rendered).digest('hex') };
  const db = new DatabaseSync(owned.storePath);
  const [row] = db.prepare('SELECT v FROM kv WHERE k = ?').all(`doc/approval/${approvalId}`) as unknown as { readonly v: string }[];
  const doc = JSON.parse(String(row?.v)) as { readonly value: object };
  const changed = { ...doc, value: { ...doc.value, request } };
  db.prepare('UPDATE kv SET v = ? WHERE k = ?').run(JSON.stringify(changed), `doc/approval/${approvalId}`);
  db.close();
  const ran = await cli('approve', approvalId, '--key', 'approver.key', '--yes');
  expect([ran.code, ran.out]).toEqual([1, '']);
  expect(ran.err).toMatch(/^APPROVAL_INVALID: The stored text cannot be shown as it is\./);
});

it('an id that nobody asked under is an error', async () => {
  const ran = await cli('approve', 'nothing', '--key', 'approver.key', '--yes');
  expect([ran.code, ran.err]).toMatchObject([1, expect.stringMatching(/^APPROVAL_UNKNOWN/)]);
});

it('with a quorum of two the first yes is done in part, and the same key is not counted twice', async () => {
  const two = deployment({ rpcUrl: anvil.rpcUrl, people: ['owner', 'operator', 'approver', 'approver-2'], quorums: { approver: 2 } });
  const manager = two.open({ a1: ASKS });
  await fund(anvil, (await manager.custody.createWallet('owner', 'a1')).address);
  const { approvalId = '' } = await manager.agent('a1').execute({ id: 'one', to: BOB, amount: '0.1', asset: 'ETH' });
  const answer = (key: string) => inProcess(two.directory, ['approve', approvalId, '--yes', '--key', key]);
  for (let round = 0; round < 2; round += 1) {
    const first = await answer('approver.key');
    expect([first.code, first.out]).toMatchObject([
      2,
      expect.stringMatching(/Signed by approver; 1 said yes, and more approvers are needed\.\n$/),
    ]);
  }
  expect((await answer('approver-2.key')).code).toBe(0);
  expect((await manager.agent('a1').execute({ id: 'one', to: BOB, amount: '0.1', asset: 'ETH' })).status).toBe('success');
  await manager.shutdown(2_000);
  two.remove();
});
