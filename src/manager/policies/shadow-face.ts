import { CastellanError } from '../../core/errors.ts';
import { expandTemplate } from '../permissions.ts';
import { checkId } from './change-policy.ts';
import { copyOf } from './joined-permissions.ts';
import { MAX_SHADOWS, type ShadowReport, type Shadows } from './shadows.ts';

/** Candidate policies beside those in force, in this process. */
export interface ShadowFace {
  /**
   * Judges an agent's decisions by a candidate too, from what each decision recorded: later, never instead. Each difference is an event
   * `shadow_difference`. Permissions are written as for `createAgent`; null ends it.
   * @throws POLICY_INVALID naming every wrong field, REQUEST_INVALID
   */
  shadow(agentId: string, permissions: unknown): Promise<ShadowReport | null>;
  /** What the candidate came to so far; null where the agent has none. */
  shadowReport(agentId: string): Promise<ShadowReport | null>;
}

/** The candidates of a house that may have to be opened first: what is handed in is copied before that. */
export function createShadowFace(within: <T>(work: (shadows: Shadows) => T | Promise<T>) => Promise<T>): ShadowFace {
  return Object.freeze<ShadowFace>({
    async shadow(agentId, permissions) {
      checkId('agentId', agentId);
      const candidate = permissions === null ? null : expandTemplate(copyOf(permissions, 'permissions'));
      return within((shadows) => {
        if (candidate !== null && shadows.report(agentId) === undefined && shadows.size() >= MAX_SHADOWS)
          throw new CastellanError('REQUEST_INVALID', {
            message: 'This process has as many candidates as it can hold',
            details: { most: MAX_SHADOWS },
          });
        shadows.set(agentId, candidate);
        return shadows.report(agentId) ?? null;
      });
    },
    async shadowReport(agentId) {
      checkId('agentId', agentId);
      return within((shadows) => shadows.report(agentId) ?? null);
    },
  });
}
