import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { approvalTypedData } from '../../../src/adapters/evm/approval-verifier.ts';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import { createApprovals, MAX_OPEN, signApproval } from '../../../src/approvals/index.ts';
import { type ApprovalAnswer, type ApprovalRequest, type ChainId, type RegisteredKey, type Store, toHex } from '../../../src/core/index.ts';
import { createSeededRandom } from '../../../src/testing/seeded-random.ts';
import { type Bench, createBench, person, registered, toLogCommand, verifiers } from '../../approvals/bench.ts';

const [ann, ben] = [person('ann'), person('ben')];
const flood = async (bench: Bench, agent: string, count: number) => {
  for (let n = 0; n < count; n += 1) {
    bench.clock.advance(1);
    await bench.approvals.open(bench.request({ agent, expiresAtMs: bench.clock.nowMs() + 3_600_000 }));
  }
};
const stateOf = async (bench: Bench, { id }: ApprovalRequest) => (await bench.approvals.get(id))?.state;
const long = (bench: Bench, over: object = {}) => bench.request({ expiresAtMs: bench.clock.nowMs() + 3_600_000, ...over });

describe('a flood of questions', () => {
  it('of one agent pushes out no question of another', async () => {
    const bench = await createBench();
    const calm = long(bench, { agent: 'calm' });
    await bench.approvals.open(calm);
    await flood(bench, 'busy', MAX_OPEN + 50);
    expect(await stateOf(bench, calm)).toBe('pending');
    expect(await bench.approvals.list({ agent: 'busy', state: 'pending' })).toHaveLength(MAX_OPEN);
  });

  it('pushes out nothing that a person has spoken about: neither a yes nor half of a quorum', async () => {
    const bench = await createBench();
    const [given, half, silent] = [long(bench), long(bench, { quorum: { approver: 2 } }), long(bench)] as const;
    for (const request of [given, half, silent]) await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, given, 'approve'));
    await bench.approvals.answer(signApproval(ann, half, 'approve'));
    await flood(bench, 'a1', MAX_OPEN * 2);
    expect(await Promise.all([given, half, silent].map((request) => stateOf(bench, request)))).toEqual(['approved', 'pending', 'expired']);
    expect((await bench.approvals.use(given.id, given)).ok).toBe(true);
    expect((await bench.approvals.answer(signApproval(ben, half, 'approve'))).state).toBe('approved');
    const held = (await bench.approvals.list({ agent: 'a1' })).filter(({ state }) => state === 'pending' || state === 'approved');
    expect(held).toHaveLength(MAX_OPEN);
  });

  it('approves nothing by being long: what gave way is expired, and a yes to it comes too late', async () => {
    const bench = await createBench();
    const first = long(bench);
    await bench.approvals.open(first);
    await flood(bench, 'a1', MAX_OPEN);
    await expect(bench.approvals.answer(signApproval(ann, first, 'approve'))).rejects.toMatchObject({
      details: { reason: 'approval_expired' },
    });
    expect(await bench.approvals.use(first.id, first)).toEqual({ ok: false, reason: 'approval_timeout' });
  });
});

