import { describe, expect, it } from 'vitest';
import { keccak256, sha256, storeKey, toHex } from '../../src/core/index.ts';
import { seatUserDesk, type UserAsk, type UserChannel, type UserConsent, userKey } from '../../src/custody/index.ts';
import { parseKeyRecord } from '../../src/custody/keys/key-record.ts';
import { SIGNERS } from '../../src/custody/signers/signer.ts';
import { createBench, expectRefused, WALLET } from '../custody/bench.ts';

const SECRET = new Uint8Array(32).fill(7).fill(9, 16);
const OTHER = new Uint8Array(32).fill(3).fill(5, 16);
const PAYLOAD = new Uint8Array([2, 1, 2, 3]);

/** Custody with a key that is a user's, and a user who answers as told. */
async function openUser(algorithm: 'secp256k1' | 'ed25519' = 'secp256k1', tells: 'publicKey' | 'account' = 'publicKey') {
  const bench = await createBench({ seed: `user ${algorithm} ${tells}` });
  const publicKey = toHex(SIGNERS[algorithm].toPublicKey(SECRET));
  const { key, commands } = await userKey(bench.store, {
    keyId: 'user-key',
    algorithm,
    publicKey: tells === 'publicKey' ? publicKey : '',
    account: 'the account',
    createdMs: bench.clock.nowMs(),
  });
  expect((await bench.apply(...commands)).ok).toBe(true);
  const asked: UserAsk[] = [];
  const user = {
    consent: 'yes' as UserConsent,
    answer: (ask: UserAsk): unknown => SIGNERS[algorithm].sign(ask.hash, SECRET),
    silent: undefined as 'late' | 'failed' | undefined,
    controls: (key_: Uint8Array): boolean => toHex(key_) === publicKey,
    there: true,
    approvals: 0,
    signatures: 0,
    whileAsked: async (): Promise<void> => undefined,
  };
  seatUserDesk(bench.custody.keys, {
    async find(ask): Promise<UserChannel | undefined> {
      asked.push(ask);
      if (!user.there) return undefined;
      return {
        async approve() {
          user.approvals += 1;
          await user.whileAsked();
          return user.consent;
        },
        async sign() {
          user.signatures += 1;
          return user.silent ?? { answer: user.answer(ask) };
        },
        controls: (found) => user.controls(found),
      };
    },
  });
  const hold = () => bench.hold(PAYLOAD, { keyId: 'user-key' });
  const sign = (permit: string) => bench.custody.custodian.sign(permit, PAYLOAD);
  return { bench, key, user, asked, hold, sign, publicKey };
}

