import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createTonAdapter, type TonChainOptions, ton } from '../../src/adapters/ton/index.ts';
import { isCastellanError } from '../../src/core/index.ts';
import { startTonDevChain } from '../../src/testing/index.ts';
import { localEndpoint, lyingEndpoint, networkId, ourEndpoint, Raw } from './endpoint-fixture.ts';
import { CHAIN, connect } from './node-scene.ts';

const SECRET = 'key-that-nobody-may-see';
const HASH = Buffer.alloc(32, 1).toString('base64');
const SHARD = '-9223372036854775808';

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    expect(JSON.stringify(error)).not.toContain('127.0.0.1');
    expect(JSON.stringify(error) + String(error.stack)).not.toContain(SECRET);
    return [error.code, error.details['reason']].filter((part) => part !== undefined).join(' ');
  }
  return 'no failure';
}

const last = (more: object = {}): object => ({ last: { workchain: -1, shard: SHARD, seqno: 7, root_hash: HASH, ...more } });
const header = (more: object = {}): object => ({
  id: { workchain: -1, shard: SHARD, seqno: 7, root_hash: HASH, ...more },
  gen_utime: 1_700_000_000,
});
/** A whole answer for `head`, but for what differs. */
const head = (info: unknown, block: unknown) => ourEndpoint(({ method }) => (method === 'getMasterchainInfo' ? info : block));

describe('an endpoint that fails', () => {
  const cases: readonly (readonly [string, Parameters<typeof ourEndpoint>[0], string])[] = [
    ['hangs', () => undefined, 'TIMEOUT'],
    [
      'talks for ever, a byte at a time',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
        return undefined;
      },
      'TIMEOUT',
    ],
    ['speaks no JSON', () => new Raw('<html>gateway</html>'), 'CHAIN_RESPONSE_INVALID not_json'],
    ['answers too much', () => new Raw({ ok: true, result: 'x'.repeat(9 * 1024 * 1024) }), 'CHAIN_RESPONSE_INVALID too_large'],
    [
      'answers too much without saying so',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        for (let part = 0; part < 10; part += 1) response.write(' '.repeat(1024 * 1024));
        response.end();
        return undefined;
      },
      'CHAIN_RESPONSE_INVALID too_large',
    ],
    ['answers another question', () => new Raw({ ok: true, result: last(), id: '999' }), 'CHAIN_RESPONSE_INVALID another_question'],
    ['answers nothing', ({ id }) => new Raw({ ok: true, id }), 'CHAIN_RESPONSE_INVALID malformed'],
    ['answers a list', () => new Raw('[]'), 'CHAIN_RESPONSE_INVALID malformed'],
    ['answers null', () => new Raw('null'), 'CHAIN_RESPONSE_INVALID malformed'],
    ['is neither well nor ill', ({ id }) => new Raw({ ok: 'yes', result: last(), id }), 'CHAIN_RESPONSE_INVALID malformed'],
    ['is down behind its gateway', () => new Raw('busy', 503), 'CHAIN_UNAVAILABLE'],
    ['is broken', () => new Raw('oops', 500), 'CHAIN_UNAVAILABLE'],
    ['limits us', () => new Raw({ ok: false, result: 'Ratelimit exceed', code: 429 }, 429), 'CHAIN_UNAVAILABLE'],
    ['limits us and calls it well', () => new Raw({ ok: false, result: 'Ratelimit exceed', code: 429 }), 'CHAIN_UNAVAILABLE'],
    ['is not in step', () => new Raw({ ok: false, error: 'LITE_SERVER_NOTREADY: block not in db', code: 500 }, 500), 'CHAIN_REJECTED'],
    [
      'sends us elsewhere',
      (_, response) => {
        response.writeHead(307, { location: 'http://127.0.0.1:9/' });
        response.end();
        return undefined;
      },
      'CHAIN_UNAVAILABLE',
    ],
    [
      'hangs up',
      (_, response) => {
        response.destroy();
        return undefined;
      },
      'CHAIN_UNAVAILABLE',
    ],
  ];
  it.each(cases)('%s', async (_name, answer, expected) => {
    await using endpoint = await ourEndpoint(answer);
    const { node } = connect(endpoint.url, { timeoutMs: expected === 'TIMEOUT' ? 150 : 5_000, apiKey: SECRET });
    const started = performance.now();
    expect(await failure(node.head())).toBe(expected);
    if (expected === 'TIMEOUT') expect(performance.now() - started).toBeLessThan(1_500);
    expect(endpoint.asked.length).toBeLessThanOrEqual(4);
    await node.close();
  });

  it('is left for the next one, whose answer counts', async () => {
    await using good = await head(last(), header());
    for (const [name, answer] of cases) {
      if (name.startsWith('answers too')) continue;
      await using bad = await ourEndpoint(answer);
      const { node } = connect([bad.url, good.url], { timeoutMs: 100 });
      expect(await node.head()).toEqual({ number: '7', timestampMs: 1_700_000_000_000 });
      await node.close();
    }
  });

  it('cannot be reached at all', async () => {
    const { node } = connect('http://127.0.0.1:9/');
    expect(await failure(node.head())).toBe('CHAIN_UNAVAILABLE');
  });

  it('is stopped by the caller, and by closing', async () => {
    await using endpoint = await ourEndpoint(() => undefined);
    const { node } = connect(endpoint.url);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 30);
    expect(await failure(node.head(abort.signal))).toBe('TIMEOUT');
    const waiting = failure(node.head());
    await node.close();
    expect(await waiting).toBe('SHUTTING_DOWN');
    expect(await failure(node.head())).toBe('SHUTTING_DOWN');
  });
});

