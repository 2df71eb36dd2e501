import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { coSigningOf } from '../../src/adapters/evm/accounts/safe/co-signing.ts';
import { readExec } from '../../src/adapters/evm/accounts/safe/safe-exec.ts';
import { readOrder, withSignatures } from '../../src/adapters/evm/accounts/safe/safe-order.ts';
import { readEnvelope } from '../../src/adapters/evm/envelope.ts';
import type { Action, UnsignedTransaction } from '../../src/core/index.ts';
import { toHex } from '../../src/core/index.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { askSafe, receiptOf, safeData } from '../fixtures/safe-contracts.ts';
import { assetOf, bytes, CHAIN, calling, NATIVE, on, signer } from './chain-fixture.ts';
import { createSafeBench, type Party, type SafeBench } from './safe-bench.ts';

const ETHER = 10n ** 18n;
const PAYEE = '0x00000000000000000000000000000000000c0ffe';
let bench: SafeBench;
let token: Deployed;
let reverter: Deployed;
let snapshot: unknown;
beforeAll(async () => {
  bench = await createSafeBench();
  await bench.fund(bench.safe, 10);
  token = await deploy(bench.anvil, 'PlainToken', ['USD', 6]);
  reverter = await deploy(bench.anvil, 'Reverter');
  await token.send('mint', [bench.safe, 1_000n]);
});
beforeEach(async () => {
  if (snapshot !== undefined) await bench.anvil.rpc('evm_revert', [snapshot]);
  snapshot = await bench.anvil.rpc('evm_snapshot');
});
afterAll(() => bench[Symbol.asyncDispose]());

const pay = (amount = ETHER): Action => ({ kind: 'transfer', asset: NATIVE, amount, to: on(PAYEE) });
const by = (...indexes: readonly (0 | 1 | 2)[]): readonly Party[] => indexes.map((index) => bench.parties[index]);

async function settled(order: UnsignedTransaction, parties: readonly Party[]) {
  const signed = await bench.sign(await bench.complete(order, parties));
  expect((await bench.node.broadcast(signed)).status).toBe('accepted');
  return bench.node.settle(signed, { timeoutMs: 20_000 });
}

/** The sender's signed transaction for an order with whatever stands where signatures should. */
async function forced(order: UnsignedTransaction, signatures: Uint8Array): Promise<string> {
  const payload = withSignatures(readOrder(order.payload), signatures);
  const completed = bench.adapter.codec.adopt(payload, CHAIN, bench.smart.account, undefined, bench.smart);
  return bench.force((await bench.sign(completed)).raw);
}

/** One signature as a Safe takes it. */
async function packed(who: Party, hash: Uint8Array): Promise<Uint8Array> {
  const { signature } = await who.coSign(hash);
  return Uint8Array.from([...signature.subarray(0, 64), 27 + (signature[64] as number)]);
}

