import { Cell, loadMessage, type Message } from '@ton/core';
import { CastellanError } from '../../../../core/index.ts';
import { BITS_OF_SIGNATURE } from '../guarded-signer.ts';

/** An external message to a wallet, as somebody hands it to a node. */
export interface ExternalMessage {
  /** `<workchain>:<64 hex>` of the wallet that it is for. */
  readonly wallet: string;
  /** What a key would sign, where the signature stands behind it (version 5) and where it stands before it. */
  readonly candidates: readonly Cell[];
}

const MAX_BOC_TEXT = 90_000;

function invalid(message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message, details: { field: 'boc' } });
}

function read(boc: unknown): Message {
  if (typeof boc !== 'string' || boc.length > MAX_BOC_TEXT || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(boc))
    throw invalid('boc is a bag of cells in base64.');
  try {
    const roots = Cell.fromBoc(Buffer.from(boc, 'base64'));
    const [root] = roots;
    if (root !== undefined && roots.length === 1) return loadMessage(root.beginParse());
  } catch {
    // Whatever is wrong with it, it is no message.
  }
  throw invalid('boc is no external message.');
}

/**
 * Takes an external message apart: its signature is not looked at, since it will be ours.
 * @throws REQUEST_INVALID for anything but an external message with a signed body
 */
export function readExternal(boc: unknown): ExternalMessage {
  const { info, body } = read(boc);
  if (info.type !== 'external-in' || info.dest === undefined || info.dest === null)
    throw invalid('boc is no external message to a wallet.');
  const rest = body.bits.length - BITS_OF_SIGNATURE;
  if (rest < 0 || body.isExotic) throw invalid('The message has no room for a signature.');
  const { refs } = body;
  return {
    wallet: info.dest.toRawString(),
    candidates: [
      new Cell({ bits: body.bits.substring(0, rest), refs }),
      new Cell({ bits: body.bits.substring(BITS_OF_SIGNATURE, rest), refs }),
    ],
  };
}
