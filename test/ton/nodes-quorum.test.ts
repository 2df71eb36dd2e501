import { Address } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TonChainOptions } from '../../src/adapters/ton/index.ts';
import { isCastellanError } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { type LocalEndpoint, localEndpoint, lyingEndpoint, type Question, Raw } from './endpoint-fixture.ts';
import { connect, idOf, type Owner, pay, rawOf } from './node-scene.ts';
import { TON_DIALECT } from './nodes-dialect.ts';

const COIN = 1_000_000_000n;
const shop = idOf(new Address(0, Buffer.alloc(32, 0x5f)));
let chain: TonDevChain;
let alice: Owner;
beforeAll(async () => {
  chain = await startTonDevChain();
  const { node, owner, order } = connect(chain.url);
  alice = owner('nodes quorum alice');
  await chain.fund(rawOf(alice.wallet), 10n * COIN);
  // The wallet's contract comes with its first payment.
  await node.broadcast(await order(alice, pay(shop, COIN / 100n)));
  await chain.mine(3);
  await node.close();
});
afterAll(async () => {
  await chain?.close();
});

type Json = Record<string, unknown>;
type Change = (question: Question, result: Json) => unknown;
const honest: Change = () => undefined;
const only =
  (wanted: string, value: (result: Json, question: Question) => unknown): Change =>
  (question, result) =>
    question.method === wanted ? value(result, question) : undefined;

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return [error.code, error.details['reason']].filter((part) => part !== undefined).join(' ');
  }
  return 'no failure';
}

async function over(changes: readonly (Change | 'out')[], options: Partial<TonChainOptions> = {}) {
  const endpoints: LocalEndpoint[] = [];
  for (const change of changes)
    endpoints.push(
      change === 'out' ? await localEndpoint((_, response) => void response.destroy()) : await lyingEndpoint(chain.url, change),
    );
  const connection = connect(
    endpoints.map(({ url }) => url),
    options,
  );
  return {
    ...connection,
    endpoints,
    async [Symbol.asyncDispose]() {
      await connection.node.close();
      for (const endpoint of endpoints) await endpoint[Symbol.asyncDispose]();
    },
  };
}

describe('several endpoints that must agree', () => {
  const later = only('getAddressInformation', (result, question) => TON_DIALECT.forge('seqno', question, result));
  it.each<readonly [string, readonly (Change | 'out')[], 'all' | number | undefined, string]>([
    ['three that agree', [honest, honest, honest], undefined, 'no failure'],
    ['one of three lies', [honest, later, honest], undefined, 'CHAIN_RESPONSE_INVALID nodes_disagree'],
    ['one of three lies, and two would do', [honest, later, honest], 2, 'CHAIN_RESPONSE_INVALID nodes_disagree'],
    ['two lie together, the third is out', [later, later, 'out'], undefined, 'CHAIN_UNAVAILABLE quorum_missing'],
    ['one of three is out', [honest, 'out', honest], undefined, 'CHAIN_UNAVAILABLE quorum_missing'],
    ['one of three is out, and two will do', [honest, 'out', honest], 2, 'no failure'],
    ['the first of two is out', ['out', honest], undefined, 'no failure'],
    ['one of two lies, and both must agree', [honest, later], 'all', 'CHAIN_RESPONSE_INVALID nodes_disagree'],
  ])('%s', async (_name, changes, quorum, expected) => {
    await using scene = await over(changes, quorum === undefined ? {} : { quorum });
    expect(await failure(scene.node.sequence(alice.wallet))).toBe(expected);
  });

  it('one that is a block late is no liar: all are asked about the block that all have', async () => {
    const { number } = await connect(chain.url).node.head();
    const late: Change = async ({ method }, result) => {
      if (method !== 'getMasterchainInfo') return undefined;
      const params = { workchain: -1, shard: '-9223372036854775808', seqno: Number(number) - 1 };
      const body = JSON.stringify({ id: 1, jsonrpc: '2.0', method: 'lookupBlock', params });
      const answer = (await (await fetch(chain.url, { method: 'POST', body })).json()) as { readonly result: unknown };
      return { ...result, last: answer.result };
    };
    await using scene = await over([honest, late, honest]);
    expect((await scene.node.head()).number).toBe(String(Number(number) - 1));
    expect(await failure(scene.node.sequence(alice.wallet))).toBe('no failure');
    await using two = await over([honest, late, honest], { quorum: 2 });
    expect((await two.node.head()).number).toBe(number);
  });

  it('a newest block that is too old is refused, as configured', async () => {
    const old = only('getBlockHeader', (result) => ({ ...result, gen_utime: Number(result['gen_utime']) - 600 }));
    await using scene = await over([old]);
    expect(await failure(scene.node.head())).toBe('no failure');
    await using strict = await over([old], { maxHeadAgeMs: 300_000 });
    expect(await failure(strict.node.head())).toBe('CHAIN_RESPONSE_INVALID head_stale');
  });

  it('a payment is handed to each, and over only where all show the same history; marks of the API count for nothing', async () => {
    let isLate = true;
    const marked: Change = async (_, result) => ({ '@extra': String(Math.random()), ...result });
    const late = only('getTransactions', () =>
      isLate ? new Raw({ ok: false, error: 'LITE_SERVER_UNKNOWN: cannot locate transaction', code: 500 }, 500) : undefined,
    );
    const listless: Change = (question, result) => (Array.isArray(result) ? undefined : marked(question, result));
    await using scene = await over([listless, late, honest]);
    const signed = await scene.order(alice, pay(shop, COIN / 100n));
    expect((await scene.node.broadcast(signed)).status).toBe('accepted');
    for (const { asked } of scene.endpoints) expect(asked.map(({ method }) => method)).toContain('sendBoc');
    expect(await failure(scene.node.status(signed))).toBe('CHAIN_UNAVAILABLE quorum_missing');
    isLate = false;
    expect(await scene.node.settle(signed, { timeoutMs: 10_000 })).toMatchObject({ status: 'final', receipt: { success: true } });
  });
});
