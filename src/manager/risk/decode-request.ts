import type { Chains } from '../directory.ts';
import { type PrepareParts, prepare } from '../pipeline/prepare.ts';
import { resolveRequest } from '../pipeline/resolve.ts';
import type { RiskParts } from './risk-engine.ts';

/**
 * Reads what only bytes can tell the way the gate does: builds them, and decodes them again. Asks the chain for sequence and
 * fee, and changes nothing. Undefined where the request cannot become bytes.
 */
export function createDecoder(
  parts: PrepareParts & { readonly tenant: string; readonly chains: Chains },
): NonNullable<RiskParts['decode']> {
  return async ({ parsed }, agent) => {
    const { tenant, chains } = parts;
    const resolved = resolveRequest({ parsed, id: 'supposed', tenant, agent, chains, nowMs: parts.nowMs() });
    if (!resolved.ok) return undefined;
    const prepared = await prepare(parts, resolved.value, { dryRun: true });
    return prepared.ok ? prepared.value.decoded.effects : undefined;
  };
}
