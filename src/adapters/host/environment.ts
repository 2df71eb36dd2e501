/** Variables by name; those that are not set are undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads these variables of the process, and no other. */
export function readEnvironment(names: readonly string[]): Environment {
  return Object.freeze(Object.fromEntries(names.map((name) => [name, process.env[name]])));
}

/** Where the runtime looks for the proxies of its process. */
const PROXIES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'] as const;
const SWITCH = '--use-env-proxy';

/** The proxies of the process; null where the runtime is not told to use them (`NODE_USE_ENV_PROXY=1`, `--use-env-proxy`). */
export function readProxies(): Record<string, string> | null {
  const { NODE_USE_ENV_PROXY, NODE_OPTIONS = '' } = readEnvironment(['NODE_USE_ENV_PROXY', 'NODE_OPTIONS']);
  const options = [...process.execArgv, ...NODE_OPTIONS.split(/\s+/)];
  if (NODE_USE_ENV_PROXY !== '1' && !options.includes(SWITCH)) return null;
  return Object.fromEntries(
    Object.entries(readEnvironment(PROXIES)).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