describe('a key that is the user’s', () => {
  it.each(['secp256k1', 'ed25519'] as const)(
    'signs what the permit is for (%s), and there is nothing of it in the store',
    async (algorithm) => {
      const { bench, key, asked, hold, sign, publicKey } = await openUser(algorithm);
      const held = await hold();
      const signed = await sign(held.permit);
      const hash = algorithm === 'secp256k1' ? keccak256(PAYLOAD) : sha256(PAYLOAD);
      expect(toHex(signed.signature)).toBe(toHex(SIGNERS[algorithm].sign(hash, SECRET)));
      expect([toHex(signed.publicKey), signed.keyId, key.mode]).toEqual([publicKey, 'user-key', 'user']);
      expect(asked[0]).toMatchObject({ agent: held.agent, requestId: held.requestId, wallet: WALLET, keyId: 'user-key' });
      expect([toHex(asked[0]?.payload ?? PAYLOAD), toHex(asked[0]?.hash ?? PAYLOAD)]).toEqual([toHex(PAYLOAD), toHex(hash)]);
      const dump = JSON.stringify(await bench.store.scan('', { limit: 1_000 }));
      expect(dump).toContain('user-key');
      expect(dump).not.toContain(toHex(SECRET));
      expect((await bench.row(held)).state).toBe('redeemed');
    },
  );

  it('of which only the account is known is believed by what it recovers to', async () => {
    const { user, hold, sign, publicKey } = await openUser('secp256k1', 'account');
    expect(toHex((await sign((await hold()).permit)).publicKey)).toBe(publicKey);
    user.controls = () => false;
    await expect(sign((await hold()).permit)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID', details: { flaw: 'another_key' } });
  });

  it('spends no permit where nobody is there, the answer is no, or none comes', async () => {
    const { bench, user, hold, sign } = await openUser();
    const held = await hold();
    user.there = false;
    await expectRefused(bench, sign(held.permit), 'signer_unavailable');
    user.there = true;
    for (const [consent, reason] of [
      ['no', 'approval_rejected'],
      ['late', 'approval_timeout'],
      ['failed', 'signer_unavailable'],
    ] as const) {
      user.consent = consent;
      await expectRefused(bench, sign(held.permit), reason);
      expect((await bench.row(held)).state).toBe('held');
    }
    expect([user.approvals, user.signatures]).toEqual([3, 0]);
    user.consent = 'yes';
    await sign(held.permit);
    expect(user.signatures).toBe(1);
  });

  it('asks nobody about another payload than the permit’s', async () => {
    const { bench, asked, hold } = await openUser();
    const held = await hold();
    await expectRefused(bench, bench.custody.custodian.sign(held.permit, new Uint8Array([9])), 'permit_payload_mismatch');
    expect(asked).toEqual([]);
  });

  it('lets no kill pass that came while the user was asked', async () => {
    const { bench, user, hold, sign } = await openUser();
    const held = await hold();
    const kill = () =>
      bench.apply({ kind: 'halt.set', change: { kind: 'kill', reason: 'test', by: 'test', atMs: bench.clock.nowMs() } as never });
    user.whileAsked = async () => expect((await kill()).ok).toBe(true);
    await expectRefused(bench, sign(held.permit), 'halted');
    expect([user.approvals, user.signatures]).toEqual([1, 0]);
  });

  it.each([
    ['another key', () => SIGNERS.secp256k1.sign(keccak256(PAYLOAD), OTHER), 'another_key'],
    ['another payload', () => SIGNERS.secp256k1.sign(keccak256(new Uint8Array([1])), SECRET), 'another_key'],
    ['another length', () => SIGNERS.secp256k1.sign(keccak256(PAYLOAD), SECRET).subarray(1), 'length'],
    ['another algorithm', () => SIGNERS.ed25519.sign(sha256(PAYLOAD), SECRET), 'length'],
    ['no bytes', () => 'ab'.repeat(65), 'no_signature'],
    ['nothing', () => undefined, 'no_signature'],
    ['zeros', () => new Uint8Array(65), 'not_of_this_payload'],
    ['an odd recovery id', () => SIGNERS.secp256k1.sign(keccak256(PAYLOAD), SECRET).with(64, 3), 'not_of_this_payload'],
  ])('a signature of %s is none, and the request stays redeemed', async (_name, answer, flaw) => {
    const { bench, user, hold, sign } = await openUser();
    const held = await hold();
    const good = user.answer;
    user.answer = answer;
    await expect(sign(held.permit)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID', details: { reason: 'signature_invalid', flaw } });
    expect(await bench.row(held)).toMatchObject({ state: 'redeemed', sealed: null });
    user.answer = good;
    expect((await bench.custody.custodian.resume(held)).signature).toHaveLength(65);
  });

  it('ed25519: a signature of another key or message is none', async () => {
    const { user, hold, sign } = await openUser('ed25519');
    for (const answer of [() => SIGNERS.ed25519.sign(sha256(PAYLOAD), OTHER), () => SIGNERS.ed25519.sign(sha256(SECRET), SECRET)]) {
      user.answer = answer;
      await expect(sign((await hold()).permit)).rejects.toMatchObject({ details: { flaw: 'not_of_this_payload' } });
    }
  });

  it('is asked again by whoever asks for the request, and never by background work', async () => {
    const { bench, user, asked, hold, sign } = await openUser();
    const held = await hold();
    user.silent = 'late';
    await expectRefused(bench, sign(held.permit), 'signature_pending');
    user.silent = undefined;
    const before = asked.length;
    await expectRefused(bench, bench.custody.custodian.resume(held, { asksUsers: false }), 'signature_pending');
    expect(asked.length, 'nobody was looked for').toBe(before);
    expect((await bench.custody.custodian.resume(held)).signature).toHaveLength(65);
    user.answer = () => null;
    await expectRefused(bench, bench.custody.custodian.resume(held), 'approval_rejected');
  });

  it('signs nothing through a key manager that no desk was seated for', async () => {
    const bench = await createBench({ seed: 'no desk' });
    const { commands } = await userKey(bench.store, { keyId: 'u', algorithm: 'secp256k1', publicKey: '', account: 'x', createdMs: 1 });
    await bench.apply(...commands);
    const held = await bench.hold(PAYLOAD, { keyId: 'u' });
    await expectRefused(bench, bench.custody.custodian.sign(held.permit, PAYLOAD), 'signer_unavailable');
  });
});

describe('the record of such a key', () => {
  it('is found again, and is never one of ours', async () => {
    const { bench, key, publicKey } = await openUser();
    const facts = { keyId: 'second', algorithm: 'secp256k1', publicKey, account: 'x', createdMs: 1 } as const;
    expect(await userKey(bench.store, facts)).toEqual({ key, commands: [] });
    await expect(userKey(bench.store, { ...facts, publicKey: bench.key.publicKey })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(userKey(bench.store, { ...facts, algorithm: 'ed25519' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await bench.custody.keys.revokeKey(key.keyId, 'lost');
    await expect(userKey(bench.store, facts)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
  });

  it('holds no secret, or is not read', async () => {
    const { bench, key } = await openUser();
    const [doc] = (await bench.store.get([storeKey.doc(`key/${key.keyId}`)])) as unknown as { value: Record<string, never> }[];
    const record = doc?.value ?? {};
    expect(parseKeyRecord(record as never).mode).toBe('user');
    for (const odd of [
      { ciphertext: 'AAAA' },
      { mode: 'software', publicKey: '' },
      { mode: 'mpc' },
      { mode: 'users' },
      { sharing: { threshold: 2, total: 3, epoch: 1 } },
    ])
      expect(() => parseKeyRecord({ ...record, ...odd } as never), JSON.stringify(odd)).toThrow(/STORE_CORRUPT/);
    expect(await bench.custody.keys.listKeys({ mode: 'user' })).toEqual([key]);
    await expect(bench.custody.keys.rotateKey(key.keyId)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(bench.custody.keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing', mode: 'user' })).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
  });
});
