/** A second process on the same store: rotates, revokes and signs when it is told to. */
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { isCastellanError } from '../../src/core/index.ts';
import { createSoftwareCustody, openVault } from '../../src/custody/index.ts';
import { ENCRYPTION_KEY, HASHES, PAYLOAD, toLogCommand } from './bench.ts';
import { openWalletBook } from './wallet-book.ts';

const [path = ''] = process.argv.slice(2);
const clock = systemClock();
const random = systemRandom();
const store = await createSqliteStore({ path, clock, random });
const vault = await openVault({ store, random, tenant: 'test', encryptionKey: ENCRYPTION_KEY });
const { usage } = openWalletBook(store);
const { keys, custodian } = createSoftwareCustody({
  store,
  clock,
  random,
  vault,
  hashes: HASHES,
  redeemerId: 'p2',
  command: toLogCommand,
  usage,
});

const say = (message: unknown): void => void process.send?.(message);
const codeOf = async (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'ok',
    (error: unknown) => String(isCastellanError(error) ? (error.details['reason'] ?? error.code) : error),
  );
const ACTS: Readonly<Record<string, (...args: string[]) => Promise<unknown>>> = {
  sign: (permit = '') => codeOf(custodian.sign(permit, PAYLOAD)),
  async signAll(...permits) {
    const codes: string[] = [];
    for (const permit of permits) codes.push(await codeOf(custodian.sign(permit, PAYLOAD)));
    return codes;
  },
  rotate: async (keyId = '') => (await keys.rotateKey(keyId)).newKeyId,
  complete: async (keyId = '') => (await keys.completeRotation(keyId)).completed,
  revoke: async (keyId = '') => (await keys.revokeKey(keyId, 'told to')).state,
  run: async () => (await keys.runRotations()).rotated.map(({ newKeyId }) => newKeyId),
  /** Dies in the middle of a rotation: right before or right after its step is durable. */
  async die(keyId = '', when = '') {
    const dying: typeof store = {
      ...store,
      async apply(steps) {
        const isRotation = steps.some(({ commands }) => commands.some((c) => c.kind === 'doc.put' && c.key.startsWith('key-rotation/')));
        if (isRotation && when === 'before') process.kill(process.pid, 'SIGKILL');
        const results = await store.apply(steps);
        if (isRotation) process.kill(process.pid, 'SIGKILL');
        return results;
      },
    };
    const parts = { store: dying, clock, random, vault, hashes: HASHES, redeemerId: 'p3', command: toLogCommand, usage };
    await createSoftwareCustody(parts).keys.rotateKey(keyId);
  },
};
process.on('message', (message) => {
  const [act = '', ...args] = message as readonly string[];
  void ACTS[act]?.(...args).then(say, (error: unknown) => say(String(error)));
});
say('ready');