describe('what a node says of the question', () => {
  it('is its answer: shown in clean words, asked once, never of another', async () => {
    const words = `Tx not found\u202e\n\n${SECRET} ${'x'.repeat(600)}`;
    await using bad = await ourEndpoint(() => new Raw({ ok: false, error: words, code: 500 }, 500));
    await using good = await head(last(), header());
    const { node } = connect([bad.url, good.url], { apiKey: SECRET });
    const error: unknown = await node.head().catch((caught: unknown) => caught);
    if (!isCastellanError(error)) throw error;
    expect(error.code).toBe('CHAIN_REJECTED');
    expect(error.details).toMatchObject({ method: 'getMasterchainInfo', endpoint: 0, rpcCode: 500 });
    expect(error.details['rpcMessage']).toMatch(/^Tx not found … x+$/);
    expect(String(error.details['rpcMessage']).length).toBeLessThanOrEqual(500);
    expect(bad.asked.filter(({ method }) => method === 'getMasterchainInfo')).toHaveLength(1);
    expect(good.asked).toEqual([]);
    await node.close();
  });

  it('is asked for with the key', async () => {
    await using endpoint = await head(last(), header());
    const { node } = connect(endpoint.url, { apiKey: SECRET });
    await node.head();
    expect(new Set(endpoint.asked.map(({ apiKey }) => apiKey))).toEqual(new Set([SECRET]));
    await node.close();
  });
});

describe('a head that contradicts itself', () => {
  const other = Buffer.alloc(32, 2).toString('base64');
  it.each([
    ['of another workchain', last({ workchain: 0 }), header(), 'no_masterchain'],
    ['of a shard', last({ shard: '1' }), header(), 'no_masterchain'],
    ['without a hash', last({ root_hash: 'AAAA' }), header(), 'malformed'],
    ['with half a number', last({ seqno: 7.5 }), header(), 'malformed'],
    ['below zero', last({ seqno: -1 }), header(), 'malformed'],
    ['whose header is of another height', last(), header({ seqno: 8 }), 'another_block'],
    ['whose header has another hash', last(), header({ root_hash: other }), 'another_block'],
    ['without a time', last(), { ...header(), gen_utime: null }, 'malformed'],
  ])('%s', async (_name, info, block, reason) => {
    await using endpoint = await head(info, block);
    const { node } = connect(endpoint.url);
    expect(await failure(node.head())).toBe(`CHAIN_RESPONSE_INVALID ${reason}`);
    await node.close();
  });
});

describe('an endpoint of another chain', () => {
  it('is found out before anything that it says counts', async () => {
    await using main = await localEndpoint(({ method }) => (method === 'getConfigParam' ? networkId(-239) : last()));
    const { node } = connect(main.url);
    expect(await failure(node.verifyChain())).toBe('CHAIN_RESPONSE_INVALID chain_id_mismatch');
    expect(await failure(node.head())).toBe('CHAIN_RESPONSE_INVALID chain_id_mismatch');
    expect(main.asked.every(({ method, params }) => method === 'getConfigParam' && params['config_id'] === 19)).toBe(true);
    await node.close();
  });

  it('as the second of two is never asked for more', async () => {
    await using good = await head(last(), header());
    await using main = await localEndpoint(() => networkId(-239));
    const { node } = connect([main.url, good.url]);
    expect((await node.head()).number).toBe('7');
    await node.verifyChain();
    expect(new Set(main.asked.map(({ method }) => method))).toEqual(new Set(['getConfigParam']));
    await node.close();
  });

  it.each([
    ['no cell', { config: { bytes: 'AAAA' } }],
    ['a longer number', { config: { bytes: 'te6cckEBAQEACgAAEP////////////3' } }],
    ['nothing', {}],
  ])('cannot prove itself with %s', async (_name, answer) => {
    await using endpoint = await localEndpoint(() => answer);
    const { node } = connect(endpoint.url);
    expect(await failure(node.verifyChain())).toMatch(/^CHAIN_RESPONSE_INVALID (?:malformed|no_bag_of_cells)$/);
    await node.close();
  });
});

