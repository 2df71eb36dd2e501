import { CastellanError } from '../../core/errors.ts';
import { snapshot } from '../snapshot.ts';
import type { RiskEngine, RiskQuestion } from './risk-engine.ts';
import { copyHistory, type TransactionHistory } from './risk-history.ts';
import { createScreeningFace } from './screening/index.ts';

/** Runs work in the room, once it is open. */
export type InRisk = <T>(work: (room: RiskEngine) => Promise<T>) => Promise<T>;

function copyOf<T>(given: T, what: string): T {
  try {
    return snapshot(given) as T;
  } catch {
    throw new CastellanError('REQUEST_INVALID', { message: `${what} is no plain data`, details: { field: what } });
  }
}

/** The risk engine of a house that may have to be opened first: whatever is handed in is copied before that. */
export function createRiskFace(within: InRisk): RiskEngine {
  const copies = (request: RiskQuestion, history: TransactionHistory | undefined) =>
    [copyOf(request, 'request'), history === undefined ? undefined : (copyHistory(history) as TransactionHistory)] as const;
  return Object.freeze<RiskEngine>({
    async assessTransaction(request, history) {
      const own = copies(request, history);
      return within((room) => room.assessTransaction(...own));
    },
    async detectAnomalies(request, history) {
      const own = copies(request, history);
      return within((room) => room.detectAnomalies(...own));
    },
    async checkFraudPatterns(request, history) {
      const own = copies(request, history);
      return within((room) => room.checkFraudPatterns(...own));
    },
    async addToBlacklist(address, details) {
      const own = copyOf(details, 'details');
      return within((room) => room.addToBlacklist(address, own));
    },
    async removeFromBlacklist(address, options = {}) {
      const own = copyOf(options, 'options');
      return within((room) => room.removeFromBlacklist(address, own));
    },
    isBlacklisted: (address) => within((room) => room.isBlacklisted(address)),
    screening: createScreeningFace((work) => within((room) => work(room.screening)), copyOf),
  });
}
