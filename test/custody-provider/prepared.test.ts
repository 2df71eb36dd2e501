import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { applyStep, type Command } from '../../src/core/index.ts';
import { openVault } from '../../src/custody/index.ts';
import { checkApprovals, demandOf, partiesOfWallet } from '../../src/manager/custody/check-approvals.ts';
import { type CustodyApproval, keepApproval, readApproval, useApprovals } from '../../src/manager/custody/custody-approval.ts';
import { partiesOf } from '../../src/manager/custody/custody-defaults.ts';
import { checkFresh, openPrepared, type PreparedFacts, preparedDigest, sealPrepared } from '../../src/manager/custody/prepared.ts';
import { parseTransaction, requestFormOf } from '../../src/manager/custody/transaction-input.ts';
import { checkOptionsOf, parseWalletOptions } from '../../src/manager/custody/wallet-options.ts';
import type { WalletRecord } from '../../src/manager/directory.ts';

const ACCOUNT = 'eip155:31337:0x1111111111111111111111111111111111111111' as never;
const FACTS: PreparedFacts = {
  v: 1,
  id: 'prepared-1',
  address: '0x1111111111111111111111111111111111111111',
  account: ACCOUNT,
  chain: 'eip155:31337' as never,
  agentId: 'a1',
  tx: { to: '0x2222222222222222222222222222222222222222', value: '1', data: '' },
  actionDigest: 'ab'.repeat(32) as never,
  feeBound: '1',
  calls: [],
  rendered: 'This transaction: …',
  createdAtMs: 1_000,
  expiresAtMs: 301_000,
};
const WALLET: WalletRecord = {
  account: ACCOUNT,
  chain: 'eip155:31337' as never,
  agent: 'a1' as never,
  user: 'u1',
  keyId: 'k1',
  mode: 'mpc',
  parties: ['user', 'platform', 'backup'],
  threshold: 2,
  path: '',
  createdMs: 1,
};
const vaultOf = async (tenant = 'default', key = 'ab') => {
  const store = createMemoryStore({ clock: systemClock() });
  return { store, vault: await openVault({ store, random: systemRandom(), tenant, encryptionKey: key.repeat(32) }) };
};
const reasonOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return (error as { details?: { reason?: unknown } }).details?.reason;
  }
  return 'nothing thrown';
};

describe('a prepared transaction', () => {
  it('is opened by the vault that sealed it, and by no other tenant or secret', async () => {
    const { vault } = await vaultOf();
    const prepared = sealPrepared(vault, FACTS);
    expect(openPrepared(vault, prepared, ACCOUNT)).toEqual(FACTS);
    for (const other of [(await vaultOf('other')).vault, (await vaultOf('default', 'cd')).vault])
      expect(reasonOf(() => openPrepared(other, prepared, ACCOUNT))).toBe('prepared_altered');
  });

  it('is bound to everything it says: each bit of its seal, and each field', async () => {
    const { vault } = await vaultOf();
    const prepared = sealPrepared(vault, FACTS);
    const bytes = Buffer.from(prepared.seal, 'base64');
    for (let at = 0; at < bytes.length; at += 7) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ 1;
      expect(reasonOf(() => openPrepared(vault, { ...prepared, seal: flipped.toString('base64') }, ACCOUNT))).toBe('prepared_altered');
    }
    for (const field of Object.keys(FACTS))
      expect(
        reasonOf(() => openPrepared(vault, { ...prepared, [field]: 'other' }, ACCOUNT)),
        field,
      ).toBe('prepared_altered');
    const moody = { ...prepared };
    let looks = 0;
    Object.defineProperty(moody, 'rendered', { enumerable: true, get: () => (looks++ === 0 ? FACTS.rendered : 'pays nobody') });
    expect(
      reasonOf(() => openPrepared(vault, moody, ACCOUNT)),
      'a getter answers once, or not at all',
    ).toMatch(/nothing thrown|prepared_altered/);
    expect(
      reasonOf(() =>
        openPrepared(
          vault,
          new Proxy(prepared, {
            ownKeys: () => {
              throw new Error('x');
            },
          }),
          ACCOUNT,
        ),
      ),
    ).toBe('prepared_altered');
  });

  it('lapses at its last moment, not after it', () => {
    expect(reasonOf(() => checkFresh(FACTS, 300_999))).toBe('nothing thrown');
    expect(reasonOf(() => checkFresh(FACTS, 301_000))).toBe('prepared_expired');
  });

  it('becomes the same request each time', () => {
    const form = requestFormOf(FACTS, 'eip155:31337/slip44:60' as never);
    expect(form).toEqual(requestFormOf(structuredClone(FACTS), 'eip155:31337/slip44:60' as never));
    expect(form).toMatchObject({ ok: true, value: { id: 'prepared-1', amount: '1', wallet: ACCOUNT, to: FACTS.tx.to } });
    const call = requestFormOf({ ...FACTS, tx: { ...FACTS.tx, data: '0xdead' } }, 'eip155:31337/slip44:60' as never);
    expect(call).toMatchObject({ ok: true, value: { value: '1', data: '0xdead' } });
    expect(parseTransaction({ to: 'x', value: '1' })).toEqual({ to: 'x', value: '1', data: '' });
  });
});

