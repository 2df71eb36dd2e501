import { getAddress, hexToBytes, parseSignature, recoverMessageAddress, recoverTypedDataAddress, toHex, verifyMessage } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { type AgentSignature, createSecurityManager, type SignatureOrder, signApproval, type Wallet } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { outcome } from '../manager/signing/fixture.ts';
import { BOB, CAROL, CHAIN, configOf, fund, type Given, hookedStore, person, registered } from './bench.ts';

const ann = person('ann');
const usd = (whole: number): bigint => BigInt(whole) * 1_000_000n;
let anvil: Anvil;
let token: Deployed;
beforeAll(async () => {
  anvil = await startAnvil();
  token = await deploy(anvil, 'PermitToken', ['USD']);
});
afterAll(async () => {
  await anvil.stop();
});

const PERMIT = [
  { name: 'owner', type: 'address' },
  { name: 'spender', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
] as const;

interface PermitFields {
  readonly owner: string;
  readonly spender: string;
  readonly value: bigint;
  readonly nonce?: bigint;
  readonly deadline: bigint;
}

function permitData({ nonce = 0n, ...fields }: PermitFields) {
  return {
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'version', type: 'string' },
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' },
      ],
      Permit: PERMIT,
    },
    primaryType: 'Permit',
    domain: { name: 'USD', version: '1', chainId: 31_337, verifyingContract: getAddress(token.address) },
    message: { ...fields, nonce },
  } as const;
}

const typed = (data: unknown): SignatureOrder => ({
  kind: 'typed_data',
  json: JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
});

interface Scene extends AsyncDisposable {
  readonly security: ReturnType<typeof createSecurityManager>;
  readonly wallet: Wallet;
  sign(order: SignatureOrder, id?: string): Promise<AgentSignature>;
  /** A second process looks at everything that is open. */
  reconcile(): Promise<void>;
  offsetMs: number;
}

async function open(given: Given = {}): Promise<Scene> {
  const real = systemClock();
  const scene = { offsetMs: 0 };
  const clock = { ...real, nowMs: () => real.nowMs() + scene.offsetMs, monotonicMs: () => real.monotonicMs() + scene.offsetMs };
  const { factory } = hookedStore({}, { clock });
  const config = configOf(anvil, {
    tokens: [{ symbol: 'USD', address: token.address, decimals: 6 }],
    agents: {
      a1: {
        template: 'aggressive',
        capabilities: { transfers: { enabled: true }, approvals: { enabled: true, spenders: [BOB] } },
        limits: { unit: 'ETH', perTransaction: 1, daily: 5, assets: { USD: { perTransaction: 100, daily: 250 } } },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
        signatures: { messages: 'deny', siweDomains: ['app.example'] },
      },
    },
    store: factory,
    clock,
    keys: { encryptionKey: '9a'.repeat(32) },
    ...given,
  });
  const security = createSecurityManager(config);
  const wallet = await security.custody.createWallet('owner', 'a1');
  await fund(anvil, wallet.address);
  await token.send('mint', [wallet.address, usd(1_000)]);
  return Object.assign(scene, {
    security,
    wallet,
    sign: (order: SignatureOrder, id?: string) =>
      security.agent('a1').signOrder({ chain: CHAIN as never, wallet: wallet.account, order, ...(id === undefined ? {} : { id }) }),
    async reconcile() {
      const next = createSecurityManager(config);
      await next.start();
      await next.shutdown(2_000);
    },
    [Symbol.asyncDispose]: async () => void (await security.shutdown(2_000)),
  });
}

const nowS = (): bigint => BigInt(Math.floor(Date.now() / 1_000));

/** Bob's own way to use a permit. */
async function use({ signature }: AgentSignature, { owner, spender, value, deadline }: PermitFields): Promise<void> {
  const { r, s, v } = parseSignature(toHex(signature));
  await token.send('permit', [owner, spender, value, deadline, v, r, s]);
}

