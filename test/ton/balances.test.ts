import { type Address, beginCell } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createTonAdapter } from '../../src/adapters/ton/index.ts';
import {
  type AccountId,
  type AssetId,
  type ChainId,
  type ChainNode,
  nativeAssetId,
  parseAccount,
  tokenAsset,
} from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { type JettonMinter, jettonWalletAddress } from '../fixtures/ton-contracts.ts';
import { deployJetton, deployTon, keysOf, type RawWallet, rawWallet, walletOf } from '../fixtures/ton-deploy.ts';
import { jettonTransferBody, mintBody } from '../fixtures/ton-messages.ts';
import { localEndpoint, lyingEndpoint, type Question } from './endpoint-fixture.ts';
import { muteMinter } from './hostile-contracts.ts';

const TON = 1_000_000_000n;
const CHAIN = 'ton:-3' as ChainId;
const NATIVE = nativeAssetId(CHAIN);

let chain: TonDevChain;
let operator: RawWallet;
let usd: JettonMinter;
let eur: JettonMinter;
let mute: JettonMinter;
let node: ChainNode;
/** Has coins and tokens, and no contract yet. */
let holder: Address;

const at = (address: Address): AccountId => parseAccount(address.toRawString(), CHAIN);
const assetOf = ({ address }: { readonly address: Address }): AssetId => tokenAsset(CHAIN, at(address));
const connect = (url: string, timeoutMs = 5_000): ChainNode =>
  createTonAdapter({ clock: systemClock(), chains: [{ chain: CHAIN, endpoint: url, timeoutMs }] }).node(CHAIN);
const ask = (assets: readonly AssetId[], account = at(holder), from = node) =>
  (from.balances as NonNullable<ChainNode['balances']>)(account, assets);

beforeAll(async () => {
  chain = await startTonDevChain();
  operator = await rawWallet(chain, 'operator of balances', 100n * TON);
  holder = walletOf(keysOf('holder').publicKey, chain).address;
  await chain.fund(holder.toString(), 3n * TON);
  usd = await deployJetton(operator, { content: 'https://jetton.example/usd', mint: [[holder, 2n ** 100n + 7n]] });
  eur = await deployJetton(operator, { content: 'https://jetton.example/eur', mint: [[operator.address, 5n]] });
  mute = await muteMinter(operator.address);
  await deployTon(operator, [mute], 50_000_000n);
  await operator.pay({ to: mute.address, value: TON / 10n, body: mintBody({ to: holder, amount: 3n }) });
  node = connect(chain.url);
});
afterAll(async () => {
  await node?.close();
  await chain?.close();
});

/** What a node behind a lying endpoint tells. */
async function through(change: (question: Question, result: Record<string, unknown>) => unknown) {
  await using endpoint = await lyingEndpoint(chain.url, change);
  const misled = connect(endpoint.url);
  try {
    return await ask([assetOf(usd)], at(holder), misled);
  } finally {
    await misled.close();
  }
}
const addressItem = (address: Address) => ['slice', { bytes: beginCell().storeAddress(address).endCell().toBoc().toString('base64') }];

