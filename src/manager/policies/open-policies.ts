import { compilePolicy, createJudge, DEFAULT_POLICY_BASE } from '../../authz/index.ts';
import { canonicalize } from '../../core/canonical.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { createDeadlines } from '../../core/deadline.ts';
import type { Json } from '../../core/store.ts';
import { createPolicyBook } from '../policy-book.ts';
import type { TokenList } from './capability-facts.ts';
import { createPolicies, type PolicyManager } from './policy-manager.ts';
import type { PolicyManagerOptions } from './policy-manager-options.ts';
import { standAlone } from './stand-alone-parts.ts';

/** Puts a policy manager on its own feet. */
export function openPolicies(options: PolicyManagerOptions & { readonly tokens: readonly Token[] }, chains: TokenList): PolicyManager {
  const alone = standAlone(options);
  const { clock } = alone.host;
  const { tokens, price, base = DEFAULT_POLICY_BASE } = options;
  return createPolicies({
    ...alone,
    policies: createPolicyBook(
      (permissions) => compilePolicy(permissions, tokens, base),
      JSON.parse(canonicalize({ tokens, base })) as Json,
    ),
    judge: createJudge({ clock, deadlines: createDeadlines(clock) }),
    chains,
    price,
    enabled: true,
    locallyHalted: () => false,
    decisionTimeoutMs: 20_000,
  });
}
