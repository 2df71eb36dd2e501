import { Address, beginCell, Cell } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { readAccount } from '../../src/adapters/ton/account-state.ts';
import { readHead } from '../../src/adapters/ton/block.ts';
import { createTonClient } from '../../src/adapters/ton/client.ts';
import { readOptions } from '../../src/adapters/ton/config.ts';
import { findInHistory } from '../../src/adapters/ton/landing.ts';
import { isCastellanError, type SettlementStatus, type SignedTransaction } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { refuser } from '../fixtures/ton-contracts.ts';
import { deployTon, rawWallet } from '../fixtures/ton-deploy.ts';
import { lyingEndpoint, type Question, Raw } from './endpoint-fixture.ts';
import { CHAIN, type Connection, connect, idOf, type Owner, pay, rawOf } from './node-scene.ts';

type Json = Record<string, unknown>;
type Lie = (question: Question, result: Json) => unknown;

const COIN = 1_000_000_000n;
const shop = idOf(new Address(0, Buffer.alloc(32, 0x5e)));

let chain: TonDevChain;
let on: Connection;
let alice: Owner;
let landed: SignedTransaction;
let bounced: SignedTransaction;
let dropped: SignedTransaction;

beforeAll(async () => {
  chain = await startTonDevChain();
  const bank = await rawWallet(chain, 'bank', 100n * COIN);
  const wall = await refuser(1);
  await deployTon(bank, [wall]);
  on = connect(chain.url);
  alice = on.owner('alice');
  await chain.fund(rawOf(alice.wallet), 50n * COIN);
  landed = await on.order(alice, pay(shop, COIN));
  await on.node.broadcast(landed);
  await on.node.broadcast(await on.order(alice, pay(shop, 2n * COIN)));
  bounced = await on.order(alice, pay(idOf(wall.address), COIN));
  await on.node.broadcast(bounced);
  dropped = await on.order(alice, pay(shop, 2n * COIN));
  chain.dropNext(1);
  await on.node.broadcast(dropped);
});
afterAll(async () => {
  await on.node.close();
  await chain.close();
});

/** What one look through a lying endpoint says: a status, or the reason of an error. */
async function seen(signed: SignedTransaction, lie: Lie, options: object = {}): Promise<string> {
  await using liar = await lyingEndpoint(chain.url, lie);
  const { node } = connect(liar.url, options);
  try {
    const status: SettlementStatus = await node.status(signed);
    return status.status === 'final' ? `final ${status.receipt.success}` : status.status;
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return [error.code, error.details['reason']].join(' ');
  } finally {
    await node.close();
  }
}

const only =
  (method: string, change: (result: Json, question: Question) => unknown): Lie =>
  (question, result) =>
    question.method === method ? change(result, question) : undefined;

/** The wallet’s account with another seqno in its data. */
const withSeqno = (seqno: number): Lie =>
  only('getAddressInformation', (account, { params }) => {
    if (params['address'] !== rawOf(alice.wallet)) return undefined;
    const slice = Cell.fromBase64(String(account['data'])).beginParse();
    const allowed = slice.loadBit();
    slice.loadUint(32);
    const data = beginCell().storeBit(allowed).storeUint(seqno, 32).storeSlice(slice).endCell();
    return { ...account, data: data.toBoc().toString('base64') };
  });

const swapped = (one: unknown, data: unknown): Json => ({ ...(one as Json), data });

describe('the truth', () => {
  it('is told for comparison', async () => {
    const honest: Lie = () => undefined;
    expect(await seen(landed, honest)).toBe('final true');
    expect(await seen(bounced, honest)).toBe('final false');
    expect(await seen(dropped, honest)).toBe('pending');
  });
});

