import { connect } from 'node:net';
import { Address, beginCell, Cell, toNano } from '@ton/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { METHODS } from '../../src/testing/ton-devchain/methods/index.ts';
import { ask, MILLITON, milliton, offlineWallet, post, sendBoc } from './ask.ts';

let chain: TonDevChain;
let wallet: ReturnType<typeof offlineWallet>;
/** Of a contract that is deployed. */
let deployed: string;
const SINK = new Address(0, Buffer.alloc(32, 7));
beforeAll(async () => {
  chain = await startTonDevChain({ mining: 'manual' });
  wallet = offlineWallet(chain, 'malformed');
  await chain.fund(wallet.text, toNano(1));
  const other = offlineWallet(chain, 'deployed');
  deployed = other.text;
  await chain.fund(deployed, toNano(1));
  await sendBoc(chain, other.message(0, SINK, 1n));
  await chain.mine(2);
});
afterAll(async () => {
  // Whatever came before: the chain still works.
  expect((await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON))).ok).toBe(true);
  await chain.mine(2);
  expect(await milliton(chain, SINK.toString())).toBe(5);
  await chain.close();
});

/** A clear "no": an error of 4xx or 5xx with a text and no stack trace. */
function expectRefusal(reply: { readonly status: number; readonly ok: boolean; readonly error: string; readonly code: number }): void {
  expect(reply).toMatchObject({ ok: false, code: reply.status, error: expect.any(String) });
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.error).not.toMatch(/undefined|Cannot read|is not a function|\bat .*\.ts:/);
}

describe('what is no request', () => {
  it.each([
    '',
    '{',
    '[]',
    '[{"method":"getMasterchainInfo"}]',
    'null',
    '1',
    '"x"',
    '{}',
    '{"method":1}',
    '{"method":"x"}',
    '['.repeat(100_000),
  ])('%.40s', async (body) => expectRefusal(await post(chain, body)));
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'dev_', 'dev_destroy', ''])('the method %s', async (method) =>
    expectRefusal(await ask(chain, method)),
  );
  it.each([[[]], ['x'], [5], [true]])('the params %j', async (params) => expectRefusal(await ask(chain, 'getMasterchainInfo', params)));
  it('a body of more than 1 MiB', async () => {
    expect(await post(chain, JSON.stringify({ method: 'sendBoc', params: { boc: 'A'.repeat(1 << 20) } }))).toMatchObject({
      status: 413,
      ok: false,
    });
  });
  it('other HTTP methods', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) expect((await fetch(chain.url, { method })).status).toBe(405);
    expect((await fetch(chain.url, { method: 'OPTIONS' })).status).toBe(204);
  });
  it('no HTTP at all', async () => {
    const { port } = new URL(chain.url);
    const said = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('\0\u0001 not http\r\n\r\n'));
      socket.once('data', (data) => resolve(data.toString()));
    });
    expect(said).toContain('400');
  });
});