describe('nobody approves for himself', () => {
  const evm = privateKeyToAccount(`0x${'17'.repeat(32)}`);
  const CHAIN = 'eip155:31337' as ChainId;
  const byWallet = async (request: ApprovalRequest, approver: string): Promise<ApprovalAnswer> => ({
    approvalId: request.id,
    verdict: 'approve',
    approver,
    scheme: 'eip712',
    signature: (await evm.signTypedData(approvalTypedData(request, 'approve'))).slice(2),
  });
  const inChains = async (keys: readonly RegisteredKey[]) => {
    const bench = await createBench({ keys });
    const { store, authority, clock } = bench;
    const random = createSeededRandom('own');
    const approvals = createApprovals({
      store,
      authority,
      verifiers,
      clock,
      random,
      tenant: 'test',
      command: toLogCommand,
      chains: [CHAIN],
    });
    return { ...bench, approvals };
  };
  const refused = { details: { why: 'approver_is_agent' } };

  it.each(['A1', 'a1', 'a2', 'A2'])('not under the name of an agent, in whatever letters: %s', async (id) => {
    const key = person(id);
    const bench = await inChains([registered(key, 'approver')]);
    await bench.apply(
      { kind: 'doc.put', key: 'agent/a1', value: { wallets: [] } },
      { kind: 'doc.put', key: 'agent/a2', value: { wallets: [] } },
    );
    const request = bench.request();
    await bench.approvals.open(request);
    await expect(bench.approvals.answer(signApproval(key, request, 'approve'))).rejects.toMatchObject(refused);
  });

  it.each([
    ['its checksummed address', evm.address],
    ['small letters', evm.address.toLowerCase()],
    ['capitals', `0x${evm.address.slice(2).toUpperCase()}`],
  ])('not with its own wallet, or that of another agent, registered as %s', async (_, key) => {
    const bench = await inChains([{ id: 'wallet', scheme: 'eip712', key, roles: ['approver'] }]);
    const wallet = `${CHAIN}:${evm.address.toLowerCase()}`;
    const own = bench.request({ agent: 'owner-of-it', wallet: wallet as never });
    const others = bench.request({ agent: 'another' });
    await bench.apply({ kind: 'doc.put', key: `wallet/${wallet}`, value: { agent: 'owner-of-it', keyId: 'k1' } });
    for (const request of [own, others]) {
      await bench.approvals.open(request);
      await expect(bench.approvals.answer(await byWallet(request, 'wallet'))).rejects.toMatchObject(refused);
    }
  });

  it('not with an Ed25519 key that custody holds, for whatever agent, in capitals', async () => {
    const key = person('held');
    const bench = await inChains([{ ...registered(key, 'approver'), key: toHex(key.publicKey).toUpperCase() }]);
    await bench.apply({ kind: 'doc.put', key: `key-public/${toHex(key.publicKey)}`, value: { keyId: 'k9' } });
    const request = bench.request();
    await bench.approvals.open(request);
    await expect(bench.approvals.answer(signApproval(key, request, 'approve'))).rejects.toMatchObject(refused);
  });

  it('not with one key under two names', async () => {
    const twice = [registered(ann, 'approver'), { ...registered(ann, 'approver'), id: 'anna', key: toHex(ann.publicKey).toUpperCase() }];
    await expect(createBench({ keys: twice })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('not with a key that everybody can sign for', async () => {
    // The neutral element: with R the same and S zero, the equation holds for every message.
    const key = `01${'00'.repeat(31)}`;
    const bench = await inChains([{ id: 'nobody', scheme: 'ed25519', key, roles: ['approver'] }]);
    const request = bench.request();
    await bench.approvals.open(request);
    const answer = {
      approvalId: request.id,
      verdict: 'approve',
      approver: 'nobody',
      scheme: 'ed25519',
      signature: key + '00'.repeat(32),
    } as const;
    await expect(bench.approvals.answer(answer)).rejects.toMatchObject({ details: { why: 'signature_wrong' } });
  });
});

describe('time', () => {
  it('that jumps past the end between the yes and its use, on the host or in the store alone, ends it', async () => {
    for (const which of ['host', 'store'] as const) {
      let ahead = 0;
      const late = (store: Store): Store => ({ ...store, now: async () => (await store.now()) + ahead });
      const bench = await createBench({ store: (clock) => late(createMemoryStore({ clock })) });
      const [open, given] = [bench.request(), bench.request()] as const;
      for (const request of [open, given]) await bench.approvals.open(request);
      await bench.approvals.answer(signApproval(ann, given, 'approve'));
      if (which === 'host') bench.clock.advance(60_000);
      else ahead = 60_000;
      expect(await bench.approvals.use(given.id, given), which).toEqual({ ok: false, reason: 'approval_expired' });
      await expect(bench.approvals.answer(signApproval(ann, open, 'approve'))).rejects.toMatchObject({
        details: { reason: 'approval_expired' },
      });
      // Written down as expired, it stays so when the clock goes back.
      ahead = 0;
      expect(await stateOf(bench, open), which).toBe('expired');
    }
  });
});

describe('two processes', () => {
  it('that use one approval at once: one step of them goes through', async () => {
    const bench = await createBench();
    const second = await bench.other();
    const request = bench.request();
    await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, request, 'approve'));
    const uses = await Promise.all(
      [bench, second].flatMap(({ approvals }) => [approvals.use(request.id, request), approvals.use(request.id, request)]),
    );
    const results = await Promise.all(uses.map((use) => bench.apply(...(use.ok ? use.consume : []))));
    expect(uses.every(({ ok }) => ok)).toBe(true);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('of which one changes the registry between the yes and its use', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, request, 'approve'));
    await (await bench.other()).authority.change({ keys: [registered(ann, 'operator'), registered(ben, 'approver')] });
    expect(await bench.approvals.use(request.id, request)).toEqual({ ok: false, reason: 'approval_invalid' });
  });
});
