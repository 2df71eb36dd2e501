import { systemRandom } from '../../src/adapters/host/index.ts';
import { createAuthority } from '../../src/approvals/index.ts';
import { type Clock, createDeadlines, type RecoveryGrant, type Store, type VerificationMessage } from '../../src/core/index.ts';
import { openVault } from '../../src/custody/index.ts';
import { createRecoveryManager, type RecoveryManager } from '../../src/custody/recovery/recovery-manager.ts';
import { readHaltState } from '../../src/emergency/halt-state.ts';
import { toLogCommand, verifiers } from '../approvals/bench.ts';

const KEY = '8f1c2b7a90d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5a6b7c8d9e0f10213';

/** Recoveries of one process on a shared store, without cooldown. */
export async function openOnFile(
  store: Store,
  clock: Clock,
): Promise<{ readonly recovery: RecoveryManager; readonly sent: VerificationMessage[]; readonly grants: RecoveryGrant[] }> {
  const random = systemRandom();
  const vault = await openVault({ store, random, tenant: 'test', encryptionKey: KEY });
  const authority = await createAuthority({ store, tenant: 'test', clock, random, verifiers, command: toLogCommand });
  const sent: VerificationMessage[] = [];
  const grants: RecoveryGrant[] = [];
  const recovery = createRecoveryManager(
    {
      store,
      vault,
      clock,
      random,
      deadlines: createDeadlines(clock),
      authority,
      verifiers,
      provider: { steps: ['email'], send: (message) => void sent.push(message) },
      command: toLogCommand,
      readHalt: () => readHaltState(store),
      isUser: async () => true,
      onComplete: async (grant) => {
        grants.push(grant);
        return { newWalletAddress: 'w' };
      },
    },
    { verificationRequired: ['email'], cooldownPeriod: 0 },
  );
  return { recovery, sent, grants };
}
