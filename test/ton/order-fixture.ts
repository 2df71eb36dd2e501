import { type Address, beginCell, Cell, type MessageRelaxed, type OutAction, storeMessageRelaxed, storeOutList } from '@ton/core';
import { addressOf } from '../../src/adapters/ton/address.ts';
import type { AccountFact, DecodedTransaction, Effect } from '../../src/core/index.ts';
import { BOB, codec, FACTS, PUBLIC_KEY, TESTNET, WALLET } from './codec-fixture.ts';

export const bytesOf = (cell: Cell): Uint8Array => new Uint8Array(cell.toBoc({ idx: false, crc32: false }));
export const bob: Address = addressOf(BOB, TESTNET);
const W5_ID = 0x7ffffffd;
const UNTIL = 1_800_000_000;

type Info = Extract<MessageRelaxed['info'], { type: 'internal' }>;

/** A message by the official library, with whatever is to be odd about it. */
export function messageCell(info: Partial<Info> = {}, rest: Partial<Omit<MessageRelaxed, 'info'>> = {}): Cell {
  const message: MessageRelaxed = {
    info: {
      type: 'internal',
      ihrDisabled: true,
      bounce: true,
      bounced: false,
      dest: bob,
      value: { coins: 10n ** 9n },
      ihrFee: 0n,
      forwardFee: 0n,
      createdLt: 0n,
      createdAt: 0,
      ...info,
    },
    body: Cell.EMPTY,
    ...rest,
  };
  return beginCell().store(storeMessageRelaxed(message)).endCell();
}

/** A list of actions whose cells are given: the first one innermost. */
export function listOf(actions: readonly Cell[]): Cell {
  let list = Cell.EMPTY;
  for (const action of actions) list = beginCell().storeRef(list).storeSlice(action.beginParse()).endCell();
  return list;
}

export const sendAction = (message: Cell, mode = 3): Cell =>
  beginCell().storeUint(0x0ec3c86d, 32).storeUint(mode, 8).storeRef(message).endCell();
export const officialList = (actions: OutAction[]): Cell => beginCell().store(storeOutList(actions)).endCell();

/** A W5 order around a list of actions; `tail` is what follows it. */
export function w5(list: Cell | null, options: { walletId?: number; mark?: number; tail?: Cell } = {}): Cell {
  const { walletId = W5_ID, mark = 0x7369676e, tail } = options;
  const cell = beginCell().storeUint(mark, 32).storeUint(walletId, 32).storeUint(UNTIL, 32).storeUint(7, 32).storeMaybeRef(list);
  return (tail === undefined ? cell.storeBit(false) : cell.storeSlice(tail.beginParse())).endCell();
}

export const w5Of = (message: Cell, mode = 3): Cell => w5(listOf([sendAction(message, mode)]));

/** What the codec says of an order. */
export function decodeOrder(order: Cell, facts: readonly AccountFact[] = FACTS): DecodedTransaction {
  return codec.decode({ ...codec.adopt(bytesOf(order), TESTNET, WALLET, PUBLIC_KEY), facts });
}

/** `details.reason` of the refusal to take these bytes; `taken` where there is none, `error` for any other error. */
export function refusalOf(payload: Uint8Array | Cell): string {
  try {
    codec.adopt(payload instanceof Cell ? bytesOf(payload) : payload, TESTNET, WALLET, PUBLIC_KEY);
    return 'taken';
  } catch (error) {
    const { code, details } = error as { code?: string; details?: Record<string, unknown> };
    return code === 'PAYLOAD_UNDECODABLE' ? String(details?.['reason']) : `error ${String(error)}`;
  }
}

export const kinds = (decoded: DecodedTransaction): string[] => decoded.effects.map(({ kind }) => kind);
export const hazardsOf = (decoded: DecodedTransaction): string[] =>
  decoded.effects.flatMap((effect) => (effect.kind === 'hazard' ? [effect.hazard] : []));
export const outflows = (decoded: DecodedTransaction): [string | null, string, bigint][] =>
  decoded.effects.flatMap((effect): [string | null, string, bigint][] =>
    effect.kind === 'outflow' ? [[effect.counterparty, effect.asset, effect.amount]] : [],
  );
export const unknownsOf = (decoded: DecodedTransaction): Extract<Effect, { kind: 'unknown' }>[] =>
  decoded.effects.filter((effect) => effect.kind === 'unknown');