describe('a Safe of parties', () => {
  it.each([
    [0, 1],
    [0, 2],
    [2, 1],
  ] as const)('pays coins and tokens by the signatures of %i and %i, tried out before', async (a, b) => {
    const coins = await bench.build(pay());
    const report = await bench.node.simulate(coins, {});
    expect(report).toMatchObject({ success: true, errors: [], warnings: [], coverageLevel: 'deep' });
    expect(report.effects).toMatchObject([
      { kind: 'outflow', account: bench.smart.account, counterparty: on(PAYEE), amount: ETHER },
      { kind: 'inflow', account: on(PAYEE), amount: ETHER },
    ]);
    const paid = await settled(coins, by(a, b));
    expect(paid).toMatchObject({ status: 'final', receipt: { success: true } });
    expect(await bench.balance(PAYEE)).toBe(ETHER);

    const tokens = await bench.build({ kind: 'transfer', asset: assetOf(token.address), amount: 250n, to: on(PAYEE) });
    expect((await bench.node.simulate(tokens, { watch: [assetOf(token.address)] })).errors).toEqual([]);
    expect(await settled(tokens, by(a, b))).toMatchObject({
      status: 'final',
      receipt: {
        success: true,
        effects: [
          { kind: 'fee', account: bench.sender.wallet },
          { kind: 'outflow', account: bench.smart.account, amount: 250n },
        ],
      },
    });
    expect(
      BigInt((await bench.anvil.rpc('eth_call', [{ to: token.address, data: token.data('balanceOf', [PAYEE]) }, 'latest'])) as string),
    ).toBe(250n);
  });

  it('is charged what it sent, and its sender the fee, within what was quoted', async () => {
    const order = await bench.build(pay());
    const before = await bench.balance(bench.sender.address);
    const outcome = await settled(order, by(0, 1));
    if (outcome.status !== 'final') throw new Error(outcome.status);
    const { receipt } = outcome;
    expect(receipt.effects).toMatchObject([
      { kind: 'fee', account: bench.sender.wallet, max: receipt.feePaid },
      { kind: 'outflow', account: bench.smart.account, amount: ETHER },
    ]);
    expect(before - (await bench.balance(bench.sender.address))).toBe(receipt.feePaid);
    expect(Number(receipt.gasUsed)).toBeLessThan(Number(order.fee.params['gas']));
    expect(receipt.feePaid).toBeLessThan(order.fee.ceiling);
  });

  it('signs the very hash that the contract computes', async () => {
    for (const action of [pay(), calling(token.address, token.data('transfer', [PAYEE, 7n]), 3n)]) {
      const order = readOrder((await bench.build(action)).payload);
      const { to, value, data } = order.call;
      const nobody = `0x${'0'.repeat(40)}`;
      const args = [to, value, `0x${toHex(data)}`, 0, 0n, 0n, 0n, nobody, nobody, order.nonce];
      expect(`0x${toHex(coSigningOf((await bench.build(action)).payload).hash)}`).toBe(
        await askSafe(bench.anvil, bench.safe, 'getTransactionHash', args),
      );
    }
  });

  describe('on the chain, with every check of ours left out, reverts', () => {
    it('with one signature, the same one twice, a stranger’s or none', async () => {
      const order = await bench.build(pay());
      const { hash } = coSigningOf(order.payload);
      const [one, stranger] = [await packed(bench.parties[0], hash), await packed(bench.stranger, hash)];
      for (const signatures of [[], [one], [one, one], [one, stranger], [stranger, one], [stranger, stranger]]) {
        expect(await forced(await bench.build(pay()), new Uint8Array(Buffer.concat(signatures)))).toBe('0x0');
        await bench.anvil.rpc('evm_revert', [snapshot]);
        snapshot = await bench.anvil.rpc('evm_snapshot');
      }
      expect(await bench.balance(PAYEE)).toBe(0n);
      const [a, b] = [...by(0, 1)].sort((x, y) => (x.address < y.address ? -1 : 1));
      const good = new Uint8Array(Buffer.concat([await packed(a as Party, hash), await packed(b as Party, hash)]));
      expect(await forced(order, good)).toBe('0x1');
    });

    it('when the sender claims to have approved it, alone or with one party', async () => {
      const order = await bench.build(pay());
      const own = Buffer.concat([Buffer.alloc(12), bytes(bench.sender.address), Buffer.alloc(32), Buffer.of(1)]);
      expect(await forced(order, new Uint8Array(Buffer.concat([own, own])))).toBe('0x0');
      const next = await bench.build(pay());
      const one = await packed(bench.parties[0], coSigningOf(next.payload).hash);
      const pair = bench.sender.address < bench.parties[0].address ? [own, one] : [one, own];
      expect(await forced(next, new Uint8Array(Buffer.concat(pair)))).toBe('0x0');
      expect(await bench.balance(PAYEE)).toBe(0n);
    });

    it('with the signatures of an order that was done already, or of the next one', async () => {
      const order = await bench.build(pay());
      const { attach, hash } = coSigningOf(order.payload);
      const signatures = await Promise.all(by(0, 1).map(({ coSign }) => coSign(hash)));
      const completed = bench.adapter.codec.adopt(attach(signatures), CHAIN, bench.smart.account, undefined, bench.smart);
      expect(await bench.force((await bench.sign(completed)).raw)).toBe('0x1');
      const again = await bench.build(pay());
      const { signatures: used } = readSigned(completed);
      expect(await forced(again, used)).toBe('0x0');
      const ahead = await bench.build(pay(), 1);
      const later = await Promise.all(by(0, 1).map(({ coSign }) => coSign(coSigningOf(ahead.payload).hash)));
      const { signatures: early } = readSigned(
        bench.adapter.codec.adopt(coSigningOf(ahead.payload).attach(later), CHAIN, bench.smart.account, undefined, bench.smart),
      );
      expect(await forced(await bench.build(pay()), early)).toBe('0x0');
      expect(await bench.balance(PAYEE)).toBe(ETHER);
    });

    it('when the amount, the payee, the calldata or the operation was changed after they signed', async () => {
      const order = await bench.build(calling(token.address, token.data('transfer', [PAYEE, 5n])));
      const { signatures } = readSigned(await bench.complete(order, by(0, 1)));
      const nobody = `0x${'0'.repeat(40)}` as const;
      const said: readonly unknown[] = [
        token.address,
        0n,
        token.data('transfer', [PAYEE, 5n]),
        0,
        0n,
        0n,
        0n,
        nobody,
        nobody,
        `0x${toHex(signatures)}`,
      ];
      const tampered = [
        said.with(0, PAYEE),
        said.with(1, 1n),
        said.with(2, token.data('transfer', [PAYEE, 6n])),
        said.with(2, token.data('transfer', [bench.stranger.address, 5n])),
        said.with(3, 1),
        said.with(4, 50_000n),
        said.with(6, 1n),
        said.with(8, bench.stranger.address),
      ];
      const sent = async (args: readonly unknown[]): Promise<string> => {
        const [from] = (await bench.anvil.rpc('eth_accounts')) as readonly string[];
        const hash = await bench.anvil.rpc('eth_sendTransaction', [
          { from, to: bench.safe, data: safeData('execTransaction', args), gas: '0x7a120' },
        ]);
        return (await receiptOf(bench.anvil, hash)).status;
      };
      for (const args of tampered) expect(await sent(args), JSON.stringify(args.map(String))).toBe('0x0');
      expect(await sent(said)).toBe('0x1');
    });
  });

  it('does two orders one after the other that were written at once', async () => {
    const [first, second] = [await bench.build(pay()), await bench.build(pay(2n * ETHER), 1)];
    expect((await bench.node.simulate(second, {})).errors).toEqual([]);
    expect((await bench.node.simulate(second, {})).caveats).toContain('earlier_transactions_pending');
    expect(await settled(first, by(0, 1))).toMatchObject({ receipt: { success: true } });
    expect((await bench.node.simulate(second, {})).errors).toEqual([]);
    expect(await settled(second, by(1, 2))).toMatchObject({ receipt: { success: true } });
    expect(await bench.balance(PAYEE)).toBe(3n * ETHER);
  });

  it('finds out an order behind one that failed, which then fails too; both count as spent', async () => {
    const first = await bench.build(calling(reverter.address, reverter.data('silently')));
    const second = await bench.build(pay(), 1);
    const failed = await settled(first, by(0, 1));
    expect(failed).toMatchObject({ status: 'final', receipt: { success: false, partial: true } });
    const report = await bench.node.simulate(second, {});
    expect(report).toMatchObject({ success: false });
    expect(report.errors).toContain('order_out_of_place');
    expect(await settled(second, by(0, 1))).toMatchObject({ receipt: { success: false, partial: true } });
    expect(await bench.balance(PAYEE)).toBe(0n);
    expect(await settled(await bench.build(pay()), by(0, 2))).toMatchObject({ receipt: { success: true } });
  });

  it('may have a payment that failed sent by anybody later: hence it counts as spent', async () => {
    await bench.fund(bench.safe, 0);
    const order = await bench.build(pay());
    const completed = await bench.complete(order, by(0, 1));
    const signed = await bench.sign(completed);
    await bench.node.broadcast(signed);
    expect(await bench.node.settle(signed, { timeoutMs: 20_000 })).toMatchObject({
      status: 'final',
      receipt: { success: false, partial: true },
    });
    await bench.fund(bench.safe, 10);
    const { data } = readSigned(completed);
    const hash = await bench.anvil.rpc('eth_sendTransaction', [{ from: signer(8).address, to: bench.safe, data: `0x${toHex(data)}` }]);
    expect(await receiptOf(bench.anvil, hash)).toMatchObject({ status: '0x1' });
    expect(await bench.balance(PAYEE)).toBe(ETHER);
  });

  it('finds out that somebody else’s order came between', async () => {
    const order = await bench.build(pay());
    const other = await bench.complete(await bench.build(pay(5n)), by(1, 2));
    const foreign = { from: signer(8).address, to: bench.safe, data: `0x${toHex(readSigned(other).data)}` };
    expect(await receiptOf(bench.anvil, await bench.anvil.rpc('eth_sendTransaction', [foreign]))).toMatchObject({ status: '0x1' });
    expect((await bench.node.simulate(order, {})).errors).toContain('order_out_of_place');
    expect((await bench.node.simulate(await bench.build(pay()), {})).errors).toEqual([]);
  });

  it('finds out that its owners or their number are others on the chain', async () => {
    const [first, second] = [bench.parties[0].address, bench.parties[1].address];
    for (const change of [
      safeData('addOwnerWithThreshold', [bench.stranger.address, 3n]),
      safeData('removeOwner', [previousOwner(first), first, 2n]),
      safeData('swapOwner', [previousOwner(second), second, bench.stranger.address]),
    ]) {
      const order = await bench.build(calling(bench.safe, change));
      expect(await forcedBy(order)).toBe('0x1');
      const reports = await bench.node.simulate(await bench.build(pay()), {});
      expect(reports.success).toBe(false);
      expect(reports.errors.join()).toMatch(/reverted: .*GS02/);
      await bench.anvil.rpc('evm_revert', [snapshot]);
      snapshot = await bench.anvil.rpc('evm_snapshot');
    }
  });

  it('says that the sender cannot pay, or the Safe has too little', async () => {
    await bench.fund(bench.sender.address, 0);
    expect((await bench.node.simulate(await bench.build(pay()), {})).errors).toContain('sender_insufficient_funds');
    await bench.fund(bench.sender.address, 10);
    expect((await bench.node.simulate(await bench.build(pay(11n * ETHER)), {})).errors).toContain('insufficient_funds');
  });
});

/** What the sender's transaction carries. */
function readSigned({ payload }: UnsignedTransaction): { readonly data: Uint8Array; readonly signatures: Uint8Array } {
  const { data } = readEnvelope(payload);
  const exec = readExec(data);
  if (exec === null) throw new Error('no execTransaction');
  return { data, signatures: exec.signatures };
}

/** Owner before this one in the Safe's own list. */
function previousOwner(owner: string): string {
  const sorted = bench.parties.map(({ address }) => address as string).sort();
  return sorted[sorted.indexOf(owner) - 1] ?? '0x0000000000000000000000000000000000000001';
}

async function forcedBy(order: UnsignedTransaction): Promise<string> {
  return bench.force((await bench.sign(await bench.complete(order, by(0, 2)))).raw);
}