describe('approvals at rest', () => {
  const approval = (more: Partial<CustodyApproval> = {}): CustodyApproval => ({
    v: 1,
    id: 'approval-1',
    preparedId: FACTS.id,
    preparedDigest: preparedDigest(FACTS),
    account: ACCOUNT,
    agentId: 'a1',
    mode: 'mpc',
    party: 'user',
    state: 'approved',
    approvalId: null,
    rendered: FACTS.rendered,
    createdAtMs: 1_000,
    expiresAtMs: 301_000,
    ...more,
  });
  const open = async () => {
    const { store, vault } = await vaultOf();
    const put = (...commands: readonly Command[]) => applyStep(store, { commands });
    const keep = (more: Partial<CustodyApproval> = {}) => put(keepApproval(vault, approval(more)));
    const check = async (given: unknown, demand = 2, nowMs = 2_000) => {
      try {
        return (await checkApprovals({ store, vault, nowMs }, WALLET, FACTS, given, demand)).length;
      } catch (error) {
        return (error as { details?: { reason?: unknown } }).details?.reason;
      }
    };
    return { store, vault, put, keep, check };
  };

  it('cannot be written into the store by whoever has no vault', async () => {
    const { store, vault, put, keep, check } = await open();
    await keep();
    await keep({ id: 'approval-2', party: 'platform' });
    expect(await check(['approval-1', 'approval-2'])).toBe(2);
    const [row] = (await store.get(['doc/custody-approval/approval-1'])) as unknown as { value: { sealed: string } }[];
    await put({ kind: 'doc.put', key: 'custody-approval/approval-3', value: { sealed: row?.value.sealed ?? '', usedBy: null } });
    expect(await check(['approval-1', 'approval-3']), 'a copy under another id').toBe('approval_unknown');
    await put({
      kind: 'doc.put',
      key: 'custody-approval/approval-4',
      value: { ...approval({ id: 'approval-4', party: 'platform' }), usedBy: null } as never,
    });
    expect(await check(['approval-1', 'approval-4'])).toBe('approval_unknown');
    expect(
      (await readApproval(store, vault, { id: 'approval-1', party: 'platform' })).approval.party,
      'of what is handed in only the id counts',
    ).toBe('user');
  });

  it.each([
    ['another transaction', { preparedDigest: preparedDigest({ ...FACTS, id: 'prepared-2' }) }, 'approval_of_another_transaction'],
    ['another wallet', { account: 'eip155:1:0x1111111111111111111111111111111111111111' as never }, 'approval_of_another_transaction'],
    ['another agent', { agentId: 'a2' }, 'approval_of_another_transaction'],
    ['a party that is none', { party: 'mallory' }, 'party_unknown'],
    ['a no', { state: 'rejected' as const }, 'approval_not_given'],
    ['no answer', { state: 'expired' as const }, 'approval_not_given'],
    ['a question that nobody was asked', { state: 'pending' as const }, 'approval_not_given'],
    ['yesterday', { expiresAtMs: 2_000 }, 'approval_expired'],
  ])('of %s is refused', async (_name, more, reason) => {
    const { keep, check } = await open();
    await keep();
    await keep({ id: 'approval-2', party: 'platform', ...more });
    expect(await check(['approval-1', 'approval-2'])).toBe(reason);
  });

  it('counts different parties, each once', async () => {
    const { keep, check } = await open();
    await keep();
    await keep({ id: 'approval-2' });
    await keep({ id: 'approval-3', party: 'backup' });
    expect(await check(['approval-1', 'approval-1', 'approval-2'])).toBe('parties_too_few');
    expect(await check(['approval-1', 'approval-2', 'approval-3'])).toBe(3);
    expect(await check('approval-1', 1)).toBe(1);
    expect(await check(null, 0)).toBe(0);
  });

  it('is used up for one decision, and by one of two at once', async () => {
    const { store, vault, put, keep } = await open();
    await keep();
    const kept = [await readApproval(store, vault, 'approval-1')];
    const [first, second] = [await useApprovals(store, kept, 'decision-1'), await useApprovals(store, kept, 'decision-2')];
    expect([(await put(...first)).ok, (await put(...second)).ok]).toEqual([true, false]);
    const used = [await readApproval(store, vault, 'approval-1')];
    expect(await useApprovals(store, used, 'decision-1'), 'the same decision needs no second use').toEqual([]);
    await expect(useApprovals(store, used, 'decision-2')).rejects.toMatchObject({ details: { reason: 'approval_used' } });
    await expect(useApprovals(store, kept, 'decision-2')).rejects.toMatchObject({ details: { reason: 'approval_used' } });
  });
});

