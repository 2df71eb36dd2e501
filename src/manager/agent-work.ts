import { inspectLimits } from './limits/inspect-limits.ts';
import { authorize } from './pipeline/authorize.ts';
import { dryRun, execute } from './pipeline/execute.ts';
import { replace } from './pipeline/replace.ts';
import { signOrder } from './pipeline/sign-order.ts';
import { signTransaction } from './pipeline/sign-transaction.ts';

/** What an agent's handle does in the open house. */
export const agentWork = Object.freeze({ authorize, dryRun, execute, inspectLimits, replace, signOrder, signTransaction });
/** See {@link agentWork}. */
export type AgentWork = typeof agentWork;
