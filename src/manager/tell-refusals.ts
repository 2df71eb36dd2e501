import { newId } from '../core/id.ts';
import type { ReasonCode } from '../core/reason.ts';
import type { RefusedSignature } from '../custody/index.ts';
import type { Host } from './config.ts';
import type { Journal } from './journal.ts';

/** Refusals that mean somebody tried: not the ordinary ones, such as an expired permit or a stop in force. */
const SUSPICIOUS: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'permit_unknown',
  'permit_used',
  'permit_payload_mismatch',
  'permit_key_mismatch',
  'permit_void',
  'key_revoked',
]);

/** Logs signatures that custody refused. A log that cannot be written does not undo the refusal. */
export function tellRefusals(host: Host, tenant: string, journal: Journal): (refused: RefusedSignature) => void {
  return ({ reason, agent, requestId, payloadDigest }) => {
    if (!SUSPICIOUS.has(reason)) return;
    const at = host.clock.nowMs();
    const event = journal.command({
      v: 1,
      id: newId(host.random, at),
      tenant,
      at,
      agent,
      severity: 'error',
      type: 'execution_failed',
      details: { stage: 'custody', reason, requestId, payloadDigest },
    });
    void journal.apply([event]).catch(() => undefined);
  };
}