describe('who must say yes', () => {
  const of = (mode: WalletRecord['mode'], more: Partial<WalletRecord> = {}): WalletRecord => {
    const { parties: _p, threshold: _t, ...rest } = WALLET;
    return { ...rest, mode, ...more };
  };
  it('follows from the wallet and the deployment, the stricter of the two', () => {
    expect(demandOf(WALLET, true)).toBe(2);
    expect(demandOf(of('mpc'), true), 'of parties without names nobody can').toBe(2);
    expect(partiesOfWallet(of('mpc'))).toEqual([]);
    for (const mode of ['software', 'smart-contract'] as const) {
      expect([demandOf(of(mode), true), demandOf(of(mode), false), demandOf(of(mode, { platformManaged: false }), true)]).toEqual([
        0, 1, 1,
      ]);
      expect(partiesOfWallet(of(mode))).toEqual(['user']);
    }
    expect(demandOf(of('non-custodial'), false)).toBe(0);
  });

  it('is taken from the maker first, then from the deployment', () => {
    const names = (sharing: ReturnType<typeof partiesOf>) => [sharing.parties.map(({ id }) => id).join(), sharing.threshold];
    expect(names(partiesOf({}, {}))).toEqual(['party-1,party-2,party-3', 2]);
    expect(names(partiesOf({ parties: ['a', 'b', 'c', 'd', 'e'] }, {}))).toEqual(['a,b,c,d,e', 3]);
    expect(names(partiesOf({ parties: ['a', 'b', 'c'], threshold: 3 }, { threshold: 2 }))).toEqual(['a,b,c', 3]);
    const configured = { parties: [{ id: 'x' }, { id: 'y', endpoint: 'https://y' }], threshold: 2 };
    expect(names(partiesOf({}, configured))).toEqual(['x,y', 2]);
    expect(partiesOf({ parties: ['y', 'z'] }, configured).parties[0]?.endpoint, 'a name that is known is the known party').toBe(
      'https://y',
    );
    expect(names(partiesOf({}, { totalParties: 5, threshold: 4 }))).toEqual(['party-1,party-2,party-3,party-4,party-5', 4]);
  });
});

describe('options of a wallet', () => {
  const problemsOf = (mode: Parameters<typeof checkOptionsOf>[0], options: object): unknown => {
    try {
      checkOptionsOf(mode, parseWalletOptions(options));
    } catch (error) {
      return (error as { details?: { problems?: unknown } }).details?.problems;
    }
    return [];
  };
  it('are refused where the mode would ignore them', () => {
    expect(problemsOf('software', { dailyLimit: '5', parties: ['a', 'b'], chain: 'eip155:1' })).toEqual([
      'dailyLimit: has no meaning for a software wallet',
      'parties: has no meaning for a software wallet',
    ]);
    expect(problemsOf('non-custodial', { keyId: 'k' })).toHaveLength(1);
    expect(problemsOf('mpc', { owner: { address: 'x', signTypedData: async () => '' } })).toHaveLength(1);
    expect(problemsOf('smart-contract', { dailyLimit: '1', allowedOperations: ['transfer'], salt: 's', expiresAtMs: 5 })).toEqual([]);
  });

  it('name every wrong field at once', () => {
    const wrong = problemsOf('mpc', { threshold: 9, parties: ['a'], mode: 'cold', dailyLimit: '1e3', more: 1, signer: {} }) as string[];
    for (const field of ['threshold', 'parties', 'mode', 'dailyLimit', 'more', 'signer']) expect(wrong.join('\n')).toContain(`${field}:`);
    expect(parseWalletOptions({ mode: 'smart_contract_wallet' }).mode).toBe('smart-contract');
    for (const odd of [null, 5, 'x', []]) expect(problemsOf('mpc', odd as never)).not.toEqual([]);
  });
});