describe('an account', () => {
  it('is read at the block that was asked for, or not at all', async () => {
    await using chain = await startTonDevChain();
    const changes: readonly (readonly [string, (account: Record<string, unknown>) => object, string])[] = [
      ['of another block', (account) => ({ ...account, block_id: { workchain: -1, seqno: 1_000 } }), 'another_block'],
      ['of no block', (account) => ({ ...account, block_id: undefined }), 'malformed'],
      ['active without code', (account) => ({ ...account, state: 'active' }), 'contradiction'],
      ['with a state of its own', (account) => ({ ...account, state: 'merry' }), 'malformed'],
      ['with a balance that lost digits', (account) => ({ ...account, balance: 2 ** 60 }), 'malformed'],
      ['in debt', (account) => ({ ...account, balance: '-5' }), 'malformed'],
    ];
    const { wallet } = connect(chain.url).owner('nobody');
    for (const [name, change, reason] of changes) {
      await using liar = await lyingEndpoint(chain.url, ({ method }, account) =>
        method === 'getAddressInformation' ? change(account) : undefined,
      );
      const { node } = connect(liar.url);
      expect([name, await failure(node.sequence(wallet))]).toEqual([name, `CHAIN_RESPONSE_INVALID ${reason}`]);
      await node.close();
    }
  });
});

describe('the options', () => {
  const options = (more: object) => ({
    chains: [{ chain: CHAIN, endpoint: 'http://localhost/', ...more } as TonChainOptions],
    clock: systemClock(),
  });

  it('have their defaults', () => {
    const adapter = ton({ chain: 'tvm:-3', endpoint: 'http://localhost/' }).create({
      clock: systemClock(),
      random: { bytes: () => new Uint8Array() },
    });
    expect(adapter.family).toBe('ton');
    expect(adapter.chains).toEqual([CHAIN]);
    expect(adapter.tokens).toEqual([{ asset: 'ton:-3/slip44:607', symbol: 'TON', decimals: 9 }]);
    expect(adapter.codec.validForMs).toBe(120_000);
    expect(adapter.node(CHAIN).rebroadcastMs).toBe(3_000);
    expect(() => adapter.node('ton:-239' as typeof CHAIN)).toThrow(/CHAIN_INVALID/);
  });

  it('name a token by its minter, in any spelling', () => {
    const address = 'kQBqYU4YEPfFeE26uahkSMfrdQOHJlI8ac4YkuYmT5YFXXXX';
    const raw = `0:${'6a'.repeat(32)}`;
    const adapter = createTonAdapter(options({ tokens: [{ symbol: 'USD', address: raw, decimals: 6 }] }));
    expect(adapter.tokens[1]).toEqual({ asset: `ton:-3/jetton:0%3A${'6a'.repeat(32)}`, symbol: 'USD', decimals: 6 });
    expect(() => createTonAdapter(options({ tokens: [{ symbol: 'USD', address, decimals: 6 }] }))).toThrow(/tokens\[0\]\.address/);
  });

  it.each([
    ['chain', { chain: 'eip155:1' }],
    ['endpoint', { endpoint: 'ftp://localhost' }],
    ['endpoint', { endpoint: `http://me:${SECRET}@localhost` }],
    ['endpoint', { endpoint: [] }],
    ['apiKey', { apiKey: `${SECRET}\n` }],
    ['validForMs', { validForMs: 9_999 }],
    ['validForMs', { validForMs: 3_600_001 }],
    ['jettonGas', { jettonGas: '0.05' }],
    ['jettonGas', { jettonGas: -1n }],
    ['jettonGas', { jettonGas: 0n }],
    ['gasPrices.gas', { gasPrices: { gas: 0n } }],
    ['gasPrices.flat', { gasPrices: { flat: 1n } }],
    ['maxClockSkewMs', { maxClockSkewMs: -1 }],
    ['pollMs', { pollMs: 1 }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['rebroadcastMs', { rebroadcastMs: 0 }],
    ['colour', { colour: 'red' }],
  ])('refuse a wrong %s', (field, more) => {
    let error: unknown;
    try {
      createTonAdapter(options(more));
    } catch (caught) {
      error = caught;
    }
    expect(isCastellanError(error) && error.code).toBe('CONFIG_INVALID');
    expect(String(error)).toContain(field);
    expect(String(error)).not.toContain(SECRET);
  });
});
