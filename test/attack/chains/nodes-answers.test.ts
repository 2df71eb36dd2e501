import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SettlementStatus, SignedTransaction } from '../../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { connect, NATIVE, on, signer } from '../../evm/chain-fixture.ts';
import { lyingEndpoint, type Question } from '../../evm/endpoint-fixture.ts';
import { mined } from '../../fixtures/send-raw.ts';

let anvil: Anvil;
let paid: SignedTransaction;
let other: SignedTransaction;
const alice = signer(1);
const pay = { kind: 'transfer', asset: NATIVE, amount: 5n, to: on(`0x${'b'.repeat(40)}`) } as const;

beforeAll(async () => {
  anvil = await startAnvil();
  const chain = connect(anvil);
  for (const take of [(tx: SignedTransaction) => (paid = tx), (tx: SignedTransaction) => (other = tx)]) {
    const signed = await chain.buildAndSign(alice, pay);
    await chain.node.broadcast(signed);
    // The next one takes its nonce from what is in a block.
    await mined(anvil, signed.hash);
    take(signed);
  }
  expect(other.hash).not.toBe(paid.hash);
  expect((await chain.node.status(paid)).status).toBe('final');
  await chain.node.close();
});
afterAll(async () => {
  await anvil.stop();
});

type Fields = Record<string, unknown>;
/** What the adapter makes of our payment where the node says this of receipts, or of blocks. */
async function statusWhere(method: string, change: (fields: Fields, question: Question) => unknown): Promise<SettlementStatus | string> {
  const lie = (question: Question, result: unknown): unknown =>
    question.method === method && typeof result === 'object' && result !== null ? change({ ...result }, question) : undefined;
  await using node = await lyingEndpoint(anvil.rpcUrl, lie);
  return await statusAt([node.rpcUrl]);
}
async function statusAt(rpcUrls: readonly string[], signed = paid): Promise<SettlementStatus | string> {
  const chain = connect({ rpcUrl: rpcUrls[0] as string }, rpcUrls.length === 1 ? {} : { rpcUrl: [...rpcUrls] });
  try {
    return await chain.node.status(signed);
  } catch (error) {
    return (error as { readonly code: string }).code;
  } finally {
    await chain.node.close();
  }
}
const receipt = (given: Fields) => statusWhere('eth_getTransactionReceipt', (fields) => ({ ...fields, ...given }));

describe('a receipt', () => {
  it.each([
    ['of another transaction', () => receipt({ transactionHash: other.hash })],
    ['with a status beyond yes and no', () => receipt({ status: '0x2' })],
    ['without a status', () => receipt({ status: null })],
    ['with a status as a number', () => receipt({ status: 1 })],
    ['with negative gas', () => receipt({ gasUsed: '-0x1' })],
    ['with more gas than fits a word', () => receipt({ gasUsed: `0x1${'0'.repeat(64)}` })],
    ['with a price in exponents', () => receipt({ effectiveGasPrice: 1e308 })],
    ['with a negative share of its parent chain', () => receipt({ l1Fee: '-1' })],
    ['with logs that are none', () => receipt({ logs: { length: 0 } })],
    ['whose fields stand in its prototype', () => statusWhere('eth_getTransactionReceipt', (fields) => ({ body: hidden(fields) }))],
  ])('%s settles nothing', async (_, look) => expect(await look()).toBe('CHAIN_RESPONSE_INVALID'));

  it.each([
    ['of a block that the chain does not have there', () => receipt({ blockHash: `0x${'1'.repeat(64)}` })],
    ['of a height beyond the head', () => receipt({ blockNumber: '0xffffff' })],
    ['whose block does not list it', () => statusWhere('eth_getBlockByNumber', (block) => ({ ...block, transactions: [other.hash] }))],
  ])('%s is waited for', async (_, look) => expect(await look()).toEqual({ status: 'pending' }));

  it('the last of two fields of one name counts, for all that read it', async () => {
    const twice = (fields: Fields) =>
      `{"jsonrpc":"2.0","id":ID,"result":{"status":"0x1",${JSON.stringify({ ...fields, status: '0x2' }).slice(1)}}`;
    const found = await statusWhere('eth_getTransactionReceipt', (fields, { id }) => ({ body: twice(fields).replace('ID', String(id)) }));
    expect(found).toBe('CHAIN_RESPONSE_INVALID');
  });
});

