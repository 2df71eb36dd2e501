import { type Address, beginCell, type Cell } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dnsBytes } from '../../src/adapters/ton/names.ts';
import type { ChainNode } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { expectCode } from '../core/expect-code.ts';
import { type TonFixture, tonContract, tonFixture } from '../fixtures/ton-contracts.ts';
import { deployTon, keysOf, rawWallet, walletOf } from '../fixtures/ton-deploy.ts';
import { connect, idOf } from './node-scene.ts';

let chain: TonDevChain;
let node: ChainNode;
let alice: Address;
const wallet = (to: Address): Cell => beginCell().storeUint(0x9fd3, 16).storeAddress(to).storeUint(0, 8).endCell();
const next = (to: Address): Cell => beginCell().storeUint(0xba93, 16).storeAddress(to).endCell();

/** A resolver that knows one piece of a name. */
async function resolver(piece: string, record: Cell): Promise<TonFixture> {
  const name = Buffer.from(piece, 'latin1');
  const data = beginCell()
    .storeUint(name.length * 8, 16)
    .storeRef(beginCell().storeBuffer(name).endCell())
    .storeRef(record)
    .endCell();
  return tonFixture(await tonContract('resolver'), data);
}

const nodes: ChainNode[] = [];
/** A node that begins at this root. */
function from(root: TonFixture): ChainNode {
  const connected = connect(chain.url, { dnsRoot: root.address.toString({ testOnly: true }) }).node;
  nodes.push(connected);
  return connected;
}
const resolve = (name: string, by = node) => by.resolveName?.(name);

beforeAll(async () => {
  chain = await startTonDevChain();
  const operator = await rawWallet(chain, 'operator of names', 50_000_000_000n);
  alice = walletOf(keysOf('alice of names').publicKey, chain).address;
  const item = await resolver('\0alice\0', wallet(alice));
  const zone = await resolver('\0ton', next(item.address));
  await deployTon(operator, [item, zone]);
  node = from(zone);
});
afterAll(async () => {
  await Promise.all(nodes.map((open) => open.close()));
  await chain?.close();
});

describe('TON names', () => {
  it('lead through resolvers to the account that the last one names', async () => {
    expect(await resolve('alice.ton')).toBe(idOf(alice));
    expect(await resolve('ALICE.ton')).toBe(idOf(alice));
  });

  it('that nobody holds are no account', async () => {
    expect(await resolve('bob.ton')).toBeNull();
    expect(await resolve('alice.t.me')).toBeNull();
  });

  it('end at records in another form, at other records, and in circles', async () => {
    const operator = await rawWallet(chain, 'operator of odd names', 50_000_000_000n);
    const odd = await Promise.all([
      resolver('\0ton\0alice\0', next(alice)),
      resolver('\0ton\0alice\0', beginCell().storeUint(0x7473, 16).storeAddress(alice).endCell()),
      resolver('\0ton\0alice\0', beginCell().storeUint(0x9fd3, 16).endCell()),
      resolver('\0ton\0alice\0', beginCell().storeUint(0x9fd3, 16).storeUint(3, 2).storeUint(0, 64).endCell()),
      resolver('\0t', next(alice)),
      resolver('', next(alice)),
    ]);
    await deployTon(operator, odd);
    for (const root of odd) expect(await resolve('alice.ton', from(root))).toBeNull();
  });

  it('begin where the network’s configuration says', async () => {
    const bare = connect(chain.url).node;
    nodes.push(bare);
    // The root of the dev chain's configuration is an account without code here.
    expect(await resolve('alice.ton', bare)).toBeNull();
  });

  it.each([
    'alice',
    'alice.eth',
    'аlice.ton',
    'ali\u200dce.ton',
    'a_b.ton',
    '-a.ton',
    'a-.ton',
    'a..ton',
    '.ton',
    'a b.ton',
    'ａ.ton',
    `${'a'.repeat(125)}.ton`,
  ])('such as %j are refused', (name) => expectCode('NAME_INVALID', () => dnsBytes(name)));

  it('are written from the top, each label ended by a zero', () => {
    expect(Buffer.from(dnsBytes('pay.alice.ton')).toString('latin1')).toBe('\0ton\0alice\0pay\0');
  });
});
