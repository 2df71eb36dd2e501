import { hashMessage, keccak256, parseSignature, serializeCompactSignature, signatureToCompactSignature } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { approvalTypedData } from '../../../src/adapters/evm/approval-verifier.ts';
import { signApproval } from '../../../src/approvals/index.ts';
import { type ApprovalAnswer, type ApprovalRequest, approvalDigest, type RegisteredKey } from '../../../src/core/index.ts';
import { type Bench, createBench, person, registered } from '../../approvals/bench.ts';

const eve = privateKeyToAccount(`0x${'42'.repeat(32)}`);
const ann = person('ann');
const keys: RegisteredKey[] = [{ id: 'eve', scheme: 'eip712', key: eve.address, roles: ['approver'] }, registered(ann, 'approver')];
const bare = (hex: string) => hex.replace(/^0x/, '');
const byEve = (request: ApprovalRequest, signature: string): ApprovalAnswer => ({
  approvalId: request.id,
  verdict: 'approve',
  approver: 'eve',
  scheme: 'eip712',
  signature: bare(signature),
});
async function asked(over: Partial<ApprovalRequest> = {}, given = keys): Promise<{ bench: Bench; request: ApprovalRequest }> {
  const bench = await createBench({ keys: given });
  const request = bench.request(over);
  await bench.approvals.open(request);
  return { bench, request };
}
async function refused(bench: Bench, answer: ApprovalAnswer, name: string) {
  await expect(bench.approvals.answer(answer), name).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
  expect((await bench.approvals.get(answer.approvalId))?.state, name).toBe('pending');
}

describe('an EVM key', () => {
  it('signs for no other domain: another chain, contract, name, version, salt or type', async () => {
    const { bench, request } = await asked();
    const data = approvalTypedData(request, 'approve');
    const domains = [
      { ...data.domain, chainId: 1 },
      { ...data.domain, chainId: 31_337 },
      { ...data.domain, verifyingContract: eve.address },
      { ...data.domain, name: 'Castellan' },
      { ...data.domain, version: '2' },
      { ...data.domain, salt: `0x${'00'.repeat(32)}` as const },
      { name: 'castellan' },
      {},
    ];
    for (const domain of domains)
      await refused(bench, byEve(request, await eve.signTypedData({ ...data, domain } as typeof data)), JSON.stringify(domain));
    const digest = `0x${approvalDigest(request, 'approve')}` as const;
    await refused(bench, byEve(request, await eve.signMessage({ message: { raw: digest } })), 'a personal message');
    await refused(bench, byEve(request, await eve.sign({ hash: digest })), 'the digest itself');
    await refused(bench, byEve(request, await eve.sign({ hash: keccak256(digest) })), 'its hash');
    await refused(bench, byEve(request, await eve.sign({ hash: hashMessage(request.rendered) })), 'the text');
    expect((await bench.approvals.answer(byEve(request, await eve.signTypedData(data)))).state).toBe('approved');
  });

  it('has one form of signature: not 64 bytes, not wrapped, no other recovery id, no zero, nothing behind it', async () => {
    const { bench, request } = await asked();
    const good = await eve.signTypedData(approvalTypedData(request, 'approve'));
    const [rs, v] = [good.slice(2, 130), good.slice(130)];
    const odd: Record<string, string> = {
      compact: serializeCompactSignature(signatureToCompactSignature(parseSignature(good))),
      'recovery id 2': `${rs}02`,
      'recovery id 29': `${rs}1d`,
      'of EIP-155': `${rs}25`,
      'the other parity': `${rs}${v === '1b' ? '1c' : '1b'}`,
      'r zero': `${'00'.repeat(32)}${rs.slice(64)}${v}`,
      's zero': `${rs.slice(0, 64)}${'00'.repeat(32)}${v}`,
      'r of the order': `fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141${rs.slice(64)}${v}`,
      'one more byte': `${rs}${v}00`,
      'wrapped as EIP-6492': `${rs}${v}${'64926492'.repeat(8)}`,
      'with 0x': good,
      base64: Buffer.from(rs + v, 'hex').toString('base64'),
      nothing: '',
    };
    for (const [name, signature] of Object.entries(odd))
      await refused(bench, { ...byEve(request, ''), signature: name === 'with 0x' ? signature : bare(signature) }, name);
    // A yes of the same key in its two spellings, capitals or not, is one.
    const twice = await asked({ quorum: { approver: 2 } });
    const own = bare(await eve.signTypedData(approvalTypedData(twice.request, 'approve')));
    for (const spelling of [own, `${own.slice(0, 128)}${own.endsWith('1b') ? '00' : '01'}`, own.toUpperCase()])
      expect((await twice.bench.approvals.answer(byEve(twice.request, spelling))).state).toBe('pending');
    expect((await twice.bench.approvals.get(twice.request.id))?.answers).toHaveLength(1);
  });

  it('that owns a contract signs not for the contract: no chain is asked whether it agrees', async () => {
    const account = { id: 'safe', scheme: 'eip712', key: `0x${'5a'.repeat(20)}`, roles: ['approver'] } as const;
    const { bench, request } = await asked({}, [account, registered(ann, 'approver')]);
    const signature = await eve.signTypedData(approvalTypedData(request, 'approve'));
    await refused(bench, { ...byEve(request, signature), approver: 'safe' }, 'EIP-1271');
  });
});

describe('an Ed25519 key', () => {
  const ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const little = (hex: string) => BigInt(`0x${Buffer.from(hex, 'hex').reverse().toString('hex')}`);
  const toLittle = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex');

  it('has one form of signature: S below the order, 64 bytes, hex', async () => {
    const { bench, request } = await asked();
    const good = signApproval(ann, request, 'approve');
    const [r, s] = [good.signature.slice(0, 64), good.signature.slice(64)];
    const odd: Record<string, string> = {
      'S and the order': r + toLittle(little(s) + ORDER),
      'S and eight times the order': r + toLittle((little(s) + 8n * ORDER) % 2n ** 256n),
      'S zero': r + '00'.repeat(32),
      'R in a second spelling': `${'ff'.repeat(31)}7f${s}`,
      'R with another sign': `${r.slice(0, 62)}${(Number.parseInt(r.slice(62), 16) ^ 0x80).toString(16).padStart(2, '0')}${s}`,
      'one byte less': good.signature.slice(2),
      'one byte more': `${good.signature}00`,
      'with 0x': `0x${good.signature}`,
      base64: Buffer.from(good.signature, 'hex').toString('base64'),
    };
    for (const [name, signature] of Object.entries(odd)) await refused(bench, { ...good, signature }, name);
    expect((await bench.approvals.answer({ ...good, signature: good.signature.toUpperCase() })).state).toBe('approved');
  });

  it.each(['base64', 'base64url', 'utf8', 'with 0x', 'with a blank', 'as DER', 'one digit less'])(
    'is registered as 64 hex digits and in no other form, in which it could stand twice: %s',
    async (form) => {
      const raw = Buffer.from(ann.publicKey);
      const forms: Record<string, string> = {
        ...{ base64: raw.toString('base64'), base64url: raw.toString('base64url'), utf8: raw.toString('utf8') },
        ...{ 'with 0x': `0x${raw.toString('hex')}`, 'with a blank': `${raw.toString('hex')} ` },
        ...{ 'as DER': `302a300506032b6570032100${raw.toString('hex')}`, 'one digit less': raw.toString('hex').slice(1) },
      };
      const again = { id: 'anna', scheme: 'ed25519', key: forms[form] ?? '', roles: ['approver'] } as const;
      await expect(createBench({ keys: [registered(ann, 'approver'), again] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    },
  );
});
