import { resolve } from 'node:path';
import { readText, systemClock, systemRandom } from '../../../adapters/host/index.ts';
import { logOrigin } from '../../../audit/index.ts';
import { readDocs } from '../../../core/doc.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Store } from '../../../core/store.ts';
import { loadAttestationKey, openVault } from '../../../custody/index.ts';
import { type SecurityConfig, verifyLog } from '../../../index.ts';
import { type Call, type Command, textOption } from '../command.ts';
import { configOption, loadConfig } from '../load-config.ts';
import { openDurableStore } from '../open-manager.ts';
import { UsageError } from '../outcome.ts';
import { table } from '../output.ts';

const MAX_NOTE_BYTES = 1_000_000;

/** `castellan audit verify`: the log against itself, its checkpoints, and one that the operator kept. */
export const auditVerify: Command = {
  name: 'audit verify',
  usage: '[--checkpoint <file>]',
  summary: 'Verify every entry of the audit log and name what is wrong.',
  notes: [
    'Reads the store and writes nothing, so that it also works where the log is too damaged to be opened for writing.',
    'A log that was shortened together with its checkpoints shows only against a checkpoint kept elsewhere.',
  ],
  options: {
    ...configOption,
    checkpoint: { type: 'string', value: '<file>', about: 'a signed checkpoint kept elsewhere; the log must contain it' },
  },
  positionals: [0, 0],
  examples: ['castellan audit verify', 'castellan audit verify --checkpoint /media/usb/checkpoint.txt --json'],
  async run(call) {
    const checkpoint = await readCheckpoint(call);
    const config = await loadConfig(call);
    const clock = systemClock();
    const store = await openDurableStore(config, { clock, random: systemRandom() });
    try {
      const publicKey = await logKey(config, store);
      const origin = logOrigin(config.tenant ?? 'default');
      const beganMs = clock.monotonicMs();
      const report = await verifyLog(store, { publicKey, origin, ...(checkpoint === undefined ? {} : { checkpoint }) });
      const elapsedMs = Math.max(clock.monotonicMs() - beganMs, 0.001);
      const entriesPerSecond = Math.round((report.checkedEntries / elapsedMs) * 1_000);
      const problems = report.problems.map(
        ({ kind, index, id, detail }) => `! ${kind}${index === null ? '' : ` at ${index}`}${id === null ? '' : ` (${id})`}: ${detail}`,
      );
      return {
        exitCode: report.valid ? 0 : 1,
        data: { ...report, elapsedMs, entriesPerSecond },
        lines: [
          report.valid
            ? 'The log is intact.'
            : `The log is NOT intact: ${problems.length}${report.truncated ? ' and more' : ''} problem(s).`,
          ...problems,
          ...table([
            ['entries', `${report.size}, ${report.signedSize} of them signed`],
            ['root', report.root ?? 'none: entries are missing'],
            ['chain hash', report.chainHash],
            ['checked', `${report.checkedEntries} entries in ${elapsedMs.toFixed(1)} ms, ${entriesPerSecond} a second`],
          ]),
        ],
      };
    } finally {
      await store.close();
    }
  },
};

async function readCheckpoint(call: Call): Promise<string | undefined> {
  const given = textOption(call, 'checkpoint');
  if (given === undefined) return undefined;
  const path = resolve(call.terminal.directory, given);
  const text = await readText(path, MAX_NOTE_BYTES);
  if (text === undefined) throw new UsageError(`There is no checkpoint at ${path}.`);
  return text;
}

/** The public half of the key that signs the log, opened by the deployment's secret: what merely stands in the store proves nothing. */
async function logKey(config: SecurityConfig, store: Store): Promise<Uint8Array> {
  const { passphrase, encryptionKey } = config.keys ?? {};
  if ((passphrase === undefined) === (encryptionKey === undefined))
    throw new CastellanError('CONFIG_INVALID', {
      message: 'The configuration gives keys.passphrase or keys.encryptionKey, and one of them only.',
    });
  const [vaultDoc, keyDoc] = await readDocs(store, ['vault', 'attestation/log']);
  if (vaultDoc === undefined || keyDoc === undefined)
    throw new CastellanError('LOG_CORRUPT', { message: 'This store has no key of a log: it is new, or another one, or was emptied.' });
  const random = systemRandom();
  const tenant = config.tenant ?? 'default';
  const secret = passphrase === undefined ? { encryptionKey: encryptionKey ?? '' } : { passphrase };
  const vault = await openVault({ store, random, tenant, ...secret });
  try {
    return (await loadAttestationKey({ store, vault, random, name: 'log' })).publicKey;
  } finally {
    vault.close();
  }
}
