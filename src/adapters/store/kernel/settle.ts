import { CastellanError } from '../../../core/errors.ts';
import type { ChargeLine, LedgerRow, WindowRow } from '../../../core/ledger.ts';
import { addInFlight, EMPTY_LEDGER, pruneHeld, takeHeld } from '../../../core/ledger-hold.ts';
import { bookAmount, EMPTY_WINDOW, pruneWindow, unbookAmount } from '../../../core/ledger-window.ts';
import type { Reason } from '../../../core/reason.ts';
import type { Command, RequestRow, RequestState } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { malformed, refuse } from './refuse.ts';
import type { StepContext } from './rows.ts';
import { readRow } from './rows.ts';
import { isText, sumLines } from './shape.ts';
import { freeSlot, reopenSlot } from './slot.ts';

type Settle = Extract<Command, { kind: 'ledger.settle' }>;

/** From where each move may start. `released` counts only where the permit had been redeemed: the chain has the last word. */
const FROM: Readonly<Record<Settle['to'], readonly RequestState[]>> = {
  signed: ['redeemed'],
  broadcast: ['signed', 'final', 'released'],
  final: ['redeemed', 'signed', 'broadcast', 'released'],
  released: ['redeemed', 'signed', 'broadcast'],
};

/** Moves a redeemed request forward, or back from `final` after a reorg. A move that was made already is a no-op. */
export function settle(context: StepContext, command: Settle): Reason | undefined {
  if (!Object.hasOwn(FROM, command.to)) return malformed('to');
  const key = storeKey.request(command.agent, command.requestId);
  const row = readRow<RequestRow>(context.rows, key);
  if (row === undefined) return refuse('reservation_not_held', 'No such request is known.');
  const sameHash = command.txHash === undefined || row.txHash === null || command.txHash === row.txHash;
  if (row.state === command.to && sameHash) return undefined;
  const wasRedeemed = row.permit !== null && row.permit.redeemedBy !== null;
  if (
    !wasRedeemed ||
    !FROM[command.to].includes(row.state) ||
    (command.to === 'signed' && !isText(command.sealed, 1_048_576)) ||
    (!sameHash && command.to !== 'signed')
  ) {
    return refuse('version_conflict', `A request that is ${row.state} cannot become ${command.to}.`, {
      facts: { state: row.state, to: command.to },
    });
  }
  const moved: RequestRow = {
    ...row,
    state: command.to,
    sealed: command.sealed ?? row.sealed,
    txHash: command.txHash ?? row.txHash,
    // Rises with each move, also within one moment: it tells two moves of the same kind apart.
    updatedMs: Math.max(context.closeAtMs, row.updatedMs + 1),
  };
  if (command.to === 'signed') return put(context, moved);
  if (command.to === 'final') return makeFinal(context, row, moved, command.lines);
  if (command.to === 'released') {
    if (command.freesSlot === true) reopenSlot(context, row);
    return release(context, row, moved);
  }
  return returnToFlight(context, row, moved);
}

/** Gives the room of a held reservation back, voiding its permit. A redeemed one is refused. */
export function expire(context: StepContext, agent: string, requestId: string): Reason | undefined {
  const row = readRow<RequestRow>(context.rows, storeKey.request(agent, requestId));
  if (row === undefined) return refuse('reservation_not_held', 'No such request is known.');
  const wasRedeemed = row.permit !== null && row.permit.redeemedBy !== null;
  if (row.state === 'released' && !wasRedeemed) return undefined;
  if (row.state !== 'held')
    return refuse('reservation_not_held', `A request that is ${row.state} holds no room that could expire.`, {
      facts: { state: row.state },
    });
  for (const [account, amount] of sumLines(row.lines) ?? []) unhold(context, account, amount, row.heldUntilMs ?? row.dueMs);
  freeSlot(context, row);
  return put(context, { ...row, state: 'released', permit: null, updatedMs: context.closeAtMs });
}

/** Moves room from held to in flight, for a redeem. */
export function takeFlight(context: StepContext, row: RequestRow): void {
  for (const [account, amount] of sumLines(row.lines) ?? []) {
    unhold(context, account, amount, row.heldUntilMs ?? row.dueMs);
    changeFlight(context, account, amount);
  }
}

