import { dirname, extname, resolve } from 'node:path';
import { readEnvironment } from '../../adapters/host/index.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { parsePolicy, type SecurityConfig } from '../../index.ts';

/** A configuration that is data and no code, by the end of its name; undefined for a module. */
export function dataFormat(path: string): 'json' | 'yaml' | undefined {
  const end = extname(path).toLowerCase();
  return end === '.json' ? 'json' : end === '.yaml' || end === '.yml' ? 'yaml' : undefined;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a configuration from JSON or YAML. What only code can make is named instead: `{ "env": "NAME" }` is that variable, a chain is
 * `{ "evm": … }` or `{ "ton": … }`, and a store `{ "sqlite": { "path": … } }` beside the file, `postgres`, or `redis` with a store in it. Nothing in the text is executed.
 *
 * `see` is shown the data before anything is made of it. Fails closed: a variable that is not set, a number that would lose digits, and a name that stands twice are refused.
 * @throws CONFIG_INVALID
 */
export async function readDataConfig(
  path: string,
  text: string,
  format: 'json' | 'yaml',
  see: (data: unknown) => void = () => undefined,
): Promise<SecurityConfig> {
  const data = withEnvironment(await parsed(text, format)) as Fields;
  see(data);
  const { chains, store, ...rest } = data;
  const config = {
    ...rest,
    ...(chains === undefined ? {} : { chains: await chainsOf(chains) }),
    ...(store === undefined ? {} : { store: await storeOf(store, dirname(path)) }),
  };
  // Read field by field by the manager, which names every wrong one.
  return config as unknown as SecurityConfig;
}

async function parsed(text: string, format: 'json' | 'yaml'): Promise<Fields> {
  try {
    return (await parsePolicy(text, format)) as unknown as Fields;
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    const problems = error.details['problems'];
    throw invalid(Array.isArray(problems) ? problems.join('; ') : error.shortMessage);
  }
}

/** Replaces `{ "env": "NAME" }` by the variable's text. */
function withEnvironment(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withEnvironment);
  if (!isFields(value)) return value;
  const { env } = value;
  if (typeof env === 'string' && Object.keys(value).length === 1) {
    const found = readEnvironment([env])[env];
    if (found === undefined || found === '') throw invalid(`the environment variable ${env} is not set`);
    return found;
  }
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, withEnvironment(inner)]));
}

/** The one name of an object, and what stands under it. */
function only(value: unknown, what: string): readonly [string, Fields] {
  const [entry, ...more] = isFields(value) ? Object.entries(value) : [];
  if (entry === undefined || more.length > 0 || !isFields(entry[1])) throw invalid(`${what} is one name and its options`);
  return [entry[0], entry[1]];
}

async function chainsOf(chains: unknown): Promise<readonly unknown[]> {
  if (!Array.isArray(chains)) throw invalid('chains is a list');
  return Promise.all(
    chains.map(async (chain: unknown, index) => {
      const [family, options] = only(chain, `chains[${index}]`);
      if (family === 'evm') return (await import('../../adapters/evm/index.ts')).evm(options as never);
      if (family === 'ton') return (await import('../../adapters/ton/index.ts')).ton(options as never);
      throw invalid(`chains[${index}]: evm or ton, not ${family}`);
    }),
  );
}

async function storeOf(store: unknown, directory: string): Promise<unknown> {
  if (store === 'memory') return (await import('../../adapters/store/memory/index.ts')).memoryStore();
  const [kind, options] = only(store, 'store');
  if (kind === 'postgres') return (await import('../../adapters/store/postgres/index.ts')).postgresStore(options as never);
  if (kind === 'redis') {
    const record = await storeOf(options['store'], directory);
    return (await import('../../adapters/store/redis/index.ts')).redisStore({ ...options, store: record } as never);
  }
  if (kind !== 'sqlite' || typeof options['path'] !== 'string')
    throw invalid('store: memory, sqlite with a path, postgres with a url, or redis with a url and a store; others need a module');
  return (await import('../../adapters/store/sqlite/index.ts')).sqliteStore({
    ...options,
    path: resolve(directory, options['path']),
  } as never);
}

const invalid = (message: string): CastellanError => new CastellanError('CONFIG_INVALID', { message });