describe('permits through the gate, on a chain', () => {
  it('one that is used books its room, stands as an allowance, and is gone once it is revoked', async () => {
    await using scene = await open();
    const { security, wallet, sign, reconcile } = scene;
    const fields = { owner: wallet.address, spender: BOB, value: usd(100), deadline: nowS() + 3_600n };
    const signed = await sign(typed(permitData(fields)), 'permit-1');
    expect(await recoverTypedDataAddress({ ...permitData(fields), signature: toHex(signed.signature) } as never)).toBe(
      getAddress(wallet.address),
    );
    await reconcile();
    const asset = `${CHAIN}/erc20:${token.address.toLowerCase()}`;
    expect((await security.exposure('a1')).assets).toEqual([{ asset, pending: '0', signatures: usd(100).toString(), allowances: '0' }]);
    await use(signed, fields);
    await reconcile();
    const { assets, signatures } = await security.exposure('a1', { live: true });
    expect([assets, signatures]).toEqual([[{ asset, pending: '0', signatures: '0', allowances: usd(100).toString() }], []]);
    await token.send('transferFrom', [wallet.address, CAROL, usd(30)], { from: BOB });
    const { allowances } = await security.exposure('a1', { live: true });
    expect(allowances).toMatchObject([{ amount: usd(100).toString(), live: usd(70).toString(), requestId: 'permit-1' }]);
    // Two permits, then a transfer: all count together, used or not.
    await sign(typed(permitData({ ...fields, nonce: 1n })), 'permit-2');
    const pay = (amount: string) => security.agent('a1').execute({ to: BOB, amount, asset: 'USD' });
    expect((await pay('51')).reasons[0]?.code).toBe('window_limit');
    expect((await pay('50')).status).toBe('success');
    const revoked = await security.agent('a1').execute({ asset: 'USD', spender: BOB, amount: '0' });
    expect(revoked.status, JSON.stringify(revoked.reasons)).toBe('success');
    expect((await security.exposure('a1')).allowances).toEqual([]);
  });

  it('stands beside what transactions hold and grant', async () => {
    await using scene = await open();
    const { security, wallet } = scene;
    const agent = security.agent('a1');
    const spender = `${CHAIN}:${BOB.toLowerCase()}`;
    expect((await agent.execute({ id: 'grant', asset: 'USD', spender: BOB, amount: '40' })).status).toBe('success');
    expect((await agent.authorize({ id: 'held', to: BOB, amount: '10', asset: 'USD' })).approved).toBe(true);
    const report = await security.exposure('a1', { live: true });
    expect(report.allowances).toMatchObject([
      { owner: wallet.account, spender, amount: usd(40).toString(), live: usd(40).toString(), requestId: 'grant' },
    ]);
    expect(report.transactions).toMatchObject([{ requestId: 'held', state: 'held', powers: [] }]);
    const [coin, token] = [...report.assets].sort(
      (left, right) => Number(left.asset.includes('erc20')) - Number(right.asset.includes('erc20')),
    );
    expect(token).toMatchObject({ pending: usd(10).toString(), signatures: '0', allowances: usd(40).toString() });
    expect(BigInt(coin?.pending ?? 0), 'the fee, at its ceiling').toBeGreaterThan(0n);
    expect((await security.getHealth()).exposure).toEqual(report.assets);
    await expect(security.exposure('nobody')).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
    expect((await agent.execute({ id: 'held', to: BOB, amount: '10', asset: 'USD' })).status).toBe('success');
    expect((await security.exposure()).transactions).toEqual([]);
  });

  it('one that expires unused gives its room back by the chain’s clock', async () => {
    await using scene = await open();
    const { security, wallet, sign, reconcile } = scene;
    const deadline = nowS() + 3_600n;
    const fields = { owner: wallet.address, spender: BOB, value: usd(100), deadline };
    const late = await sign(typed(permitData(fields)), 'late');
    await sign(typed(permitData({ ...fields, nonce: 1n })), 'two');
    expect(await outcome(sign(typed(permitData({ ...fields, nonce: 2n })), 'three'))).toBe('REQUEST_DENIED window_limit');
    scene.offsetMs = 7_200_000;
    await reconcile();
    expect((await security.exposure('a1')).signatures, 'the chain still stands before the deadline').toHaveLength(2);
    const snapshot = await anvil.rpc('evm_snapshot', []);
    await anvil.rpc('evm_setNextBlockTimestamp', [Number(deadline) + 120]);
    await anvil.rpc('evm_mine', []);
    await reconcile();
    expect((await security.exposure('a1')).signatures).toEqual([]);
    await expect(use(late, fields)).rejects.toThrow();
    const until = deadline + 7_200n;
    expect(await outcome(sign(typed(permitData({ ...fields, deadline: until })), 'four'))).toBe('signed');
    await anvil.rpc('evm_revert', [snapshot]);
  });

  it('denies what the wallet did not mean: other spenders, other chains, other owners, everything for ever', async () => {
    await using scene = await open();
    const { wallet, sign } = scene;
    const fields = { owner: wallet.address, spender: BOB, value: usd(1), deadline: nowS() + 3_600n };
    const data = permitData(fields);
    const cases: readonly (readonly [unknown, RegExp])[] = [
      // No protocol spends from a bare key: that is a veto before the policy is asked.
      [permitData({ ...fields, spender: CAROL }), /risk_critical/],
      [permitData({ ...fields, spender: data.domain.verifyingContract }), /allowance_not_allowed/],
      [permitData({ ...fields, value: 2n ** 256n - 1n }), /allowance_not_allowed|per_transaction_limit/],
      [permitData({ ...fields, owner: CAROL }), /REQUEST_DENIED/],
      [permitData({ ...fields, deadline: 2n ** 256n - 1n }), /hazard_not_allowed/],
      [permitData({ ...fields, deadline: 1n }), /request_malformed/],
      [{ ...data, domain: { ...data.domain, chainId: 1 } }, /chain_id_mismatch/],
      [{ ...data, domain: { ...data.domain, verifyingContract: CAROL } }, /not_allowed|effect_unknown|limit_missing/],
      [{ ...data, primaryType: 'Mystery', types: { ...data.types, Mystery: PERMIT } }, /REQUEST_DENIED/],
    ];
    for (const [given, reason] of cases)
      expect(
        await outcome(sign(typed(given))),
        JSON.stringify(given, (_k, v) => String(v)),
      ).toMatch(reason);
  });
});

