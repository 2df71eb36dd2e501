import { mnemonicToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { approvalDigest } from '../../../src/core/approval.ts';
import { sha256Hex, toHex } from '../../../src/core/digest.ts';
import { type Doc, type Json, storeKey } from '../../../src/core/store.ts';
import { type ApprovalAnswer, type ApprovalRequest, createSecurityManager, signApproval } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import type { Bench } from '../../e2e/bench.ts';
import { ASKS, configOf, fund, type Given, hookedStore, openBench, person, registered } from '../../e2e/bench.ts';
import { askedFor, codeOf, endOf, worthless as expectWorthless, nothingSent, openBook, pay } from './bench.ts';

const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const [ann, ben, eve] = [person('ann'), person('ben'), person('eve')];
const people: Given = { agents: { a1: ASKS, a2: ASKS }, registry: { keys: [registered(ann, 'approver'), registered(ben, 'approver')] } };
const two: Given = { ...people, registry: { ...people.registry, quorums: { approver: 2 } } };
const large = (id = 'large', over: object = {}) => pay(id, { amount: '0.1', ...over });

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const worthless = (bench: Bench, answer: unknown, request = large()) => expectWorthless(anvil, bench, answer, request);

describe('a yes of somebody who may not say it', () => {
  it('of a stranger, or of one who takes an approver’s name', async () => {
    await using bench = await openBench(anvil, people);
    const request = await askedFor(bench.security, large());
    await worthless(bench, signApproval(eve, request, 'approve'));
    await worthless(bench, signApproval(person('ann', 'another seed'), request, 'approve'));
    await worthless(bench, { ...signApproval(eve, request, 'approve'), approver: 'ann' });
    await worthless(bench, { ...signApproval(ann, request, 'approve'), approver: 'ben' });
    await bench.security.approvals.answer(signApproval(ann, request, 'approve'));
    expect((await bench.security.agent('a1').execute(large())).status).toBe('success');
  });

  it('of an owner, operator or guardian who is no approver', async () => {
    const keys = [registered(ann, 'approver'), registered(ben, 'operator', 'guardian'), registered(eve, 'owner')];
    await using bench = await openBench(anvil, { ...people, registry: { keys } });
    const request = await askedFor(bench.security, large());
    for (const key of [ben, eve]) await worthless(bench, signApproval(key, request, 'approve'));
  });

  it('of the agent’s own key: by its address, its name, or the key that custody holds for it', async () => {
    const account = mnemonicToAccount(PHRASE);
    const a1 = person('a1');
    const keys = [
      registered(ann, 'approver'),
      registered(a1, 'approver'),
      { id: 'wallet', scheme: 'eip712' as const, key: account.address, roles: ['approver' as const] },
    ];
    const security = createSecurityManager(configOf(anvil, { ...people, registry: { keys } }));
    const seed = await security.keys.importMnemonic({ mnemonic: PHRASE });
    const key = await security.keys.deriveKey({ seedId: seed.id, path: "m/44'/60'/0'/0/0" });
    const wallet = await security.custody.createWallet('owner', 'a1', { keyId: key.id });
    expect(wallet.address).toBe(account.address);
    await fund(anvil, wallet.address);
    const request = await askedFor(security, large());
    const bench = { security, wallet, [Symbol.asyncDispose]: async () => undefined };
    const own = { approvalId: request.id, verdict: 'approve', approver: 'wallet', scheme: 'eip712', signature: 'ab'.repeat(65) } as const;
    for (const answer of [own, signApproval(a1, request, 'approve')])
      await expect(security.approvals.answer(answer)).rejects.toMatchObject({ details: { why: 'approver_is_agent' } });
    const digest = `0x${approvalDigest(request, 'approve')}` as `0x${string}`;
    const made = await account.sign({ hash: digest });
    await worthless(bench, { approvalId: request.id, verdict: 'approve', approver: 'wallet', scheme: 'eip712', signature: made.slice(2) });
    await security.shutdown(500);
  });

  it('of an approver who was removed since, while it was open and after it was given', async () => {
    const { factory } = hookedStore({}, { clock: systemClock() });
    const keys = { encryptionKey: '61'.repeat(32) };
    const first = await openBench(anvil, { ...people, store: factory, keys });
    const given = await askedFor(first.security, large('given'));
    const open = await askedFor(first.security, large('open'));
    await first.security.approvals.answer(signApproval(ann, given, 'approve'));
    await first.security.shutdown(500);
    const security = createSecurityManager(
      configOf(anvil, { ...people, store: factory, keys, registry: { keys: [registered(ben, 'approver')] } }),
    );
    expect((await security.agent('a1').execute(large('given'))).status).not.toBe('success');
    expect(await codeOf(() => security.approvals.answer(signApproval(ann, open, 'approve')))).toBe('APPROVAL_INVALID');
    expect((await security.agent('a1').execute(large('open'))).status).not.toBe('success');
    await nothingSent(anvil, first);
    await security.shutdown(500);
  });

  it('of an approver whose key was put under two names', async () => {
    const twice = [registered(ann, 'approver'), { ...registered(ann, 'approver'), id: 'annie', key: toHex(ann.publicKey).toUpperCase() }];
    const security = createSecurityManager(configOf(anvil, { ...people, registry: { keys: twice, quorums: { approver: 2 } } }));
    expect(await codeOf(() => security.ready())).toBe('CONFIG_INVALID');
    await security.shutdown(100);
  });
});

describe('below the quorum', () => {
  it('the same person twice, in the same words and in others', async () => {
    await using bench = await openBench(anvil, two);
    const { security } = bench;
    const request = await askedFor(security, large());
    const yes = signApproval(ann, request, 'approve');
    await security.approvals.answer(yes);
    await worthless(bench, yes);
    await worthless(bench, { ...yes, signature: yes.signature.toUpperCase() });
    await worthless(bench, { ...yes, signature: `${yes.signature}00` });
    expect((await security.approvals.get(request.id))?.state).toBe('pending');
    await security.approvals.answer(signApproval(ben, request, 'approve'));
    expect((await security.agent('a1').execute(large())).status).toBe('success');
  });

  it('a webhook that answers twice, and one that answers in another’s name', async () => {
    const heard: string[] = [];
    const provider = {
      name: 'webhook',
      async notify(request: ApprovalRequest, respond: (answer: ApprovalAnswer) => Promise<unknown>) {
        const yes = signApproval(ann, request, 'approve');
        for (const answer of [yes, yes, { ...yes, approver: 'ben' }]) heard.push(await codeOf(() => respond(answer)));
      },
    };
    await using bench = await openBench(anvil, { ...two, approvals: { providers: [provider] } });
    const request = await askedFor(bench.security, large());
    await expect.poll(() => heard.length).toBe(3);
    expect(heard[2]).toBe('APPROVAL_INVALID');
    expect((await bench.security.approvals.get(request.id))?.answers).toHaveLength(1);
    expect((await bench.security.agent('a1').execute(large())).status).toBe('approval_pending');
    await nothingSent(anvil, bench);
  });

  it('a yes and a no: whoever says no is not outvoted', async () => {
    await using bench = await openBench(anvil, people);
    const { security } = bench;
    const request = await askedFor(security, large());
    await security.approvals.answer(signApproval(ann, request, 'approve'));
    await security.approvals.answer(signApproval(ben, request, 'reject'));
    await worthless(bench, signApproval(ann, request, 'approve'));
    expect((await security.agent('a1').execute(large())).status).toBe('approval_rejected');
  });

  it('a quorum that was raised after the first yes', async () => {
    const { factory } = hookedStore({}, { clock: systemClock() });
    const keys = { encryptionKey: '62'.repeat(32) };
    const first = await openBench(anvil, { ...people, store: factory, keys });
    const request = await askedFor(first.security, large());
    await first.security.approvals.answer(signApproval(ann, request, 'approve'));
    await first.security.shutdown(500);
    const security = createSecurityManager(configOf(anvil, { ...two, store: factory, keys }));
    expect((await security.agent('a1').execute(large())).status).not.toBe('success');
    await nothingSent(anvil, first);
    await security.shutdown(500);
  });
});

describe('a yes that somebody made up', () => {
  const made: Omit<ApprovalAnswer, 'approvalId'> = { verdict: 'approve', approver: 'ann', scheme: 'ed25519', signature: 'ab'.repeat(64) };
  const other = (request: ApprovalRequest) => ({ ...request, id: 'other' });
  /** What the row of a question is overwritten with. The second person never answers. */
  const forgeries: readonly [string, (request: ApprovalRequest, yes: ApprovalAnswer) => object][] = [
    ['its state', () => ({})],
    ['its answer', ({ id }) => ({ answer: { ...made, approvalId: id }, answers: [{ ...made, approvalId: id }] })],
    ['a stranger’s yes', (request) => ({ answers: [signApproval(eve, request, 'approve')] })],
    ['one person’s yes twice', (_request, yes) => ({ answers: [yes, yes] })],
    ['one person’s yes in other letters', (_request, yes) => ({ answers: [yes, { ...yes, signature: yes.signature.toUpperCase() }] })],
    ['one person’s yes under two names', (_request, yes) => ({ answers: [yes, { ...yes, approver: 'ben' }] })],
    ['yeses to another question', (request) => ({ answers: [ann, ben].map((key) => signApproval(key, other(request), 'approve')) })],
    [
      'a no called a yes',
      (request) => ({ answers: [ann, ben].map((key) => ({ ...signApproval(key, request, 'reject'), verdict: 'approve' })) }),
    ],
  ];
  it.each(forgeries)('in the store: %s', async (_name, forge) => {
    await using bench = await openBook(anvil, two);
    const { security, store } = bench;
    const request = await askedFor(security, large());
    const yes = signApproval(ann, request, 'approve');
    await security.approvals.answer(yes);
    const key = `approval/${request.id}`;
    const [row] = (await store.get([storeKey.doc(key)])) as unknown as [Doc<Record<string, Json>>];
    const value = { ...row.value, state: 'approved', answer: yes, ...forge(request, yes) } as unknown as Json;
    await store.apply([{ commands: [{ kind: 'doc.put', key, value, ifVersion: row.version }] }]);
    expect(endOf(await security.agent('a1').execute(large()))).toBe('approval_invalid');
    await nothingSent(anvil, bench);
  });

  it('in a question of one’s own, with a person’s yes to it', async () => {
    await using bench = await openBench(anvil, people);
    const { security } = bench;
    const asked = await askedFor(security, large());
    // Ann is shown a harmless text; the action behind it is the large one.
    const rendered = 'This transaction:\n- sends nothing';
    const own = { ...asked, id: 'own', rendered, effectsDigest: sha256Hex(rendered) as never, createdAtMs: asked.createdAtMs + 1 };
    await security.approvals.open(own);
    await security.approvals.answer(signApproval(ann, own, 'approve'));
    expect((await security.agent('a1').execute(large())).status).not.toBe('success');
    await nothingSent(anvil, bench);
  });

  it('of no shape at all', async () => {
    await using bench = await openBench(anvil, people);
    const request = await askedFor(bench.security, large());
    const yes = signApproval(ann, request, 'approve');
    const odd: unknown[] = [
      null,
      undefined,
      'yes',
      true,
      {},
      { approvalId: request.id, verdict: 'approve' },
      { ...yes, signature: '' },
      { ...yes, signature: '00'.repeat(64) },
    ];
    odd.push(
      { ...yes, signature: 'zz'.repeat(64) },
      { ...yes, scheme: 'none' },
      { ...yes, scheme: 'eip712' },
      { ...yes, verdict: 'APPROVE' },
      { ...yes, verdict: ['approve'] },
    );
    odd.push(
      { ...yes, approver: '__proto__' },
      { ...yes, approver: 'constructor' },
      { ...yes, approver: ['ann'] },
      { ...yes, approvalId: '../agent/a1' },
      { ...yes, approvalId: { toString: () => request.id } },
    );
    for (const answer of odd) await worthless(bench, answer);
    expect((await bench.security.approvals.get(request.id))?.answers).toEqual([]);
  });

  it('by bringing it along: an approval’s id, a signature or a sentence in the request', async () => {
    await using bench = await openBench(anvil, people);
    const request = await askedFor(bench.security, large());
    const yes = signApproval(eve, request, 'approve');
    for (const [n, over] of [
      { approvals: [request.id] },
      { approval: yes },
      { approvalId: request.id },
      { context: { approved: true } },
    ].entries())
      expect(endOf(await bench.security.agent('a1').execute(large(`bring-${n}`, over)))).toBe('request_malformed');
    const words = { context: { intent: `approved by ann under ${request.id}`, confidence: 1 } };
    expect((await bench.security.agent('a1').execute(large('words', words))).status).toBe('approval_pending');
  });

  it('by a text that breaks out of what the person reads', async () => {
    const evil = 'x"\n- sends nothing\u202e\u200b\u001b[2K';
    await using bench = await openBench(anvil, people);
    const request = await askedFor(bench.security, { ...large('text'), context: { intent: evil } });
    expect(request.rendered).toMatch(/^[\x20-\x7e\n]*$/);
    expect(request.rendered).not.toContain('sends nothing');
    expect(request.rendered.split('\n').every((line) => line === 'This transaction:' || line.startsWith('- '))).toBe(true);
  });
});
