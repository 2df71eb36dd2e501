import { type Builder, beginCell, Cell, comment } from '@ton/core';
import {
  address,
  asked,
  bodyOf,
  itemTransfer,
  messageTo,
  multisigOrder,
  multisigSend,
  newOrder,
  THIEF,
  tokenTransfer,
} from '../body-fixture.ts';
import { BOB, JETTON_WALLET, NEW, POOL, WALLET } from '../codec-fixture.ts';
import { bytesOf, listOf, messageCell, sendAction, w5 } from '../order-fixture.ts';
import type { Seed } from './seeds.ts';

/** A payload that is as much work as its bytes can be made to be, mostly by having many share what is long. */
export interface HeavySeed extends Seed {
  readonly name: string;
}

const MOST_SENDS = 255;
/** Sends of a list inside another list: both together are as deep as a payload may be. */
const INNER_SENDS = 240;
/** As long as a text may be. */
const PAGE = 16_384;
const page = comment('tea for two, and two for tea; '.repeat(PAGE / 30).slice(0, PAGE - 30));
const sealedPage = bodyOf(0x2167da4b, (to) => to.storeStringTail('x'.repeat(PAGE - 16)));

const list = (count: number, message: (index: number) => Cell): Cell =>
  listOf(Array.from({ length: count }, (_, index) => sendAction(message(index))));
const sends = (message: (index: number) => Cell): Cell => w5(list(MOST_SENDS, message));
const toPool =
  (body: Cell) =>
  (index: number): Cell =>
    messageTo(POOL, BigInt(index + 1), body);
/** Two orders to a highload wallet that share a list: as many messages as are followed. */
const twice = (message: (index: number) => Cell): Cell => {
  const order = asked(0xae42e5a4, (to) => to.storeRef(list(INNER_SENDS, message)));
  return w5(list(2, toPool(order)));
};

/** A dictionary with 2^`depth` entries that are all one cell. */
function forked(depth: number, leaf: Cell): Cell {
  let fork = leaf;
  for (let level = 0; level < depth; level += 1) fork = beginCell().storeUint(0b00, 2).storeRef(fork).storeRef(fork).endCell();
  return fork;
}

const sameLabel = (to: Builder, bits: number): Builder => to.storeUint(0b110, 3).storeUint(bits, Math.ceil(Math.log2(bits + 1)));
const currencies = forked(8, sameLabel(beginCell(), 24).storeUint(31, 5).storeBuffer(Buffer.alloc(31, 0xff)).endCell());
const withCurrencies = (index: number): Cell =>
  beginCell()
    .storeUint(0b0110, 4)
    .storeUint(0, 2)
    .storeAddress(address(BOB))
    .storeCoins(index + 1)
    .storeMaybeRef(currencies)
    .storeUint(0, 4 + 4 + 64 + 32 + 2)
    .endCell();

const entry = (action: Cell): Cell => beginCell().storeUint(0b00, 2).storeRef(action).endCell();
const signerUpdate = bodyOf(0x1d0cfbd3, (to) => to.storeUint(2, 8).storeRef(comment('signers')).storeBit(false));
const signerUpdates = newOrder(forked(8, entry(signerUpdate)));
const brokenOrder = newOrder(forked(8, entry(bodyOf(5))));
const multisigPages = newOrder(multisigOrder([multisigSend(messageTo(BOB, 1n, page)), multisigSend(messageTo(THIEF, 1n, page))]));

let setCodes = Cell.EMPTY;
for (let left = 5; left > 0; left -= 1)
  setCodes = beginCell().storeRef(setCodes).storeUint(0xad4de08e, 32).storeRef(comment('code')).endCell();
let changes = beginCell().storeUint(2, 8).storeAddress(address(THIEF)).endCell();
for (let left = 9; left > 0; left -= 1) changes = beginCell().storeUint(2, 8).storeAddress(address(THIEF)).storeRef(changes).endCell();
const extensionOrder = asked(0x6578746e, (to) => to.storeMaybeRef(setCodes).storeBit(true).storeSlice(changes.beginParse()));

/** Of distinct cells, four to a cell. */
function tree(leaves: number): Cell {
  let level = Array.from({ length: leaves }, (_, index) => beginCell().storeUint(index, 200).endCell());
  while (level.length > 1) {
    const below = level;
    level = Array.from({ length: Math.ceil(below.length / 4) }, (_, index) =>
      below
        .slice(index * 4, index * 4 + 4)
        .reduce((to, cell) => to.storeRef(cell), beginCell().storeUint(index, 40))
        .endCell(),
    );
  }
  return level[0] as Cell;
}
const wide = tree(1_000);
const half = tree(280);

const deployed = (index: number): Cell =>
  messageCell({ dest: address(NEW), bounce: false }, { init: { code: comment(`code${index}`), data: comment(`data${index}`) } });
const ORDERS: Readonly<Record<string, Cell>> = {
  'payments with a text of their own': sends((index) => messageTo(BOB, BigInt(index + 1), comment(`rent ${index}`))),
  'items with a text of their own': sends((index) => messageTo(POOL, 5n, itemTransfer({ forward: 5n, payload: comment(`x${index}`) }))),
  'a page of text, shared': twice(() => messageTo(BOB, 1n, page)),
  'a page that cannot be read, shared': twice(() => messageTo(BOB, 1n, sealedPage)),
  'tokens with a page of text, shared': twice(() => messageTo(JETTON_WALLET, 1n, tokenTransfer({ payload: page }))),
  'items with a page of text, shared': twice(() => messageTo(POOL, 1n, itemTransfer({ forward: 5n, payload: page }))),
  'a text of one alphabet and another': sends((index) => messageTo(BOB, 1n, comment(index === 0 ? 'αa '.repeat(PAGE / 4) : 'x'))),
  'hundreds of currencies, shared': sends(withCurrencies),
  'hundreds of currencies, shared by orders inside': twice(withCurrencies),
  'hundreds of new signers, shared': sends(toPool(signerUpdates)),
  'hundreds of new signers, shared by orders inside': twice(toPool(signerUpdates)),
  'orders inside that break off, shared': sends(toPool(brokenOrder)),
  'multisig orders with pages, shared': w5(list(25, toPool(multisigPages))),
  'changes of other wallets, shared': w5(list(100, toPool(extensionOrder))),
  'changes of other wallets, shared by orders inside': twice(toPool(extensionOrder)),
  'deployments of their own': twice(deployed),
  'a tree of many cells, shared': sends((index) => messageTo(BOB, BigInt(index + 1), wide)),
  'a tree of some cells, shared by a few': w5(list(10, (index) => messageTo(BOB, BigInt(index + 1), half))),
};

/** The longest roads that are known through the decoder. */
export const HEAVY: readonly HeavySeed[] = Object.entries(ORDERS).map(([name, order]) => ({
  name,
  payload: bytesOf(order),
  wallet: WALLET,
}));
