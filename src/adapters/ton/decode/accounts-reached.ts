import { isCastellanError } from '../../../core/errors.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import type { Send } from '../out-list.ts';
import type { Asked, Protocols } from '../protocols/index.ts';
import { askedOf } from '../protocols/index.ts';
import type { Body } from './body.ts';
import { MAX_DEPTH, MAX_LEAVES } from './frame.ts';
import { readBody } from './read-body.ts';

type Message = Pick<Send['message'], 'to' | 'body'>;

/** Who has to be read before an order can be understood. */
export interface Reached {
  /** Every account that messages go to, those included that other contracts are made to send. */
  readonly accounts: readonly AccountId[];
  /** Accounts by which known routers are told what to give out. */
  readonly asked: readonly Asked[];
}

/** What a message asks of a router: behind a token’s transfer, or behind coins for an account of the router’s. */
function askedBy({ to, body }: Message, read: Body, chain: ChainId, protocols: Protocols): Asked | null {
  if (read.kind === 'jetton_transfer')
    return read.forwarded.kind === 'other' ? askedOf(read.destination, read.forwarded.payload, chain, protocols) : null;
  const owner = protocols.get(to)?.owner ?? null;
  const [payload] = body.refs;
  return owner === null || payload === undefined ? null : askedOf(owner, payload, chain, protocols);
}

/** Follows messages as decoding will. What cannot be read names nobody, as decoding will say. */
export function accountsReached(messages: readonly Message[], chain: ChainId, protocols: Protocols): Reached {
  const accounts = new Set<AccountId>();
  const asked = new Map<AccountId, Asked>();
  let leaves = 0;
  const visit = (some: readonly Message[], depth: number): void => {
    for (const message of some) {
      leaves += 1;
      if (leaves > MAX_LEAVES) return;
      accounts.add(message.to);
      const read = readBody(message.body, chain);
      const found = askedBy(message, read, chain, protocols);
      if (found !== null) asked.set(found.account, found);
      if (read.kind !== 'relay' || depth >= MAX_DEPTH) continue;
      try {
        const { sends, foreign, changes, signerUpdates } = read.open();
        leaves += foreign.length + changes.length + signerUpdates;
        visit(
          sends.map((send) => send.message),
          depth + 1,
        );
      } catch (error) {
        if (!isCastellanError(error)) throw error;
        leaves += MAX_LEAVES / 2;
      }
    }
  };
  visit(messages, 0);
  return { accounts: [...accounts], asked: [...asked.values()] };
}
