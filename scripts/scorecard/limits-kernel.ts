import type { Row, Rows, StepContext } from '../../src/adapters/store/kernel/rows.ts';
import { runCommand } from '../../src/adapters/store/kernel/step.ts';
import type { Command, LedgerCap } from '../../src/core/index.ts';
import { permitId } from '../../src/core/index.ts';
import {
  ACCOUNT,
  AGENT,
  capsOf,
  permitTerms,
  redeemCommand,
  requestRow,
  settleCommand,
} from '../../src/testing/store-conformance/scene.ts';
import { type Bound, LIFE_MS, type Move } from './limits-paper.ts';

/** Rows as a plain map: a step's writes are on top of it until it is granted. Rows are never changed, so maps share them. */
class Overlay implements Rows {
  readonly #below: ReadonlyMap<string, Row>;
  readonly changed = new Map<string, Row | null>();

  constructor(below: ReadonlyMap<string, Row>) {
    this.#below = below;
  }

  get(key: string): Row | undefined {
    const own = this.changed.get(key);
    return own === undefined ? this.#below.get(key) : (own ?? undefined);
  }

  put(key: string, row: Row | null): void {
    this.changed.set(key, row);
  }
}

const NO_LOG = {
  findEntry: () => undefined,
  append: () => undefined,
  logIndex: null,
  skewed: false,
} as const satisfies Pick<StepContext, 'findEntry' | 'append' | 'logIndex' | 'skewed'>;

/** Runs one step of the store's own kernel on these rows; answers the rows after it, or undefined where it was refused. */
export function runStep(rows: ReadonlyMap<string, Row>, commands: readonly Command[], nowMs: number): Map<string, Row> | undefined {
  const overlay = new Overlay(rows);
  const context: StepContext = { ...NO_LOG, rows: overlay, closeAtMs: nowMs, openAtMs: nowMs };
  for (const command of commands) if (runCommand(context, command) !== undefined) return undefined;
  const after = new Map(rows);
  for (const [key, row] of overlay.changed) {
    if (row === null) after.delete(key);
    else after.set(key, row);
  }
  return after;
}

/** Caps over one account. */
export const capsFor = (bounds: readonly Bound[], account: string = ACCOUNT): readonly LedgerCap[] =>
  capsOf(
    bounds.map(([windowMs, limit]) => [windowMs, String(limit)]),
    account,
  );

/** A move as the step that a manager makes of it. */
export function commandsOf(move: Move, caps: readonly LedgerCap[], nowMs: number, account: string = ACCOUNT): readonly Command[] {
  switch (move.op) {
    case 'reserve': {
      const dueMs = nowMs + LIFE_MS;
      const request = requestRow(nowMs, { id: move.id, lines: [{ account, amount: String(move.amount) }], dueMs });
      const permit = permitTerms(nowMs, move.id, { expiresAtMs: dueMs, secret: secretOf(move.id) });
      return [
        { kind: 'ledger.reserve', request, caps },
        { kind: 'permit.issue', agent: AGENT, requestId: move.id, permit },
      ];
    }
    case 'redeem':
      return [redeemCommand(move.id, { redeemer: move.by, permitId: permitId(AGENT, move.id, secretOf(move.id)) })];
    case 'expire':
      return [{ kind: 'ledger.expire', agent: AGENT, requestId: move.id }];
    case 'kill':
      return [{ kind: 'halt.set', change: { kind: 'kill', reason: 'measured', by: 'scorecard' } }];
    default:
      return [settleCommand(move.id, move.op === 'reorg' ? 'broadcast' : move.op)];
  }
}

const secretOf = (id: string): string => permitTerms(0, id).secret;
