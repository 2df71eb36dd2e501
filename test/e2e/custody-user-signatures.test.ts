import { parseTransaction } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/core/digest.ts';
import { type RequestRow, type Store, storeKey } from '../../src/core/store.ts';
import type { SigningOrder, UserSigner } from '../../src/core/user-signer.ts';
import { toUserSigner } from '../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { balanceOf, stranger } from './bench.ts';
import { openUserBench, type UserBench } from './custody-user-bench.ts';

const UNIT = 10n ** 15n;
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

const rowOf = async (store: Store, id: string): Promise<RequestRow> =>
  (await store.get([storeKey.request('a1', id)]))[0] as unknown as RequestRow;
const pay = (id: string, to: string) => ({ id, to, amount: '0.001', asset: 'ETH' });

describe('what a signer answers is believed only once it is checked', () => {
  const account = privateKeyToAccount(generatePrivateKey());
  const good = toUserSigner(account);
  const stranger1 = toUserSigner(privateKeyToAccount(generatePrivateKey()));
  let given: (order: SigningOrder, signal: AbortSignal) => Promise<unknown>;
  let asked = 0;
  const signer: UserSigner = {
    ...good,
    sign: async (order, { signal }) => {
      asked += 1;
      return given(order, signal) as Promise<Uint8Array>;
    },
  };
  const own = (order: SigningOrder, signal: AbortSignal) => good.sign(order, { signal }) as Promise<Uint8Array>;
  let bench: UserBench;
  let paid = 0;
  const to = stranger();
  beforeAll(async () => {
    bench = await openUserBench(anvil, signer, {
      custody: { signerTimeoutMs: 300 },
      execution: { settleTimeoutMs: 5_000, reconcileMs: 40 },
    });
    await bench.security.start();
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });
  /** The refused request keeps its place: it is completed before the next case begins. */
  async function complete(id: string): Promise<void> {
    given = own;
    expect((await bench.security.agent('a1').execute(pay(id, to))).status).toBe('success');
    paid += 1;
    expect(await balanceOf(anvil, to)).toBe(UNIT * BigInt(paid));
  }

  it.each([
    ['a signature of another key', async (order: SigningOrder, signal: AbortSignal) => stranger1.sign(order, { signal })],
    [
      'a signature of another payload',
      async (order: SigningOrder, signal: AbortSignal) => {
        const payload = Uint8Array.from(order.payload);
        const at = Buffer.from(payload).indexOf(Buffer.from(to.slice(2), 'hex'));
        payload[at] = (payload[at] as number) ^ 1;
        return good.sign({ ...order, payload }, { signal });
      },
    ],
    ['64 bytes', async (order: SigningOrder, signal: AbortSignal) => (await own(order, signal)).subarray(0, 64)],
    ['66 bytes', async (order: SigningOrder, signal: AbortSignal) => Uint8Array.from([...(await own(order, signal)), 0])],
    ['no bytes at all', async () => undefined],
    ['hex text', async (order: SigningOrder, signal: AbortSignal) => toHex(await own(order, signal))],
    ['zeros', async () => new Uint8Array(65)],
    [
      'an odd recovery id',
      async (order: SigningOrder, signal: AbortSignal) => Uint8Array.from([...(await own(order, signal)).subarray(0, 64), 2]),
    ],
    [
      'the other half of the curve',
      async (order: SigningOrder, signal: AbortSignal) => {
        const bytes = Uint8Array.from(await own(order, signal));
        const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
        const high = n - BigInt(`0x${toHex(bytes.subarray(32, 64))}`);
        bytes.set(fromHex(high.toString(16).padStart(64, '0')), 32);
        bytes[64] = (bytes[64] as number) ^ 1;
        return bytes;
      },
    ],
  ])('%s', async (name, answer) => {
    const id = `wrong-${name.replaceAll(' ', '-')}`;
    given = answer;
    const refused = await bench.security.agent('a1').execute(pay(id, to));
    expect([refused.status, refused.reasons[0]?.code, refused.txHash]).toEqual(['execution_failed', 'signature_invalid', undefined]);
    const row = await rowOf(bench.store, id);
    expect([row.state, row.sealed, row.txHash]).toEqual(['redeemed', null, null]);
    await complete(id);
  });

  it('takes the older spelling of the recovery id', async () => {
    given = async (order, signal) => {
      const bytes = Uint8Array.from(await own(order, signal));
      bytes[64] = (bytes[64] as number) + 27;
      return bytes;
    };
    expect((await bench.security.agent('a1').execute(pay('older', to))).status).toBe('success');
    paid += 1;
  });

  it('the order that a signer gets is a copy: changing it changes nothing', async () => {
    given = async (order, signal) => {
      const signature = await own(order, signal);
      order.payload.fill(0);
      order.hash.fill(0);
      return signature;
    };
    expect((await bench.security.agent('a1').execute(pay('copy', to))).status).toBe('success');
    paid += 1;
  });

  it('no answer leaves it redeemed; only the same id asks again, and never the background work', async () => {
    given = () => new Promise(() => undefined);
    asked = 0;
    const silent = await bench.security.agent('a1').execute(pay('silent', to));
    expect([silent.status, silent.reasons[0]?.code, silent.pending]).toEqual(['approval_pending', 'signature_pending', true]);
    expect((await rowOf(bench.store, 'silent')).state).toBe('redeemed');
    given = own;
    const security = await bench.restart();
    await security.start();
    await security.custody.connectSigner(bench.wallet.address, signer);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([asked, (await rowOf(bench.store, 'silent')).state]).toEqual([1, 'redeemed']);
    await complete('silent');
    expect(asked).toBe(2);
  });

  it('null is a no for good: room and place are given back, and the user is not asked again', async () => {
    given = async () => null;
    asked = 0;
    const before = await rowOf(bench.store, 'copy');
    const no = await bench.security.agent('a1').execute(pay('null', to));
    expect([no.status, no.reasons[0]?.code, no.pending]).toEqual(['approval_rejected', 'approval_rejected', false]);
    expect((await rowOf(bench.store, 'null')).state).toBe('released');
    given = own;
    expect((await bench.security.agent('a1').execute(pay('null', to))).status).toBe('approval_rejected');
    expect(asked).toBe(1);
    await complete('next');
    expect((await rowOf(bench.store, 'next')).slot).toBe((await rowOf(bench.store, 'null')).slot);
    expect((await rowOf(bench.store, 'next')).slot).toBeGreaterThan(before.slot as number);
    const health = await bench.security.getHealth();
    expect(health.killSwitch).toBe('inactive');
  });

  it('bytes that the user sends after a no stop everything: the chain is ahead of us', async () => {
    let order: SigningOrder | undefined;
    given = async (asking) => {
      order = asking;
      return null;
    };
    expect((await bench.security.agent('a1').execute(pay('behind', to))).status).toBe('approval_rejected');
    const raw = await account.signTransaction(parseTransaction(`0x${toHex(order?.payload as Uint8Array)}`) as never);
    await anvil.rpc('eth_sendRawTransaction', [raw]);
    await anvil.rpc('anvil_mine', ['0x1']);
    given = own;
    const next = await bench.security.agent('a1').execute(pay('stopped', to));
    expect(next.reasons[0]?.code).toBe('halted');
    expect((await bench.security.getHealth()).killSwitch).toBe('active');
  });
});