describe('a payment that landed is not unmade', () => {
  it('by a seqno that goes back', async () => {
    expect(await seen(landed, withSeqno(0))).toBe('pending');
    expect(await seen(bounced, withSeqno(0))).toBe('pending');
  });

  it('by a history that leaves it out', async () => {
    const lie = only('getTransactions', (result) => (result as unknown as unknown[]).slice(1));
    expect(await seen(landed, lie)).toBe('CHAIN_RESPONSE_INVALID hash_mismatch');
    expect(await seen(bounced, lie)).toBe('CHAIN_RESPONSE_INVALID hash_mismatch');
  });

  it('by a history that ends early', async () => {
    expect(
      await seen(
        landed,
        only('getTransactions', () => []),
      ),
    ).toBe('CHAIN_RESPONSE_INVALID transaction_missing');
  });

  it('by a state without a history', async () => {
    const zero = { lt: '0', hash: '' };
    expect(
      await seen(
        landed,
        only('getAddressInformation', (account) => ({ ...account, last_transaction_id: zero })),
      ),
    ).toBe('pending');
  });

  it('by transactions in another order or with other contents', async () => {
    const reversed = only('getTransactions', (result) => (result as unknown as unknown[]).toReversed());
    expect(await seen(landed, reversed)).toBe('CHAIN_RESPONSE_INVALID hash_mismatch');
    const copied = only('getTransactions', (result) => {
      const list = result as unknown as Json[];
      return list.map((entry) => swapped(entry, list[0]?.['data']));
    });
    expect(await seen(landed, copied)).toBe('CHAIN_RESPONSE_INVALID hash_mismatch');
    const renamed = only('getTransactions', (result) => {
      const list = result as unknown as Json[];
      return list.map((entry) => ({ ...entry, transaction_id: list[0]?.['transaction_id'] }));
    });
    expect(await seen(landed, renamed)).toBe('CHAIN_RESPONSE_INVALID hash_mismatch');
  });

  it('by the decorations around its cells, which nobody reads', async () => {
    const lie = only('getTransactions', (result) =>
      (result as unknown as Json[]).map((entry) => ({
        ...entry,
        in_msg: { source: 'nobody', value: '-1' },
        out_msgs: [],
        fee: 'free',
        utime: 0,
      })),
    );
    expect(await seen(landed, lie)).toBe('final true');
  });
});

describe('a payment that bounced is no success', () => {
  it('where another transaction is shown for the delivery', async () => {
    const good = await fetch(chain.url, {
      method: 'POST',
      body: JSON.stringify({ id: '1', jsonrpc: '2.0', method: 'getTransactions', params: { address: rawOf(shop), limit: 1 } }),
    });
    const { result } = (await good.json()) as { readonly result: readonly Json[] };
    const lie = only('tryLocateResultTx', () => result[0]);
    expect(await seen(bounced, lie)).toBe('CHAIN_RESPONSE_INVALID another_account');
    // Not even where it is one of the same receiver.
    expect(await seen(landed, lie)).toBe('CHAIN_RESPONSE_INVALID another_message');
  });

  it('where the delivery is said not to have been', async () => {
    const lie = only('tryLocateResultTx', () => new Raw({ ok: false, error: 'Tx not found', code: 500 }, 500));
    // The receivers' own histories show it all the same.
    expect(await seen(bounced, lie)).toBe('final false');
    expect(await seen(landed, lie)).toBe('final true');
    const blind: Lie = (question, result) => {
      if (question.method === 'tryLocateResultTx') return new Raw({ ok: false, error: 'Tx not found', code: 500 }, 500);
      if (question.method !== 'getAddressInformation' || question.params['address'] === rawOf(alice.wallet)) return undefined;
      return { ...result, state: 'uninitialized', code: '', data: '', last_transaction_id: { lt: '0', hash: '' } };
    };
    expect(await seen(bounced, blind)).toBe('included');
    expect(await seen(landed, blind)).toBe('included');
  });

  it('where the delivery is of a time that the head has not reached', async () => {
    const head = await on.node.head();
    const lie = only('getBlockHeader', (block) => ({ ...block, gen_utime: Math.floor(head.timestampMs / 1_000) - 3_000 }));
    expect(await seen(bounced, lie)).toBe('included');
  });
});

