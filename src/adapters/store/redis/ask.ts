import type { TimeMs } from '../../../core/ids.ts';
import type { LedgerWindow } from '../../../core/ledger.ts';
import { heldUntil } from '../../../core/ledger-hold.ts';
import type { Command, Step } from '../../../core/store.ts';
import { isCount, isKeyPart, isList, sumLines } from '../kernel/shape.ts';
import { stepId } from '../kernel/step.ts';

type Reserve = Extract<Command, { kind: 'ledger.reserve' }>;

/** The room that a step asks for. */
export interface Ask {
  /** Position of the step in its call. */
  readonly step: number;
  readonly command: Reserve;
  /** Names the take: one request of one agent. */
  readonly id: string;
  readonly lines: readonly AskedLine[];
  /** Until when the hold counts, as far as is known before the record decides. */
  heldUntil(closeAtMs: TimeMs): TimeMs;
  /** Of the step's entry in the log, which makes it idempotent. */
  readonly entryId: string | undefined;
  /** True where the counter may say no. Else the record alone can: an earlier command or step may be what it refuses or what makes room. */
  readonly refusable: boolean;
}

/** One account of an ask. */
export interface AskedLine {
  readonly account: string;
  readonly amount: bigint;
  readonly windows: readonly LedgerWindow[];
}

/**
 * What the steps of one call ask the counter for, in order. What is malformed, and what no limit stands over, is not among it: the
 * record refuses that, and it takes no room.
 */
export function asksOf(steps: readonly Step[]): readonly Ask[] {
  const asks: Ask[] = [];
  let refusable = true;
  for (const [at, step] of steps.entries()) {
    const commands = Array.isArray(step?.commands) ? step.commands : [];
    const reserves = commands.filter((command): command is Reserve => command?.kind === 'ledger.reserve');
    const first = reserves.length === 1 && commands[0] === reserves[0];
    refusable &&= first;
    for (const command of reserves) {
      const lines = linesOf(command);
      if (lines === undefined || lines.length === 0) continue;
      const { request } = command;
      asks.push({
        step: at,
        command,
        id: `${request.requestId}/${request.agent}`,
        lines,
        heldUntil: (closeAtMs) => Math.max(request.dueMs, heldUntil(request.dueMs, closeAtMs)),
        entryId: stepId(step),
        refusable: refusable && request.replaces === undefined,
      });
    }
  }
  return asks;
}

function linesOf({ request, caps }: Reserve): readonly AskedLine[] | undefined {
  const sums = sumLines(request?.lines);
  if (sums === undefined || !isList(caps) || !isCount(request.dueMs) || !isKeyPart(request.agent) || !isKeyPart(request.requestId))
    return undefined;
  const lines: AskedLine[] = [];
  for (const [account, amount] of sums) {
    const windows: LedgerWindow[] = [];
    for (const cap of caps) {
      if (cap?.account !== account) continue;
      if (!isList(cap.windows)) return undefined;
      windows.push(...cap.windows);
    }
    if (windows.length === 0 || windows.some((window) => window?.windowMs !== null && !isCount(window?.windowMs))) return undefined;
    lines.push({ account, amount, windows });
  }
  return lines;
}
