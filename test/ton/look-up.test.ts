import { beginCell, type Cell, Dictionary } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createTonAdapter } from '../../src/adapters/ton/index.ts';
import { tokenAsset } from '../../src/core/asset.ts';
import { sha256 } from '../../src/core/digest.ts';
import { parseAccount } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { tonContract, tonFixture } from '../fixtures/ton-contracts.ts';
import { deployTon, type RawWallet, rawWallet } from '../fixtures/ton-deploy.ts';

let chain: TonDevChain;
let admin: RawWallet;
let adapter: ReturnType<typeof createTonAdapter>;

beforeAll(async () => {
  chain = await startTonDevChain();
  admin = await rawWallet(chain, 'admin', 100_000_000_000n);
  adapter = createTonAdapter({
    chains: [{ chain: chain.chain, endpoint: chain.url, maxClockSkewMs: 3_600_000 }],
    clock: systemClock(),
  });
});
afterAll(async () => {
  await adapter?.node(adapter.chains[0] as never).close();
  await chain?.close();
});

const key = BigInt(`0x${Buffer.from(sha256('symbol')).toString('hex')}`);
/** Content that stands on the chain, by TEP-64. */
function content(value: Cell): Cell {
  const fields = Dictionary.empty(Dictionary.Keys.BigUint(256), Dictionary.Values.Cell());
  fields.set(key, value);
  return beginCell().storeUint(0, 8).storeDict(fields).endCell();
}
const snake = (text: string): Cell => beginCell().storeUint(0, 8).storeStringTail(text).endCell();

async function minterOf(told: Cell) {
  const [code, walletCode] = await Promise.all([tonContract('jetton-minter'), tonContract('jetton-wallet')]);
  const data = beginCell().storeCoins(0).storeAddress(admin.address).storeRef(told).storeRef(walletCode).endCell();
  const minter = tonFixture(code, data);
  await deployTon(admin, [minter], 50_000_000n);
  return tokenAsset(chain.chain as never, parseAccount(minter.address.toRawString(), chain.chain as never));
}

const lookUp = (accounts: readonly string[], tokens: readonly string[] = []) => {
  const node = adapter.node(adapter.chains[0] as never);
  return (node.lookUp as NonNullable<typeof node.lookUp>)({
    accounts: accounts.map((text) => parseAccount(text, chain.chain as never)),
    tokens: tokens as never,
  });
};

describe('looking up what stands on TON', () => {
  it('reads a jetton’s symbol where it stands on the chain, and leaves out whatever is none', async () => {
    const genuine = await minterOf(content(snake('USD₮')));
    expect((await lookUp([], [genuine])).symbols).toEqual([[genuine, 'USD₮']]);
    const odd = [
      beginCell().storeUint(1, 8).storeStringTail('https://jetton.example/a.json').endCell(),
      content(beginCell().storeUint(1, 8).storeStringTail('USD').endCell()),
      content(snake('')),
      content(snake('x'.repeat(65))),
      content(beginCell().storeUint(0, 8).storeUint(0xfffe, 16).endCell()),
      content(beginCell().storeUint(0, 8).storeUint(1, 3).endCell()),
      beginCell().storeUint(0, 8).storeUint(1, 1).storeRef(beginCell().storeUint(7, 8).endCell()).endCell(),
      beginCell().endCell(),
    ];
    for (const told of odd) {
      const asset = await minterOf(told);
      expect((await lookUp([], [asset])).symbols, told.toString()).toEqual([]);
    }
  });

  it('tells contracts from wallets that a key alone controls, and from where nothing stands', async () => {
    const minter = tonFixture(await tonContract('jetton-minter'), beginCell().storeUint(1, 1).endCell());
    await deployTon(admin, [minter], 50_000_000n);
    const { accounts } = await lookUp([admin.address.toRawString(), minter.address.toRawString(), `0:${'77'.repeat(32)}`]);
    expect(accounts.map(({ isContract, sinceMs }) => [isContract, sinceMs])).toEqual([
      [false, null],
      [true, null],
      [false, null],
    ]);
  });
});
