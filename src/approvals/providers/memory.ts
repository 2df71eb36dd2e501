import type { ApprovalAnswer, ApprovalProvider, ApprovalRequest, AttestationKey } from '../../core/index.ts';
import { signApproval } from '../ed25519-verifier.ts';

/** What a memory provider stands on. */
export interface MemoryApprovalProviderOptions {
  /** Keys of people, in this process; the id of each is the one it is registered under. */
  readonly keys: readonly AttestationKey[];
  /** What the person says after reading `request.rendered`; undefined says nothing. */
  readonly decide: (
    request: ApprovalRequest,
    approver: string,
  ) => ApprovalAnswer['verdict'] | undefined | Promise<ApprovalAnswer['verdict'] | undefined>;
}

/**
 * A person's key in this process, for demonstrations and tests: whoever runs the process can approve with it. In
 * production a person's key is on the person's device.
 *
 * @param input - keys that are registered as approvers, and who decides; undefined leaves a request open
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { createAttestationKey, createMemoryApprovalProvider } from 'castellan';
 *
 * const anna = createAttestationKey('anna', randomBytes(32));
 * const provider = createMemoryApprovalProvider({
 *   keys: [anna],
 *   decide: (request) => (request.satisfies.includes('approval_required') ? 'approve' : 'reject'),
 * });
 * console.log(typeof provider.notify); // function
 * ```
 */
export function createMemoryApprovalProvider({ keys, decide }: MemoryApprovalProviderOptions): ApprovalProvider {
  return Object.freeze({
    name: 'memory',
    async notify(request: ApprovalRequest, respond: Parameters<ApprovalProvider['notify']>[1]): Promise<void> {
      for (const key of keys) {
        const verdict = await decide(request, key.id);
        if (verdict !== 'approve' && verdict !== 'reject') continue;
        const record = await respond(signApproval(key, request, verdict));
        if (record.state !== 'pending') return;
      }
    },
  });
}
