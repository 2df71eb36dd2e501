import { dirname, join, resolve } from 'node:path';
import { fileExists, isWrittenByOthers, loadDefaultExport, readText, systemClock } from '../../adapters/host/index.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { CastellanError } from '../../core/errors.ts';
import type { SecurityConfig } from '../../index.ts';
import { type Call, type OptionSpec, textOption } from './command.ts';
import { concealSecrets } from './conceal-secrets.ts';
import { dataFormat, readDataConfig } from './data-config.ts';
import { UsageError } from './outcome.ts';

/** Names looked for, in this order, in each directory on the way up. */
export const CONFIG_NAMES: readonly string[] = [
  'castellan.config.ts',
  'castellan.config.mts',
  'castellan.config.js',
  'castellan.config.mjs',
  'castellan.config.json',
  'castellan.config.yaml',
  'castellan.config.yml',
];

/** The option of every command that opens a deployment. */
export const configOption: Readonly<Record<'config', OptionSpec>> = {
  config: {
    type: 'string',
    short: 'c',
    value: '<path>',
    about: 'configuration file; default castellan.config.{ts,mts,js,mjs,json,yaml,yml} here or above',
  },
};

/** For how long a configuration may take to load, ms: it may fetch a secret, and a kill waits for it. */
const LOAD_MS = 30_000;

/**
 * Loads the deployment's configuration: the default export of the file, or what that function returns. The file is code
 * and runs as such. Its secrets are concealed in all that is printed from then on.
 *
 * Fails closed when a file that was only found, not named, may be another user's: it would run as this one.
 * @throws UsageError where there is no such file; CONFIG_INVALID where it exports no object; TIMEOUT; whatever it throws
 */
export async function loadConfig(call: Call): Promise<SecurityConfig> {
  const given = textOption(call, 'config');
  const path = given === undefined ? await findConfig(call.terminal.directory) : resolve(call.terminal.directory, given);
  if (path === undefined)
    throw new UsageError('There is no castellan.config.ts here or above; name one with --config, or make one with `castellan init`.');
  if (!(await fileExists(path))) throw new UsageError(`There is no configuration at ${path}.`);
  if (given === undefined && (await isWrittenByOthers(path)))
    throw new CastellanError('CONFIG_INVALID', {
      message: `Other users may write ${path}, which would run as you; to use it all the same name it with --config.`,
    });
  return checkConfig(call, path, await evaluate(call, path));
}

/** Loads a configuration that an option names. @throws as {@link loadConfig}; UsageError where the option is missing */
export async function loadNamedConfig(call: Call, option: string): Promise<SecurityConfig> {
  const given = textOption(call, option);
  if (given === undefined) throw new UsageError(`Name a configuration with --${option}.`);
  const path = resolve(call.terminal.directory, given);
  if (!(await fileExists(path))) throw new UsageError(`There is no configuration at ${path}.`);
  return checkConfig(call, path, await evaluate(call, path));
}

function checkConfig(call: Call, path: string, config: unknown): SecurityConfig {
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw new CastellanError('CONFIG_INVALID', { message: `${path} has no configuration as its default export.` });
  concealSecrets(call.output, config);
  // Read field by field by the manager, which names every wrong one.
  return config as SecurityConfig;
}

/** Longest configuration that is data, bytes. */
const MAX_CONFIG_BYTES = 1_048_576;

async function evaluate({ output }: Call, path: string): Promise<unknown> {
  const format = dataFormat(path);
  if (format !== undefined) {
    const text = await readText(path, MAX_CONFIG_BYTES);
    if (text === undefined)
      throw new CastellanError('CONFIG_INVALID', { message: `${path} is no file of at most ${MAX_CONFIG_BYTES} bytes.` });
    return readDataConfig(path, text, format, (data) => concealSecrets(output, data));
  }
  const deadlines = createDeadlines(systemClock());
  try {
    return await deadlines.within(LOAD_MS, async () => {
      const exported = await loadDefaultExport(path);
      return typeof exported === 'function' ? (exported as () => unknown)() : exported;
    });
  } finally {
    deadlines.close();
  }
}

async function findConfig(from: string): Promise<string | undefined> {
  for (let directory = from; ; directory = dirname(directory)) {
    for (const name of CONFIG_NAMES) {
      const path = join(directory, name);
      if (await fileExists(path)) return path;
    }
    if (dirname(directory) === directory) return undefined;
  }
}
