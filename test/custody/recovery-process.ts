/** A second process on the same store: guesses, cancels or completes whenever it is told to. */

import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { openOnFile } from './recovery-on-file.ts';

const [path = ''] = process.argv.slice(2);
const clock = systemClock();
const store = await createSqliteStore({ path, clock, random: systemRandom() });
const { recovery, grants } = await openOnFile(store, clock);
const say = (message: unknown): void => void process.send?.(message);

interface Order {
  readonly sessionId: string;
  readonly codes?: readonly string[];
  readonly complete?: true;
}

process.on('message', (order: Order) => void obey(order));
async function obey({ sessionId, codes, complete }: Order): Promise<void> {
  if (complete) {
    const result = await recovery.completeRecovery(sessionId, { newCredentials: { publicKey: 'child' } });
    return say({ result, grants: grants.length });
  }
  const answers = await Promise.all((codes ?? []).map((code) => recovery.submitVerification(sessionId, { step: 'email', code })));
  say({ answers });
}
say('ready');
