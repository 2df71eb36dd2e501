import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionResult, SecurityManager } from '../../src/index.ts';
import type { Payer } from './ton-sends-scene.ts';

/** Something that is to be paid once. Its text and its amount name it, on the chain too. */
export interface Order {
  readonly payer: Payer;
  readonly asset: 'TON' | 'USD';
  /** Base units. */
  readonly amount: bigint;
  readonly text: string;
  /** Every request that was made for it, in order, with all answers. */
  readonly requests: Request[];
}

/** One request for an order; asked again under the same id while it may still be paid. */
export interface Request {
  readonly id: string;
  readonly answers: ExecutionResult[];
}

/** How often an order is asked for anew before it counts as never paid. */
const MOST_REQUESTS = 40;
/** How much longer each wait is before it is asked for anew, ms. */
const PAUSE_MS = 10;
/** How often one request is asked about. */
const MOST_ASKED = 400;

const DECIMALS = { TON: 9, USD: 6 } as const;

/** The next order of a payer. */
export function orderOf(payer: Payer, number: number, asset: Order['asset']): Order {
  // The coins are kept well apart from what a token transfer carries along.
  const base = asset === 'TON' ? 2_000_000n : 1_000n;
  return { payer, asset, amount: base + BigInt(number), text: `order ${number}`, requests: [] };
}

const lastOf = (request: Request | undefined): ExecutionResult | undefined => request?.answers.at(-1);

/** Whether the gate has told that the order is paid. */
export const isPaid = ({ requests }: Order): boolean => requests.some((request) => lastOf(request)?.status === 'success');

/** Whether a request may still be paid, or has not been asked for to the end. */
const isOpen = (request: Request): boolean => {
  const last = lastOf(request);
  if (last === undefined || last.pending === true) return true;
  // Decided and not signed yet: the same id goes on where it stopped.
  return last.status === 'execution_failed' && last.decision.verdict === 'approved' && last.receipt === undefined && !isOver(last);
};

/** Told that its bytes are void for ever. */
const isOver = ({ reasons }: ExecutionResult): boolean =>
  reasons.some(({ code }) => code === 'transaction_expired' || code === 'slot_taken' || code === 'reservation_not_held');

/** How one call of {@link pay} waits. */
export interface Patience {
  /** For the end of one asking, ms. */
  readonly settleTimeoutMs: number;
  /** False: asks once, and leaves what is pending as it is. */
  readonly untilOver: boolean;
  /** How many ask at the same time under the same id. */
  readonly askers: number;
}

/**
 * Asks for an order as an agent does that wants it paid once: the same id while the answer leaves it open, another id only
 * once the gate has said that nothing will come of the one before.
 */
export async function pay(security: SecurityManager, order: Order, { settleTimeoutMs, untilOver, askers }: Patience): Promise<void> {
  const { payer, asset, amount, text, requests } = order;
  const scale = 10n ** BigInt(DECIMALS[asset]);
  const spelled = `${amount / scale}.${(amount % scale).toString().padStart(DECIMALS[asset], '0')}`;
  while (!isPaid(order)) {
    let request = requests.at(-1);
    if (request === undefined || !isOpen(request)) {
      if (requests.length >= MOST_REQUESTS) return;
      // An endpoint that fails is left alone for a while after some failures: who asks at once is told no at once.
      await sleep(requests.length * PAUSE_MS);
      request = { id: `${text.replace(' ', '-')}.${requests.length}`, answers: [] };
      requests.push(request);
    }
    const asked = { id: request.id, to: payer.shop.toString(), amount: spelled, asset, comment: text };
    const ask = (): Promise<ExecutionResult> => security.agent(payer.agent).execute(asked, { settleTimeoutMs });
    const answers = await Promise.all(Array.from({ length: request.answers.length === 0 ? askers : 1 }, ask));
    request.answers.push(...answers);
    if (request.answers.length >= MOST_ASKED) return;
    if (!untilOver && isOpen(request)) return;
  }
}
