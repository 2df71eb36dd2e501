import type { Decision } from '../../core/decision.ts';
import type { Store } from '../../core/store.ts';
import { keptFrom } from '../pruned.ts';
import { toAuditEntry } from '../search/audit-entry.ts';
import type { FindApproval } from './figures.ts';

/** Approved decisions remembered while a report is counted; an execution follows its decision within minutes. */
const MAX_REMEMBERED = 20_000;

interface Approved {
  readonly agent: string;
  readonly requestId: string;
  readonly index: number;
}

/** Looks approved decisions up: those met on the way from memory, all others in the log. */
export function createApprovalFinder(store: Store): {
  readonly meet: (decision: Decision, index: number) => void;
  readonly find: FindApproval;
  /** Decisions that were asked for and whose text was dropped. */
  readonly unknowable: () => number;
} {
  const met = new Map<string, Approved>();
  let unknowable = 0;
  const readApproved = async (decisionId: string): Promise<Approved | null | undefined> => {
    const known = met.get(decisionId);
    if (known !== undefined) return known;
    const index = await store.findLog(decisionId);
    const [row] = index === undefined ? [] : await store.log(index, 1);
    if (row === undefined || row.index !== index) return undefined;
    if (row.entry === '' && row.index < (await keptFrom(store))) return null;
    const { event } = toAuditEntry(row);
    if (event.type !== 'decision_made' || event.decision.id !== decisionId || event.decision.verdict !== 'approved') return undefined;
    return { agent: event.decision.agent, requestId: event.decision.requestId, index };
  };
  return {
    meet(decision, index) {
      if (decision.verdict !== 'approved') return;
      if (met.size >= MAX_REMEMBERED) {
        const oldest = met.keys().next();
        if (oldest.done !== true) met.delete(oldest.value);
      }
      met.set(decision.id, { agent: decision.agent, requestId: decision.requestId, index });
    },
    async find({ decisionId, requestId, agent, index }) {
      const approved = await readApproved(decisionId);
      if (approved === null) {
        unknowable += 1;
        return null;
      }
      return approved !== undefined && approved.agent === agent && approved.requestId === requestId && approved.index < index;
    },
    unknowable: () => unknowable,
  };
}
