import { describe, expect, it } from 'vitest';
import { accountOf, addressOf } from '../../src/adapters/evm/address.ts';
import { MAX_ANSWER_BYTES } from '../../src/adapters/evm/exchange.ts';
import { createEvmAdapter, evm, readUnsigned } from '../../src/adapters/evm/index.ts';
import type { ChainId } from '../../src/core/index.ts';
import { isCastellanError, parseAccount } from '../../src/core/index.ts';
import type { Net } from '../../src/core/net.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

const clock = createManualClock();
const address = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const good = { chain: 'eip155:1', rpcUrl: 'https://node.example/key', confirmations: 2, tokens: [{ symbol: 'USD', address, decimals: 6 }] };

function fields(options: unknown): readonly string[] {
  try {
    createEvmAdapter(options as never);
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'CONFIG_INVALID') throw error;
    return error.details['fields'] as readonly string[];
  }
  return [];
}

describe('the adapter', () => {
  it('serves the chains of its configuration, tokens and all', async () => {
    const adapter = evm({ chains: [good, { ...good, chain: 'eip155:10', tokens: [], nativeSymbol: 'OETH' }] }).create({
      clock,
      random: createSeededRandom(1),
    });
    expect(adapter.family).toBe('evm');
    expect(adapter.chains).toEqual(['eip155:1', 'eip155:10']);
    expect(adapter.tokens).toEqual([
      { asset: 'eip155:1/slip44:60', symbol: 'ETH', decimals: 18 },
      { asset: `eip155:1/erc20:${address.toLowerCase()}`, symbol: 'USD', decimals: 6 },
      { asset: 'eip155:10/slip44:60', symbol: 'OETH', decimals: 18 },
    ]);
    expect(adapter.codec.nativeAsset('eip155:10' as ChainId).symbol).toBe('OETH');
    expect(() => adapter.node('eip155:5' as ChainId)).toThrow(/^CHAIN_INVALID/);
    for (const chain of adapter.chains) await adapter.node(chain).close();
  });

  it('names every wrong field at once', () => {
    const wrong = {
      chains: [
        { chain: 'ton:-239', rpcUrl: 'ftp://x', confirmations: 0, tokens: [{ symbol: '', address, decimals: 300 }], nonsense: 1 },
        { ...good, confirmations: 1.5, pollMs: 1, timeoutMs: 0, finality: 'soon', rpcUrl: [] },
      ],
      clock: {},
      extra: true,
    };
    const text = fields(wrong).join('\n');
    for (const name of [
      'chains[0].chain',
      'chains[0].rpcUrl',
      'chains[0].confirmations',
      'chains[0].tokens[0].symbol',
      'chains[0].tokens[0].decimals',
      'chains[0].nonsense',
      'chains[1].confirmations',
      'chains[1].pollMs',
      'chains[1].timeoutMs',
      'chains[1].finality',
      'chains[1].rpcUrl',
      'clock',
      'extra',
    ]) {
      expect(text).toContain(`${name}:`);
    }
  });

  it.each([
    [
      'a token twice',
      { chains: [{ ...good, tokens: [...good.tokens, { ...good.tokens[0], address: address.toLowerCase() }] }], clock },
      'chains[0].tokens[1].address',
    ],
    [
      'a mistyped token',
      { chains: [{ ...good, tokens: [{ ...good.tokens[0], address: address.replace('5', '6') }] }], clock },
      'chains[0].tokens[0].address',
    ],
    ['a chain twice', { chains: [good, good], clock }, 'chains'],
    ['no chain', { chains: [], clock }, 'chains'],
    ['no network', { chains: [good], clock, fetch: 'x' }, 'fetch'],
    ['no network of the host', { chains: [good], clock, net: {} }, 'net'],
  ])('%s', (_name, options, field) => {
    expect(fields(options).join('\n')).toContain(`${field}:`);
  });

  it('never shows an endpoint, which may hold a key', () => {
    const error = (() => {
      try {
        return createEvmAdapter({ chains: [{ ...good, rpcUrl: 'ftp://user:secret@node' }], clock });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(String(error)).not.toContain('secret');
  });

  it('uses the network that it is given', async () => {
    const asked: unknown[] = [];
    const network = async (_url: unknown, init?: RequestInit): Promise<Response> => {
      const { id, method } = JSON.parse(String(init?.body)) as { readonly id: number; readonly method: string };
      asked.push([method, init?.redirect]);
      return Response.json({ jsonrpc: '2.0', id, result: '0x1' });
    };
    const adapter = createEvmAdapter({ chains: [good], clock, fetch: network });
    await adapter.node('eip155:1' as ChainId).verifyChain();
    expect(asked).toEqual([['eth_chainId', 'error']]);
    expect(clock.pending()).toBeLessThanOrEqual(1);
    await adapter.node('eip155:1' as ChainId).close();
  });
});

describe('the network', () => {
  const chain = 'eip155:1' as ChainId;
  const answer = (body: string): string => JSON.stringify({ jsonrpc: '2.0', id: (JSON.parse(body) as { id: number }).id, result: '0x1' });
  const nets = () => {
    const asked: unknown[] = [];
    const net: Net = (url) => async (question) => {
      asked.push(['net', url, JSON.parse(question.body).method, question.headers['content-type'], question.maxBytes]);
      return { status: 200, body: answer(question.body) };
    };
    const custom = async (url: unknown, init?: RequestInit): Promise<Response> => {
      asked.push(['fetch', url]);
      return new Response(answer(String(init?.body)));
    };
    return { asked, net, custom };
  };

  it('is the host’s where the configuration brings none', async () => {
    const { asked, net } = nets();
    const node = evm(good)
      .create({ clock, random: createSeededRandom(1), net })
      .node(chain);
    await node.verifyChain();
    expect(asked).toEqual([['net', good.rpcUrl, 'eth_chainId', 'application/json', MAX_ANSWER_BYTES]]);
    await node.close();
  });

  it('is the owner’s own where there is one', async () => {
    const { asked, net, custom } = nets();
    const node = evm({ chains: [good], fetch: custom })
      .create({ clock, random: createSeededRandom(1), net })
      .node(chain);
    await node.verifyChain();
    expect(asked).toEqual([['fetch', good.rpcUrl]]);
    await node.close();
  });
});

describe('addresses', () => {
  it('are spelled as core spells them', () => {
    const chain = 'eip155:1' as ChainId;
    expect(accountOf(chain, address)).toBe(parseAccount(address, chain));
    expect(addressOf(parseAccount(address, chain), chain)).toBe(address.toLowerCase());
    expect(() => accountOf(chain, '0x12')).toThrow(/^ADDRESS_INVALID/);
    expect(() => addressOf(parseAccount(address, 'eip155:2' as ChainId), chain)).toThrow(/^REQUEST_INVALID/);
  });

  it('signed bytes that are none have no unsigned part', () => {
    expect(() => readUnsigned(Uint8Array.of(2, 0xc0))).toThrow(/^PAYLOAD_UNDECODABLE/);
    expect(() => readUnsigned(new Uint8Array(0))).toThrow(/^PAYLOAD_UNDECODABLE/);
  });
});