function put(context: StepContext, row: RequestRow): undefined {
  context.rows.put(storeKey.request(row.agent, row.requestId), row);
  const open = row.state === 'redeemed' || row.state === 'signed' || row.state === 'broadcast';
  const key = storeKey.open(row.agent, row.requestId);
  if (!open) context.rows.put(key, null);
  else if (context.rows.get(key) === undefined) context.rows.put(key, { agent: row.agent, requestId: row.requestId });
  return undefined;
}

function makeFinal(context: StepContext, row: RequestRow, moved: RequestRow, lines: readonly ChargeLine[] | undefined): Reason | undefined {
  const reserved = sumLines(row.lines);
  const charged = sumLines(lines ?? []);
  if (reserved === undefined || charged === undefined) return malformed('lines');
  // What the chain charged replaces what was reserved, account by account; an account left out keeps its reservation.
  const booked = new Map([...reserved, ...charged]);
  if (row.state !== 'released') for (const [account, amount] of reserved) changeFlight(context, account, -amount);
  for (const [account, amount] of booked) changeBooked(context, account, amount, context.closeAtMs);
  return put(context, { ...moved, booked: { atMs: context.closeAtMs, lines: toLines(booked) } });
}

function release(context: StepContext, row: RequestRow, moved: RequestRow): undefined {
  for (const [account, amount] of sumLines(row.lines) ?? []) changeFlight(context, account, -amount);
  return put(context, moved);
}

/** After a reorg: out of the windows again, and in flight with the larger of what was reserved and what was charged. */
function returnToFlight(context: StepContext, row: RequestRow, moved: RequestRow): undefined {
  if (row.state === 'signed') return put(context, moved);
  const flying = sumLines(row.lines) ?? new Map<string, bigint>();
  if (row.state === 'final' && row.booked) {
    for (const [account, amount] of sumLines(row.booked.lines) ?? []) {
      changeBooked(context, account, -amount, row.booked.atMs);
      if (amount > (flying.get(account) ?? 0n)) flying.set(account, amount);
    }
  }
  for (const [account, amount] of flying) changeFlight(context, account, amount);
  return put(context, { ...moved, lines: toLines(flying), booked: null });
}

function toLines(sums: ReadonlyMap<string, bigint>): ChargeLine[] {
  return [...sums].map(([account, amount]) => ({ account, amount: String(amount) }));
}

function unhold(context: StepContext, account: string, amount: bigint, untilMs: number): void {
  const row = pruneHeld(readRow<LedgerRow>(context.rows, storeKey.ledger(account)) ?? EMPTY_LEDGER, context.openAtMs);
  // A hold that is over was pruned with its whole entry; store time never falls, so it cannot come back.
  const left = untilMs < context.openAtMs ? row : takeHeld(row, untilMs, amount);
  if (left === undefined) throw corrupt(account);
  context.rows.put(storeKey.ledger(account), left);
}

function changeFlight(context: StepContext, account: string, delta: bigint): void {
  const changed = addInFlight(readRow<LedgerRow>(context.rows, storeKey.ledger(account)) ?? EMPTY_LEDGER, delta);
  if (changed === undefined) throw corrupt(account);
  context.rows.put(storeKey.ledger(account), changed);
}

function changeBooked(context: StepContext, account: string, delta: bigint, atMs: number): void {
  const row = readRow<LedgerRow>(context.rows, storeKey.ledger(account)) ?? EMPTY_LEDGER;
  const total = BigInt(row.total) + delta;
  if (total < 0n) throw corrupt(account);
  context.rows.put(storeKey.ledger(account), { ...row, total: String(total) });
  for (const windowMs of row.windows ?? []) {
    const key = storeKey.ledgerWindow(account, windowMs);
    const window = pruneWindow(readRow<WindowRow>(context.rows, key) ?? EMPTY_WINDOW, windowMs, context.openAtMs);
    context.rows.put(key, delta >= 0n ? bookAmount(window, windowMs, atMs, delta) : unbookAmount(window, windowMs, atMs, -delta));
  }
}

function corrupt(account: string): CastellanError {
  return new CastellanError('STORE_CORRUPT', { message: 'The ledger holds less than a reservation put into it.', details: { account } });
}
