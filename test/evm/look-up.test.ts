import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssetId } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { assetOf, CHAIN, connect, NATIVE, on } from './chain-fixture.ts';
import { lyingEndpoint } from './endpoint-fixture.ts';

let anvil: Anvil;
let usd: Deployed;
let reverter: Deployed;
let node: ReturnType<typeof connect>['node'];
const at = (digit: string): `0x${string}` => `0x${digit.repeat(40)}`;

beforeAll(async () => {
  anvil = await startAnvil();
  usd = await deploy(anvil, 'PlainToken', ['USD₮ ', 6]);
  reverter = await deploy(anvil, 'Reverter');
  ({ node } = connect(anvil));
});
afterAll(async () => {
  await node?.close();
  await anvil?.stop();
});

const lookUp = (accounts: readonly string[], tokens: readonly AssetId[] = [], asked = node) =>
  (asked.lookUp as NonNullable<typeof asked.lookUp>)({ accounts: accounts.map(on), tokens });

/** Code that answers every call with these bytes, up to four words. */
function answering(hex: string): string {
  const words = hex.match(/.{1,64}/g) ?? [];
  const stores = words.map((word, n) => `7f${word.padEnd(64, '0')}60${(n * 32).toString(16).padStart(2, '0')}52`).join('');
  return `0x${stores}60${(hex.length / 2).toString(16).padStart(2, '0')}5ff3`;
}
const word = (value: number): string => value.toString(16).padStart(64, '0');
const text = (value: string): string => Buffer.from(value).toString('hex').padEnd(64, '0');

async function symbolOf(returned: string): Promise<string | undefined> {
  await anvil.rpc('anvil_setCode', [at('5'), answering(returned)]);
  const { symbols } = await lookUp([], [assetOf(at('5'))]);
  return symbols[0]?.[1];
}

describe('looking up what stands on an EVM chain', () => {
  it('tells contracts from keys, delegated ones included, and never since when', async () => {
    await anvil.rpc('anvil_setCode', [at('7'), `0xef0100${usd.address.slice(2)}`]);
    const { accounts } = await lookUp([usd.address, at('9'), at('7')]);
    expect(accounts).toEqual([
      { account: on(usd.address), isContract: true, sinceMs: null },
      { account: on(at('9')), isContract: false, sinceMs: null },
      { account: on(at('7')), isContract: false, sinceMs: null },
    ]);
  });

  it('reads symbols in both forms of the standard, and leaves out whatever is none', async () => {
    const tokens = [assetOf(usd.address), NATIVE, assetOf(reverter.address), assetOf(at('9'))];
    expect((await lookUp([], tokens)).symbols).toEqual([[assetOf(usd.address), 'USD₮ ']]);
    expect(await symbolOf(text('MKR'))).toBe('MKR');
    expect(await symbolOf(word(32) + word(3) + text('DAI'))).toBe('DAI');
    for (const odd of [
      '',
      word(0),
      word(32) + word(0) + word(0),
      word(32) + word(65) + text('long'),
      word(32) + word(33) + text('cut'),
      word(64) + word(3) + text('DAI'),
      `${'f'.repeat(64)}${word(3)}${text('DAI')}`,
      word(32) + word(2) + 'fffe'.padEnd(64, '0'),
      'ff'.repeat(32),
      text('MKR').slice(0, 62),
    ])
      expect(await symbolOf(odd), odd).toBeUndefined();
  });

  it('asks everything side by side: one round trip', async () => {
    const asked: string[] = [];
    let waiting = 0;
    let most = 0;
    await using endpoint = await lyingEndpoint(anvil.rpcUrl, async ({ method }, result) => {
      asked.push(method);
      most = Math.max(most, (waiting += 1));
      await new Promise((resolve) => setTimeout(resolve, 100));
      waiting -= 1;
      return result;
    });
    const { node: counted } = connect(endpoint);
    try {
      await counted.verifyChain();
      asked.length = 0;
      await lookUp([usd.address, at('9')], [assetOf(usd.address), assetOf(at('9'))], counted);
      expect([asked.toSorted(), most]).toEqual([['eth_call', 'eth_call', 'eth_getCode', 'eth_getCode'], 4]);
    } finally {
      await counted.close();
    }
  });

  it('refuses what is not of the chain, and too much at once', async () => {
    const foreign = on(at('9')).replace(CHAIN, 'eip155:1') as ReturnType<typeof on>;
    await expect(node.lookUp?.({ accounts: [foreign], tokens: [] })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(lookUp(Array.from({ length: 65 }, () => at('9')))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
