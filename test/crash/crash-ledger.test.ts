import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChainReader, ledgerFaults } from '../../scripts/scorecard/crash-ledger.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type Command, nativeAssetId, parseChainId, permitId, type RequestRow, type Store, sha256Hex } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

// The judge of the crash bar is judged itself: each kind of wrong must be seen by it.
const NOW = 1_760_000_000_000;
const ASSET = nativeAssetId(parseChainId('eip155:31337'));
const ACCOUNT = `agent:a1|${ASSET}`;
const PAYEE = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
const SENDER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';
const SECRET = '0'.repeat(32);

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(() => anvil.stop());

/** Pays, and answers once it is mined. */
async function pay(wei: bigint): Promise<string> {
  const hash = (await anvil.rpc('eth_sendTransaction', [
    { from: SENDER, to: PAYEE, value: `0x${wei.toString(16)}`, gas: '0x5208' },
  ])) as string;
  for (let look = 0; look < 500; look += 1) {
    if ((await anvil.rpc('eth_getTransactionReceipt', [hash])) !== null) return hash;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the payment was not mined');
}

/** A store in which request `id` of `amount` went as far as `state`, under `hash`. */
async function settled(
  id: string,
  amount: bigint,
  hash: string,
  state: 'redeemed' | 'final',
  store: Store = createMemoryStore({ clock: createManualClock(NOW) }),
): Promise<Store> {
  const digest = sha256Hex(id);
  const permit = {
    secret: SECRET,
    payloadDigest: digest,
    actionDigest: digest,
    keyId: 'k',
    policy: 'none',
    registry: 'none',
    epoch: 0,
    expiresAtMs: NOW + 60_000,
    approvals: [],
    approvalsExpireAtMs: null,
    redeemedBy: null,
  };
  const request: RequestRow = {
    agent: 'a1',
    requestId: id,
    bodyDigest: digest,
    actionDigest: digest,
    payloadDigest: digest,
    decisionId: id,
    logIndex: -1,
    state: 'held',
    wallet: 'eip155:31337:0x1' as RequestRow['wallet'],
    slot: null,
    lines: [{ account: ACCOUNT, amount: String(amount) }],
    feeLines: [],
    feeCeiling: '0',
    payload: null,
    dueMs: NOW + 60_000,
    permit: null,
    sealed: null,
    txHash: null,
    updatedMs: NOW,
  };
  const commands: Command[] = [
    {
      kind: 'ledger.reserve',
      request,
      caps: [{ account: ACCOUNT, windows: [{ windowMs: null, limit: '1000000000000000000000', rule: 'total' }] }],
    },
    { kind: 'permit.issue', agent: 'a1', requestId: id, permit },
    { kind: 'permit.redeem', permitId: permitId('a1', id, SECRET), payloadDigest: digest, keyId: 'k', redeemer: 'r' },
  ];
  if (state === 'final') {
    commands.push({ kind: 'ledger.settle', agent: 'a1', requestId: id, to: 'signed', sealed: 'AAAA', txHash: hash });
    commands.push({ kind: 'ledger.settle', agent: 'a1', requestId: id, to: 'final' });
  }
  const [result] = await store.apply([{ commands }]);
  expect(result).toMatchObject({ ok: true });
  return store;
}

describe('ledgerFaults', () => {
  it('finds nothing where ledger and chain agree, and names each way in which they do not', async () => {
    const hash = await pay(1_000n);
    const reader = createChainReader(anvil);
    await reader.read();
    const paid = reader.of(SENDER);
    const spent = paid.spent.get(hash) as bigint;
    const faults = async (store: Store, ids: readonly string[]): Promise<string> =>
      (await ledgerFaults(store, 'a1', ASSET, paid, ids)).join('; ');

    expect(await faults(await settled('r1', spent, hash, 'final'), ['r1'])).toBe('');
    expect(await faults(await settled('r1', spent + 1n, hash, 'final'), ['r1'])).toContain(
      `booked ${spent + 1n}, the chain shows ${spent}`,
    );
    expect(await faults(await settled('r1', spent, `0x${'1'.repeat(64)}`, 'final'), ['r1'])).toContain('is final and not on the chain');
    expect(await faults(createMemoryStore({ clock: createManualClock(NOW) }), [])).toContain('that no request knows');
    const twoRequests = await settled('r2', 7n, '', 'redeemed', await settled('r1', spent, hash, 'final'));
    expect(await faults(twoRequests, ['r1', 'r2'])).toBe('');
    expect(await faults(twoRequests, ['r1'])).toContain('7 in flight, requests say 0');
  });

  it('sees one amount that was paid twice', async () => {
    const reader = createChainReader(anvil);
    await pay(4_242n);
    await pay(4_242n);
    await reader.read();
    expect(
      (await ledgerFaults(createMemoryStore({ clock: createManualClock(NOW) }), 'a1', ASSET, reader.of(SENDER), [])).join('; '),
    ).toContain('4242 wei was paid 2 times');
  });
});
