import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Address, beginCell, Cell } from '@ton/core';
import { runTolkCompiler } from '@ton/tolk-js';
import { type JettonMinter, type TonFixture, tonContract, tonFixture } from '../fixtures/ton-contracts.ts';

const folder = fileURLToPath(new URL('../../contracts/ton/', import.meta.url));

async function compile(name: string): Promise<Cell> {
  const result = await runTolkCompiler({
    entrypointFileName: `${name}.tolk`,
    fsReadCallback: (path) => readFileSync(`${folder}${path.endsWith('.tolk') ? path : `${path}.tolk`}`, 'utf8'),
  });
  if (result.status === 'error') throw new Error(result.message);
  return Cell.fromBase64(result.codeBoc64);
}

/** A contract that gives money back or keeps it, by the time or by the dice. */
export async function moody(byTime: boolean, nonce = 0): Promise<TonFixture> {
  return tonFixture(await compile('moody'), beginCell().storeBit(byTime).storeUint(nonce, 32).endCell());
}

/** A contract that writes to itself without end. */
export async function restless(): Promise<TonFixture> {
  return tonFixture(await compile('restless'), beginCell().endCell());
}

function minterWith(code: Cell, walletCode: Cell, admin: Address, link: string): JettonMinter {
  const content = beginCell().storeUint(1, 8).storeStringTail(`https://jetton.example/${link}.json`).endCell();
  const data = beginCell().storeCoins(0).storeAddress(admin).storeRef(content).storeRef(walletCode).endCell();
  return { ...tonFixture(code, data), walletCode };
}

/** A minter whose wallets do not tell an odd balance. */
export async function muteMinter(admin: Address): Promise<JettonMinter> {
  return minterWith(await tonContract('jetton-minter'), await compile('mute-jetton-wallet'), admin, 'mute');
}

/** A minter whose wallets' code stands in a library of the masterchain. `variant` makes the library another one. */
export async function libraryMinter(admin: Address, variant?: string): Promise<{ readonly minter: JettonMinter; readonly library: Cell }> {
  const library = variant === undefined ? await tonContract('jetton-wallet') : await compile('mute-jetton-wallet');
  const stub = beginCell().storeUint(2, 8).storeBuffer(library.hash()).endCell({ exotic: true });
  return { minter: minterWith(await tonContract('jetton-minter'), stub, admin, variant ?? 'library'), library };
}

/** A contract that gives money back only where any signature counts. */
export async function naive(): Promise<TonFixture> {
  return tonFixture(await compile('naive'), beginCell().storeUint(1, 8).endCell());
}

/** A contract whose get method never ends. */
export async function brooder(nonce: number): Promise<TonFixture> {
  brooderCode ??= compile('brooder');
  return tonFixture(await brooderCode, beginCell().storeUint(nonce, 32).endCell());
}
let brooderCode: Promise<Cell> | undefined;
