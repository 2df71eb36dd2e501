import type { AuditLogger } from '../audit/index.ts';

/** The log: what happened, what of it others told us, reports, exports, and whether all of it still stands. */
export type Audit = Omit<AuditLogger, 'health'>;

/** Creates the room's door; `ask` opens whatever the log stands in. */
export function createAudit(ask: <T>(work: (trail: AuditLogger) => Promise<T>) => Promise<T>): Audit {
  return Object.freeze<Audit>({
    log(event) {
      const written = ask((trail) => trail.log(event));
      // Whoever does not wait for it is not brought down by it; who does wait hears of it.
      written.catch(() => undefined);
      return written;
    },
    query: (filter) => ask((trail) => trail.query(filter)),
    find: (decisionId) => ask((trail) => trail.find(decisionId)),
    receipt: (id) => ask((trail) => trail.receipt(id)),
    generateReport: (options) => ask((trail) => trail.generateReport(options)),
    verifyReport: (report) => ask((trail) => trail.verifyReport(report)),
    export: ((options: never) => ask((trail) => trail.export(options))) as unknown as AuditLogger['export'],
    verifyIntegrity: (options) => ask((trail) => trail.verifyIntegrity(options)),
    retention: () => ask((trail) => trail.retention()),
    archive: (options) => ask((trail) => trail.archive(options)),
    prune: (options) => ask((trail) => trail.prune(options)),
  });
}