describe('a payment that has not landed', () => {
  it('is not replaced by a seqno alone', async () => {
    expect(await seen(dropped, withSeqno(dropped.slot + 1))).toBe('pending');
  });

  it('is not replaced by an order that the wallet’s key did not sign', async () => {
    // Another wallet with a key of its own, whose history is passed off as ours.
    const mallory = on.owner('mallory');
    await chain.fund(rawOf(mallory.wallet), 5n * COIN);
    for (let sent = 0; sent <= dropped.slot; sent += 1) {
      const { status } = await on.node.broadcast(await on.order(mallory, pay(shop, 1n)));
      expect(status).toBe('accepted');
    }
    const passedOff: Lie = async (question, result) => {
      if (question.params['address'] !== rawOf(alice.wallet)) return undefined;
      const response = await fetch(chain.url, {
        method: 'POST',
        body: JSON.stringify({ ...question, params: { ...question.params, address: rawOf(mallory.wallet) } }),
      });
      const other = ((await response.json()) as { readonly result: Json }).result;
      if (question.method !== 'getAddressInformation') return other;
      // Our key stays in the data, for only with it this is our wallet.
      const seqno = Cell.fromBase64(String(other['data'])).beginParse().skip(1).loadUint(32);
      return { ...(withSeqno(seqno)(question, result) as Json), last_transaction_id: other['last_transaction_id'] };
    };
    expect(await seen(dropped, passedOff)).toMatch(/another_account/);
    const forKey: Lie = async (question, result) => {
      const other = (await passedOff(question, result)) as Json | undefined;
      return question.method === 'getAddressInformation' && other !== undefined ? { ...result, data: other['data'] } : undefined;
    };
    expect(await seen(dropped, forKey)).toBe('pending');
    const otherKey = only('getAddressInformation', (account, { params }) => {
      if (params['address'] !== rawOf(alice.wallet)) return undefined;
      const slice = Cell.fromBase64(String(account['data'])).beginParse();
      const data = beginCell().storeBits(slice.loadBits(65)).storeBuffer(mallory.keys.publicKey).storeBit(false).endCell();
      return { ...account, data: data.toBoc().toString('base64') };
    });
    expect(await seen(dropped, otherKey)).toBe('CHAIN_RESPONSE_INVALID public_key_mismatch');
  });

  it('does not expire by a time that the host’s clock denies', async () => {
    const later = only('getBlockHeader', (block) => ({ ...block, gen_utime: Number(block['gen_utime']) + 3_000 }));
    expect(await seen(dropped, later, { maxClockSkewMs: 120_000 })).toBe('CHAIN_RESPONSE_INVALID clock_skew');
  });

  it('does not expire by the masterchain’s time while its own shard lags behind', async () => {
    const lie = only('getBlockHeader', (block, { params }) =>
      params['workchain'] === -1 ? { ...block, gen_utime: Number(block['gen_utime']) + 3_000 } : undefined,
    );
    expect(await seen(dropped, lie)).toBe('pending');
  });

  it('does not expire by a shard that is not its own', async () => {
    const later: Lie = (question, result) => {
      if (question.method === 'getBlockHeader') return { ...result, gen_utime: Number(result['gen_utime']) + 3_000 };
      if (question.method !== 'shards') return undefined;
      const [whole] = result['shards'] as readonly Json[];
      // The half that the account is not in.
      const low = BigInt(`0x${rawOf(alice.wallet).slice(2, 4)}`) < 128n;
      return { shards: [{ ...whole, shard: low ? '-4611686018427387904' : '4611686018427387904' }] };
    };
    expect(await seen(dropped, later)).toBe('CHAIN_RESPONSE_INVALID no_shard_of_account');
  });

  it('expires where everything agrees', async () => {
    const later = only('getBlockHeader', (block) => ({ ...block, gen_utime: Number(block['gen_utime']) + 3_000 }));
    expect(await seen(dropped, later)).toBe('expired');
  });
});

describe('a slot that was used long ago', () => {
  it('is no slot that is free: the look ends in an error', async () => {
    const clock = systemClock();
    const [config] = readOptions({ chains: [{ chain: CHAIN, endpoint: chain.url }], clock }).chains;
    if (config === undefined) throw new Error('no chain');
    const client = createTonClient(config, clock);
    const state = await readAccount(client, alice.wallet, (await readHead(client)).seqno);
    await expect(findInHistory(client, state, landed, undefined, 1)).rejects.toMatchObject({ details: { reason: 'history_too_long' } });
    expect((await findInHistory(client, state, landed, undefined, 64)).kind).toBe('ours');
    client.close();
  });
});

describe('bytes that are not what their hash says', () => {
  it('are looked up nowhere', async () => {
    for (const changed of [
      { ...landed, hash: dropped.hash },
      { ...landed, slot: landed.slot + 1 },
    ]) {
      await expect(on.node.status(changed)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
      await expect(on.node.settle(changed, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
      await expect(on.node.broadcast(changed)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    }
    await expect(on.node.status({ ...landed, raw: landed.raw.slice(1) })).rejects.toMatchObject({ code: 'PAYLOAD_UNDECODABLE' });
    await expect(on.node.status({ ...landed, wallet: shop })).rejects.toMatchObject({ code: 'PAYLOAD_UNDECODABLE' });
    await expect(on.node.status({ ...landed, chain: 'ton:-239' as typeof landed.chain })).rejects.toMatchObject({ code: 'CHAIN_INVALID' });
  });
});
