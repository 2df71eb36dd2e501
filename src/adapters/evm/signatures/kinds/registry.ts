import { COW_ORDER } from './cow.ts';
import { DELEGATION } from './delegation.ts';
import { DAI_PERMIT, EIP2612, ERC721_PERMIT } from './eip2612.ts';
import { EIP3009_CANCEL, EIP3009_RECEIVE, EIP3009_TRANSFER } from './eip3009.ts';
import { FORWARD_REQUEST, FORWARD_REQUEST_UNTIL, META_TRANSACTION } from './forwarded.ts';
import type { Kind } from './kind.ts';
import { ONE_INCH_ORDER } from './one-inch.ts';
import {
  PERMIT2_BATCH,
  PERMIT2_BATCH_TRANSFER,
  PERMIT2_BATCH_WITNESS,
  PERMIT2_SINGLE,
  PERMIT2_TRANSFER,
  PERMIT2_WITNESS,
} from './permit2.ts';
import { SAFE_MESSAGE, SAFE_TX } from './safe.ts';
import { SEAPORT_BULK, SEAPORT_ORDER } from './seaport.ts';
import { USER_OPERATION } from './user-operation.ts';
import { BALLOT, VOTES_DELEGATION } from './votes.ts';

const KINDS: readonly Kind[] = [
  EIP2612,
  DAI_PERMIT,
  ERC721_PERMIT,
  PERMIT2_SINGLE,
  PERMIT2_BATCH,
  PERMIT2_TRANSFER,
  PERMIT2_BATCH_TRANSFER,
  PERMIT2_WITNESS,
  PERMIT2_BATCH_WITNESS,
  EIP3009_TRANSFER,
  EIP3009_RECEIVE,
  EIP3009_CANCEL,
  SAFE_TX,
  SAFE_MESSAGE,
  DELEGATION,
  USER_OPERATION,
  SEAPORT_ORDER,
  SEAPORT_BULK,
  COW_ORDER,
  ONE_INCH_ORDER,
  VOTES_DELEGATION,
  BALLOT,
  META_TRANSACTION,
  FORWARD_REQUEST,
  FORWARD_REQUEST_UNTIL,
];

const BY_TYPE: ReadonlyMap<string, Kind> = new Map(
  KINDS.flatMap((kind) => kind.types.flatMap((type): [string, Kind][] => (typeof type === 'string' ? [[type, kind]] : []))),
);
const BY_FORM: readonly (readonly [RegExp, Kind])[] = KINDS.flatMap((kind) =>
  kind.types.flatMap((type): [RegExp, Kind][] => (typeof type === 'string' ? [] : [[type, kind]])),
);

/** The kind of a type as it is hashed; undefined where it is none that we know. */
export function kindOf(type: string): Kind | undefined {
  return BY_TYPE.get(type) ?? BY_FORM.find(([form]) => form.test(type))?.[1];
}