/** An answer whose result is a prototype, as far as a careless reader goes. */
const hidden = (fields: Fields): string => `{"jsonrpc":"2.0","id":null,"__proto__":{"id":1,"result":${JSON.stringify(fields)}}}`;

describe('nodes that lie together', () => {
  const failed = (fields: Fields): Fields => ({ ...fields, status: '0x0', logs: [] });
  const liar = () =>
    lyingEndpoint(anvil.rpcUrl, ({ method }, result) =>
      method === 'eth_getTransactionReceipt' && result !== null ? failed(result as Fields) : undefined,
    );

  it('two of three with the same lie, and an outage, are not believed', async () => {
    await using one = await liar();
    await using two = await liar();
    expect(await statusAt([one.rpcUrl, two.rpcUrl, 'http://127.0.0.1:1'])).toBe('CHAIN_UNAVAILABLE');
  });

  it('two of three with the same lie are contradicted by the third', async () => {
    await using one = await liar();
    await using two = await liar();
    expect(await statusAt([one.rpcUrl, two.rpcUrl, anvil.rpcUrl])).toBe('CHAIN_RESPONSE_INVALID');
  });

  it('a receipt whose logs one of them has lost is nobody’s', async () => {
    await using one = await lyingEndpoint(anvil.rpcUrl, ({ method }, result) =>
      method === 'eth_getTransactionReceipt' && result !== null ? { ...(result as Fields), feePaid: 1, gasUsed: '0x1' } : undefined,
    );
    expect(await statusAt([one.rpcUrl, `${anvil.rpcUrl}/?a`, `${anvil.rpcUrl}/?b`])).toBe('CHAIN_RESPONSE_INVALID');
  });
});

/** A server that answers everything in one way. */
async function server(answer: RequestListener) {
  const http = createServer(answer);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
}

describe('a connection', () => {
  it('that leads elsewhere is not followed', async () => {
    let asked = 0;
    await using inside = await server((_, response) => {
      asked += 1;
      response.end('{}');
    });
    for (const status of [301, 302, 307, 308]) {
      await using outside = await server((_, response) => response.writeHead(status, { location: `${inside.url}/secret` }).end());
      expect(await statusAt([outside.url])).toBe('CHAIN_UNAVAILABLE');
    }
    expect(asked).toBe(0);
  });

  it('that swells when it is unpacked is cut off', async () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '));
    expect(bomb.length).toBeLessThan(32 * 1024);
    await using node = await server((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
    });
    expect(await statusAt([node.url])).toBe('CHAIN_RESPONSE_INVALID');
  });

  it('that says another length than it has is no answer', async () => {
    const text = '{"jsonrpc":"2.0","id":1,"result":"0x7a69"}';
    for (const length of [text.length + 10, 2 ** 40]) {
      await using node = await server((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(length) });
        response.write(text, () => response.destroy());
      });
      expect(await statusAt([node.url])).toMatch(/^CHAIN_/);
    }
  });

  it('to a node that becomes one of another chain is given up after its first failure', async () => {
    let chainId: string | undefined;
    let fails = false;
    await using node = await lyingEndpoint(anvil.rpcUrl, ({ method }) => {
      if (method === 'eth_chainId') return chainId;
      return fails ? { body: '<html>' } : undefined;
    });
    const chain = connect({ rpcUrl: node.rpcUrl });
    expect(other.hash).not.toBe(paid.hash);
    expect((await chain.node.status(paid)).status).toBe('final');
    fails = true;
    await expect(chain.node.status(paid)).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
    [chainId, fails] = ['0x1', false];
    await expect(chain.node.status(paid)).rejects.toMatchObject({ details: { reason: 'chain_id_mismatch' } });
    await chain.node.close();
  });
});