describe('balances on TON', () => {
  it('are the coins, none or some, and each token of which there is something', async () => {
    expect(await ask([assetOf(eur), assetOf(usd), NATIVE, assetOf(usd)])).toEqual([
      { asset: NATIVE, amount: 3n * TON },
      { asset: assetOf(usd), amount: 2n ** 100n + 7n },
    ]);
    expect(await ask([])).toEqual([{ asset: NATIVE, amount: 3n * TON }]);
    const nobody = at(walletOf(keysOf('nobody at all').publicKey, chain).address);
    expect(await ask([assetOf(usd), assetOf(eur)], nobody)).toEqual([{ asset: NATIVE, amount: 0n }]);
  });

  it('leave out a token whose account is there and empty', async () => {
    const own = await operator.contract.getBalance();
    expect(await ask([assetOf(eur)], at(operator.address))).toEqual([
      { asset: NATIVE, amount: own },
      { asset: assetOf(eur), amount: 5n },
    ]);
    const body = jettonTransferBody({ amount: 5n, to: holder, responseTo: operator.address });
    await operator.pay({ to: jettonWalletAddress(eur, operator.address), value: TON / 10n, body });
    expect((await ask([assetOf(eur)], at(operator.address))).map(({ asset }) => asset)).toEqual([NATIVE]);
    expect((await ask([assetOf(eur)])).at(-1)).toEqual({ asset: assetOf(eur), amount: 5n });
  });

  it('are not told where a token tells none: a minter that is gone or an account that fails is not zero', async () => {
    const gone = tokenAsset(CHAIN, `${CHAIN}:0:${'7'.repeat(64)}` as AccountId);
    for (const asset of [gone, assetOf(operator), assetOf(mute)])
      await expect(ask([assetOf(usd), asset]), asset).rejects.toMatchObject({
        code: 'CHAIN_REJECTED',
        details: { reason: 'token_unreadable', asset },
      });
    await operator.pay({ to: mute.address, value: TON / 10n, body: mintBody({ to: holder, amount: 1n }) });
    expect((await ask([assetOf(mute)])).at(-1), 'an even number, which it tells').toEqual({ asset: assetOf(mute), amount: 4n });
  });

  it('are not believed of an account that says it is somebody else’s, or another token’s', async () => {
    const unreadable = { code: 'CHAIN_REJECTED', details: { reason: 'token_unreadable' } };
    const data = async (change: (stack: unknown[]) => unknown[]) =>
      through(({ method, params }, result) =>
        method === 'runGetMethod' && params['method'] === 'get_wallet_data'
          ? { ...result, stack: change([...(result['stack'] as unknown[])]) }
          : undefined,
      );
    for (const [what, change] of [
      ['owner', (stack) => [stack[0], addressItem(operator.address), ...stack.slice(2)]],
      ['minter', (stack) => [...stack.slice(0, 2), addressItem(eur.address), ...stack.slice(3)]],
      ['negative', (stack) => [['num', '-0x1'], ...stack.slice(1)]],
      ['no number', (stack) => [stack[1], ...stack.slice(1)]],
      ['nothing', () => []],
      ['only a number', (stack) => stack.slice(0, 1)],
    ] as readonly (readonly [string, (stack: unknown[]) => unknown[]])[])
      await expect(data(change), what).rejects.toMatchObject(unreadable);
    await expect(data((stack) => [['num', 'lots'], ...stack.slice(1)])).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
    const failed = through(({ method, params }, result) =>
      method === 'runGetMethod' && params['method'] === 'get_wallet_data' ? { ...result, exit_code: 9 } : undefined,
    );
    await expect(failed).rejects.toMatchObject(unreadable);
  });

  it('are of one block, and not told where an answer is of another', async () => {
    const stale = through(({ method }, result) =>
      method === 'getAddressInformation' ? { ...result, block_id: { ...(result['block_id'] as object), seqno: 1 } } : undefined,
    );
    await expect(stale).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
    let asked: unknown[] = [];
    await through(({ method, params }) => {
      if (method === 'getAddressInformation' || method === 'runGetMethod') asked = [...asked, params['seqno']];
      return undefined;
    });
    expect([asked.length, new Set(asked).size, typeof asked[0]]).toEqual([4, 1, 'number']);
  });

  it('are not told where nobody answers, and not looked for on another chain', async () => {
    await using silent = await localEndpoint(() => undefined);
    for (const [url, code] of [
      ['http://127.0.0.1:9', 'CHAIN_UNAVAILABLE'],
      [silent.url, 'TIMEOUT'],
    ] as const) {
      const away = connect(url, 100);
      await expect(ask([], at(holder), away)).rejects.toMatchObject({ code });
      await away.close();
    }
    await using counted = await lyingEndpoint(chain.url, () => undefined);
    const elsewhere = connect(counted.url);
    const many = Array.from({ length: 1_001 }, (_, n) => tokenAsset(CHAIN, `${CHAIN}:0:${n.toString(16).padStart(64, '0')}` as AccountId));
    for (const [account, assets] of [
      [`ton:-239:0:${'1'.repeat(64)}`, []],
      [at(holder), ['ton:-239/slip44:607']],
      [at(holder), [`ton:-239/jetton:0%3A${'1'.repeat(64)}`]],
      [at(holder), many],
    ] as const)
      await expect(ask(assets as never, account as AccountId, elsewhere)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(counted.asked).toEqual([]);
    await elsewhere.close();
  });
});
