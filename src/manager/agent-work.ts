import type { AgentSigned } from '../core/agent-port.ts';
import { CastellanError } from '../core/errors.ts';
import type { AgentId } from '../core/ids.ts';
import { signOut } from './pipeline/advance.ts';
import { authorize } from './pipeline/authorize.ts';
import { dryRun, type ExecuteParts, execute } from './pipeline/execute.ts';
import { submit } from './pipeline/submit.ts';
import type { RequestForm } from './request.ts';

async function signTransaction(parts: ExecuteParts, agentId: AgentId, form: RequestForm): Promise<AgentSigned> {
  const exact = form.ok ? form.value.transaction : undefined;
  if (form.ok && !(exact instanceof Uint8Array))
    throw new CastellanError('REQUEST_INVALID', { message: 'The transaction to sign is a Uint8Array' });
  const submitted = await submit(parts, agentId, form, exact instanceof Uint8Array ? { exact } : {});
  if (submitted.kind === 'prior') throw new TypeError('a fresh id has no prior');
  const { decision, row } = submitted;
  const [first] = decision.reasons;
  if (decision.verdict !== 'approved' || row === null) {
    throw new CastellanError('REQUEST_DENIED', {
      message: first?.message ?? 'The request was denied',
      details: {
        verdict: decision.verdict,
        reason: first?.code ?? 'layer_missing',
        rule: first?.rule ?? null,
        decisionId: decision.id,
        requestId: decision.requestId,
      },
      retryable: first?.retryable ?? false,
    });
  }
  const { raw, hash } = await signOut(parts, row);
  return { raw, hash };
}

/** What an agent's handle does in the open house. */
export const agentWork = Object.freeze({ authorize, dryRun, execute, signTransaction });
/** See {@link agentWork}. */
export type AgentWork = typeof agentWork;