describe('messages through the gate', () => {
  const login = (address: string, domain: string): Uint8Array =>
    new TextEncoder().encode(
      [
        `${domain} wants you to sign in with your Ethereum account:`,
        getAddress(address),
        '',
        'Sign in to the demo.',
        '',
        `URI: https://${domain}/login`,
        'Version: 1',
        'Chain ID: 31337',
        'Nonce: 32891756ab',
        'Issued At: 2026-01-01T00:00:00Z',
      ].join('\n'),
    );

  it('a login on a listed site is signed as wallets sign it, and no other words are', async () => {
    await using scene = await open();
    const { wallet, sign } = scene;
    const bytes = login(wallet.address, 'app.example');
    const { signature } = await sign({ kind: 'message', bytes });
    expect(await recoverMessageAddress({ message: { raw: bytes }, signature: toHex(signature) })).toBe(getAddress(wallet.address));
    const refused = async (given: Uint8Array): Promise<string> => outcome(sign({ kind: 'message', bytes: given }));
    expect(await refused(login(wallet.address, 'evil.example'))).toBe('REQUEST_DENIED message_not_allowed');
    expect(await refused(login(CAROL, 'app.example'))).toMatch(/REQUEST_DENIED/);
    expect(await refused(new TextEncoder().encode('hello'))).toBe('REQUEST_DENIED message_not_allowed');
    expect(await refused(hexToBytes(`0x${'ab'.repeat(32)}`))).toMatch(/REQUEST_DENIED (hazard_not_allowed|effect_unknown)/);
  });

  it('a person’s yes lets one text through', async () => {
    await using scene = await open({
      agents: { a1: { limits: { unit: 'ETH' }, signatures: { messages: 'ask' } } },
      registry: { keys: [registered(ann, 'approver')] },
    });
    const order: SignatureOrder = { kind: 'message', bytes: new TextEncoder().encode('I agree.') };
    expect(await outcome(scene.sign(order, 'one'))).toBe('REQUEST_DENIED approval_required');
    const [record] = await scene.security.approvals.list({ state: 'pending' });
    await scene.security.approvals.answer(signApproval(ann, record?.request as never, 'approve'));
    const { signature } = await scene.sign(order, 'one');
    expect(await verifyMessage({ address: scene.wallet.address as `0x${string}`, message: 'I agree.', signature: toHex(signature) })).toBe(
      true,
    );
  });
});