describe('what no method takes', () => {
  const address = SINK.toString();
  it.each([
    ['getAddressInformation', {}],
    ['getAddressInformation', { address: 5 }],
    ['getAddressInformation', { address: `${address}A` }],
    ['getAddressInformation', { address: `E${address.slice(1, -1)}!` }],
    ['getAddressInformation', { address: `5:${'0'.repeat(64)}` }],
    ['getAddressInformation', { address, seqno: 'x' }],
    ['getAddressInformation', { address, seqno: 1.5 }],
    ['getTransactions', { address, limit: 0 }],
    ['getTransactions', { address, limit: 101 }],
    ['getTransactions', { address, lt: '1', hash: 'zz' }],
    ['getTransactions', { address, lt: '1', hash: '00'.repeat(32) }],
    ['getTransaction', { address }],
    ['tryLocateResultTx', { source: address, destination: address }],
    ['runGetMethod', { address }],
    ['runGetMethod', { address, method: 1.5 }],
    ['runGetMethod', { address, method: 'x', stack: {} }],
    ['runGetMethod', { address, method: 'x', stack: [1] }],
    ['runGetMethod', { address, method: 'x', stack: [['num', '0xzz']] }],
    ['runGetMethod', { address, method: 'x', stack: [['num', `0x${'f'.repeat(65)}`]] }],
    ['runGetMethod', { address, method: 'x', stack: [['tvm.Cell', '']] }],
    ['runGetMethod', { address, method: 'x', stack: [['tuple', { elements: [{ '@type': 'x' }] }]] }],
    ['runGetMethod', { address, method: 'x', stack: [['continuation', 'x']] }],
    ['getBlockHeader', { workchain: 3, shard: '8000000000000000', seqno: 1 }],
    ['getBlockHeader', { workchain: -1, shard: '4000000000000000', seqno: 1 }],
    ['getBlockHeader', { workchain: -1, shard: '8000000000000000', seqno: 1, root_hash: '00'.repeat(32) }],
    ['getBlockTransactions', { workchain: 0, shard: '8000000000000000', seqno: 1, count: 0 }],
    ['lookupBlock', { workchain: -1, shard: '8000000000000000' }],
    ['shards', {}],
    ['getConfigParam', {}],
    ['getConfigParam', { config_id: 12_345 }],
    ['getLibraries', { libraries: ['x'] }],
    ['estimateFee', { address }],
    ['dev_mine', { blocks: 0 }],
    ['dev_mine', { blocks: 1_000_000 }],
    ['dev_fund', { address, nanoton: '-5' }],
    ['dev_fund', { address, nanoton: '0' }],
    ['dev_revert', { id: '__proto__' }],
    ['dev_setFaults', { errorRate: 'x' }],
  ])('%s %j', async (method, params) => expectRefusal(await ask(chain, method, params)));

  it.each([
    ['nothing', ''],
    ['no base64', '!!'],
    ['no bag of cells', Buffer.from('hello').toString('base64')],
    ['an empty cell', boc(Cell.EMPTY)],
    [
      'an internal message',
      boc(
        beginCell()
          .storeUint(0b0110, 4)
          .storeAddress(null)
          .storeAddress(SINK)
          .storeCoins(1)
          .storeBit(false)
          .storeCoins(0)
          .storeCoins(0)
          .storeUint(0, 96)
          .storeUint(0, 2)
          .endCell(),
      ),
    ],
    [
      'an external to nobody',
      boc(beginCell().storeUint(0b10, 2).storeUint(0, 2).storeAddress(null).storeCoins(0).storeUint(0, 2).endCell()),
    ],
    [
      'an external to an account without coins',
      boc(beginCell().storeUint(0b10, 2).storeUint(0, 2).storeAddress(SINK).storeCoins(0).storeUint(0, 2).endCell()),
    ],
    [
      'an external to another workchain',
      boc(
        beginCell()
          .storeUint(0b10, 2)
          .storeUint(0, 2)
          .storeAddress(new Address(7, Buffer.alloc(32)))
          .storeCoins(0)
          .storeUint(0, 2)
          .endCell(),
      ),
    ],
  ])('sendBoc of %s', async (_, text) => expectRefusal(await ask(chain, 'sendBoc', { boc: text })));
});

describe('cells that the machine cannot bear', () => {
  const deep = (levels: number): Cell => {
    let cell = Cell.EMPTY;
    for (let level = 0; level < levels; level += 1) cell = beginCell().storeRef(cell).endCell();
    return cell;
  };
  const pruned = beginCell().storeUint(1, 8).storeUint(1, 8).storeUint(7, 256).storeUint(0, 16).endCell({ exotic: true });
  it.each([
    ['deep', deep(1_000)],
    ['pruned', pruned],
  ])('a %s one may cost the machine, and not the chain', async (_, cell) => {
    const asked = { address: deployed, method: 'get_anything' };
    for (const type of ['tvm.Cell', 'tvm.Slice', 'tvm.Builder']) {
      const reply = await ask(chain, 'runGetMethod', { ...asked, stack: [[type, boc(cell)]] });
      if (!reply.ok) expectRefusal(reply);
    }
    expectRefusal(await ask(chain, 'estimateFee', { address: deployed, body: boc(cell) }));
    expect(await ask(chain, 'runGetMethod', asked)).toMatchObject({ ok: true, result: { exit_code: 11 } });
  });
});

describe('anything', () => {
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(SINK.toString(), '0', '-1', '8000000000000000', 1, 0, -1, null, 'AA==', boc0()),
    fc.base64String({ maxLength: 200 }),
  );
  const names = [
    'address',
    'seqno',
    'method',
    'stack',
    'boc',
    'lt',
    'hash',
    'limit',
    'workchain',
    'shard',
    'source',
    'destination',
    'created_lt',
    'body',
    'config_id',
    'libraries',
    'root_hash',
    'init_code',
  ];
  const safe = [...METHODS.keys()].filter((name) => !/^dev_(mine|increaseTime|setTime|revert|setFaults|dropNext)$/.test(name));
  it('gets an answer, and nothing is printed', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const call = fc.tuple(fc.constantFrom(...safe), fc.dictionary(fc.constantFrom(...names), junk, { maxKeys: 8 }));
    await fc.assert(
      fc.asyncProperty(call, async ([method, params]) => {
        const reply = await ask(chain, method, params);
        if (reply.status === 200) expect(reply.ok).toBe(true);
        else expectRefusal(reply);
      }),
      { numRuns: 250, seed: 5 },
    );
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });
  it('a changed bag of cells does no harm', async () => {
    const bytes = wallet.message(0, SINK, 5n * MILLITON).toBoc({ idx: false, crc32: false });
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ mask;
        const reply = await ask(chain, 'sendBoc', { boc: changed.toString('base64') });
        if (reply.status !== 200) expectRefusal(reply);
      }),
      { numRuns: 80, seed: 5 },
    );
  });
});

function boc(cell: Cell): string {
  return cell.toBoc().toString('base64');
}

function boc0(): string {
  return beginCell().storeUint(0, 32).endCell().toBoc().toString('base64');
}
