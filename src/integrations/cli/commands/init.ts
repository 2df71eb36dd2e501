import { basename, dirname, join, resolve } from 'node:path';
import { fileExists, makeDirectory, removeFile, systemRandom, writeNewFile } from '../../../adapters/host/index.ts';
import { toHex } from '../../../core/digest.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Command } from '../command.ts';
import { configText, type InitRole, ROLES_AT_INIT } from '../config-text.ts';
import { makeKeyFile } from '../key-file.ts';
import { CONFIG_NAMES } from '../load-config.ts';

const IGNORED = ['keys/', '*.sqlite', '*.sqlite-*'];

interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** `castellan init`: a configuration, and keys for its people. */
export const init: Command = {
  name: 'init',
  usage: '[dir]',
  summary: 'Write a configuration and the keys of owner, operator and approver.',
  notes: ['Overwrites nothing. Keys are made here for a start: move each to the device of its person.'],
  options: {},
  positionals: [0, 1],
  examples: ['castellan init', 'castellan init treasury'],
  async run(call) {
    const directory = resolve(call.terminal.directory, call.positionals[0] ?? '.');
    const random = systemRandom();
    const keys = ROLES_AT_INIT.map((role) => ({ role, ...makeKeyFile(role, random) }));
    const publicKeys = Object.fromEntries(keys.map(({ role, publicKey }) => [role, publicKey])) as Record<InitRole, string>;
    const keysOf = (role: string): string => join(directory, 'keys', `${role}.key`);
    const ignore = join(directory, '.gitignore');
    const hasIgnore = await fileExists(ignore);
    const files: readonly NewFile[] = [
      { path: join(directory, 'keys', '.gitignore'), text: '*\n', mode: 0o644 },
      ...keys.map(({ role, text }) => ({ path: keysOf(role), text, mode: 0o600 })),
      { path: join(directory, 'castellan.config.ts'), text: configText(publicKeys), mode: 0o644 },
      ...(hasIgnore ? [] : [{ path: ignore, text: `${IGNORED.join('\n')}\n`, mode: 0o644 }]),
    ];
    await refuseWhatIsThere([...files.map(({ path }) => path), ...CONFIG_NAMES.map((name) => join(directory, name))]);
    await makeDirectory(join(directory, 'keys'), 0o700);
    await writeAll(files);
    const encryptionKey = toHex(random.bytes(32));
    const shown = files.map(({ path }) => (dirname(path) === directory ? basename(path) : join('keys', basename(path))));
    const next = [
      'npm install castellan viem',
      `export KEY_ENCRYPTION_KEY=${encryptionKey}`,
      'export RPC_URL=http://127.0.0.1:8545',
      'castellan status',
    ];
    return {
      exitCode: 0,
      data: { directory, files: shown, publicKeys, next, ignore: hasIgnore ? IGNORED : [] },
      lines: [
        `Written to ${directory}: ${shown.join(', ')}`,
        '',
        'The files in keys/ are the people who own, operate and approve. Move each to the device of its person now: whoever',
        'can read all three from this machine can lift every stop and approve every request.',
        '',
        'Next:',
        ...next.map((line) => `  ${line}`),
        '',
        'KEY_ENCRYPTION_KEY above is new, shown once and stored nowhere. It opens the wallet keys: keep it in a secret store.',
        ...(hasIgnore ? [`There is a .gitignore already: see that it names ${IGNORED.join(' ')}`] : []),
      ],
    };
  },
};

async function refuseWhatIsThere(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (await fileExists(path))
      throw new CastellanError('CONFIG_INVALID', { message: 'Nothing was written: a file is there already.', details: { path } });
  }
}

/** All files or none. */
async function writeAll(files: readonly NewFile[]): Promise<void> {
  const written: string[] = [];
  try {
    for (const { path, text, mode } of files) {
      await writeNewFile(path, text, mode);
      written.push(path);
    }
  } catch (error) {
    for (const path of written) await removeFile(path);
    throw error;
  }
}
