import type { Cell } from '@ton/core';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import type { CellReader } from '../cell-reader.ts';
import type { ExtendedAction } from '../extended-action.ts';
import type { ForeignAction, Send } from '../out-list.ts';

/** What a token’s or an item’s order passes on to whoever gets it. */
export type Forwarded =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'encrypted'; readonly bytes: number }
  | { readonly kind: 'other'; readonly op: string | null; readonly payload: Cell };

/** What another contract is told to do in its own name. */
export interface Relayed {
  readonly sends: readonly Send[];
  /** Actions that send nothing. */
  readonly foreign: readonly ForeignAction[];
  readonly changes: readonly ExtendedAction[];
  /** How often the order says who signs for the contract from then on. */
  readonly signerUpdates: number;
}

/** What the body of a message asks its receiver to do. `op` is `0x` and 8 hex digits. */
export type Body =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  /** Text that the receiver’s key alone can read, so many bytes of it. */
  | { readonly kind: 'encrypted'; readonly op: string; readonly bytes: number }
  | {
      readonly kind: 'jetton_transfer';
      readonly op: string;
      readonly amount: bigint;
      readonly destination: AccountId;
      /** Who gets what is left of the attached coins. */
      readonly response: AccountId | null;
      readonly customPayload: Cell | null;
      readonly forwardAmount: bigint;
      readonly forwarded: Forwarded;
    }
  | {
      readonly kind: 'jetton_burn';
      readonly op: string;
      readonly amount: bigint;
      readonly response: AccountId | null;
      readonly customPayload: Cell | null;
    }
  | { readonly kind: 'jetton_mint'; readonly op: string; readonly to: AccountId; readonly amount: bigint }
  | {
      readonly kind: 'nft_transfer';
      readonly op: string;
      readonly newOwner: AccountId;
      readonly response: AccountId | null;
      readonly customPayload: Cell | null;
      readonly forwardAmount: bigint;
      readonly forwarded: Forwarded;
    }
  /** An item that is no more afterwards, or no longer anybody’s. */
  | { readonly kind: 'nft_end'; readonly op: string; readonly method: string }
  /** Who rules over a contract, or what it is made of, is to be another. */
  | {
      readonly kind: 'authority';
      readonly op: string;
      readonly method: string;
      readonly aspect: 'owner' | 'code';
      readonly to: AccountId | null;
    }
  /** Orders for the receiver, which it carries out in its own name; read when they are walked, and not before. */
  | { readonly kind: 'relay'; readonly op: string; readonly method: string; readonly open: () => Relayed }
  /** `op` is null where there are fewer than 32 bits. */
  | { readonly kind: 'unknown'; readonly op: string | null; readonly detail: string };

/** Reads what follows an operation. @throws PAYLOAD_UNDECODABLE where it is in no standard form */
export type BodyReader = (reader: CellReader, chain: ChainId, op: string) => Body;

/** How an operation is shown. */
export const opText = (op: number): string => `0x${op.toString(16).padStart(8, '0')}`;
