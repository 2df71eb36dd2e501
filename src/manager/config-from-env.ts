import { type Environment, readEnvironment } from '../adapters/host/index.ts';
import { notificationEndpointSchema } from '../adapters/notify/index.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityConfig } from './config.ts';

/** What a variable says, or what is wrong with it; a text that is wrong goes no further. */
type Reading<T> = { readonly value: T } | { readonly problem: string };
type Reader<T> = (text: string) => Reading<T>;

const PROVIDERS: ReadonlySet<string> = new Set(['aws-cloudhsm', 'aws_cloudhsm', 'aws-kms', 'aws_kms']);
const KEY_HEX = /^[0-9a-fA-F]{64}$/;

const parties: Reader<number> = (text) =>
  /^[2-5]$/.test(text) ? { value: Number(text) } : { problem: 'must be a whole number from 2 to 5' };
const tons: Reader<string> = (text) =>
  /^(0|[1-9]\d{0,17})(\.\d{1,9})?$/.test(text) ? { value: text } : { problem: 'must be an amount of TON such as 1000 or 12.5' };
const score: Reader<number> = (text) =>
  /^(\d|[1-9]\d|100)$/.test(text) ? { value: Number(text) } : { problem: 'must be a whole number from 0 to 100' };
const text: Reader<string> = (value) => (value.length <= 256 ? { value } : { problem: 'must have at most 256 characters' });

type Endpoint = NonNullable<NonNullable<SecurityConfig['emergency']>['notificationEndpoints']>[number];
const endpoint =
  (toEndpoint: (value: string) => Endpoint): Reader<Endpoint> =>
  (value) => {
    const made = toEndpoint(value);
    const parsed = notificationEndpointSchema.safeParse(made);
    return parsed.success ? { value: made } : { problem: parsed.error.issues[0]?.message ?? 'cannot be used' };
  };

/** Every variable that is read, and how. */
const READERS = {
  KEY_ENCRYPTION_KEY: ((value) => {
    if (KEY_HEX.test(value)) return { value: { encryptionKey: value } };
    const isPhrase = value.length >= 8 && value.isWellFormed();
    return isPhrase ? { value: { passphrase: value } } : { problem: 'must be 64 hex digits, or a passphrase of at least 8 characters' };
  }) as Reader<{ readonly encryptionKey: string } | { readonly passphrase: string }>,
  HSM_PROVIDER: ((value) => (PROVIDERS.has(value) ? { value } : { problem: 'must be aws-cloudhsm or aws-kms' })) as Reader<string>,
  HSM_CLUSTER_ID: text,
  MPC_THRESHOLD: parties,
  MPC_TOTAL_PARTIES: parties,
  MAX_TRANSACTION_TON: tons,
  MAX_DAILY_TON: tons,
  MAX_RISK_SCORE: score,
  SECURITY_WEBHOOK_URL: endpoint((url) => ({ type: 'webhook', url })),
  SECURITY_EMAIL: endpoint((address) => ({ type: 'email', address })),
} as const;

type Variable = keyof typeof READERS;
type ValueOf<N extends Variable> = (typeof READERS)[N] extends Reader<infer T> ? T : never;

/** Names of the variables that {@link configFromEnv} reads. */
export const ENVIRONMENT_VARIABLES: readonly Variable[] = Object.freeze(Object.keys(READERS) as Variable[]);

/**
 * A configuration from the environment, with `overrides` on top: objects are joined field by field, everything else is
 * replaced. Nothing else in castellan reads the environment.
 *
 * `KEY_ENCRYPTION_KEY` is a key where it is 64 hex digits, and else a passphrase. `MAX_TRANSACTION_TON` and `MAX_DAILY_TON` are
 * default limits in TON. `HSM_PROVIDER` and `HSM_CLUSTER_ID` say that keys belong in a device: until one can be reached,
 * making a key throws MODE_UNAVAILABLE. A variable that is set and empty is a mistake, and not taken for one that is not set.
 *
 * @throws CONFIG_INVALID naming every wrong variable at once, and never what it holds
 * @param overrides - goes on top, such as `chains` and `store`
 * @param source - variables by name; default: those of the process
 * @example
 * ```ts
 * import { configFromEnv, isCastellanError } from 'castellan';
 *
 * const { risk } = configFromEnv({ tenant: 'acme' }, { MAX_RISK_SCORE: '70' }); // without a second argument: the environment
 * console.log(risk?.maxRiskScore); // 70
 * try {
 *   configFromEnv({}, { MAX_RISK_SCORE: 'high' });
 * } catch (error) {
 *   console.log(isCastellanError(error) && error.code); // CONFIG_INVALID
 * }
 * ```
 */
export function configFromEnv(
  overrides: SecurityConfig = {},
  source: Environment = readEnvironment(ENVIRONMENT_VARIABLES),
): SecurityConfig {
  const problems: string[] = [];
  const read = <N extends Variable>(name: N): ValueOf<N> | undefined => {
    const given = source[name];
    if (given === undefined) return undefined;
    const reading =
      given === '' ? { problem: 'is set and empty: unset it, or give it a value' } : (READERS[name] as Reader<ValueOf<N>>)(given);
    if ('value' in reading) return reading.value;
    problems.push(`${name}: ${reading.problem}`);
    return undefined;
  };
  const secret = read('KEY_ENCRYPTION_KEY');
  const hsm = defined({ provider: read('HSM_PROVIDER'), clusterId: read('HSM_CLUSTER_ID') });
  const mpc = defined({ threshold: read('MPC_THRESHOLD'), totalParties: read('MPC_TOTAL_PARTIES') });
  const limits = defined({ perTransaction: read('MAX_TRANSACTION_TON'), daily: read('MAX_DAILY_TON') });
  const maxRiskScore = read('MAX_RISK_SCORE');
  const endpoints = [read('SECURITY_WEBHOOK_URL'), read('SECURITY_EMAIL')].filter((found) => found !== undefined);
  if (source['HSM_PROVIDER'] === undefined && source['HSM_CLUSTER_ID'] !== undefined) problems.push('HSM_CLUSTER_ID: needs HSM_PROVIDER');
  if (hsm?.['provider'] === 'aws-cloudhsm' && source['HSM_CLUSTER_ID'] === undefined)
    problems.push('HSM_CLUSTER_ID: must name the cluster');
  const { threshold, totalParties = 3 } = mpc ?? {};
  if (threshold !== undefined && (threshold > totalParties || 2 * threshold <= totalParties))
    problems.push('MPC_THRESHOLD: must be more than half of the parties, and at most all of them');
  if (problems.length > 0)
    throw new CastellanError('CONFIG_INVALID', {
      message: `The environment has ${problems.length} wrong variable(s): ${problems.join('; ')}`,
      details: { problems },
    });
  const own = overrides.keys;
  const keys = defined({ ...(own?.passphrase === undefined && own?.encryptionKey === undefined ? secret : {}), hsm });
  const found = defined({
    keys,
    mpc,
    authorization: limits === undefined ? undefined : { defaultLimits: { unit: 'TON', ...limits } },
    risk: maxRiskScore === undefined ? undefined : { maxRiskScore },
    emergency: endpoints.length === 0 ? undefined : { notificationEndpoints: endpoints },
  });
  return joined(found ?? {}, overrides) as SecurityConfig;
}

/** The fields that are there; undefined where there is none. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } | undefined {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return there.length === 0 ? undefined : (Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], undefined> });
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** `over` on top of `base`; what is undefined says nothing. */
function joined(base: Readonly<Record<string, unknown>>, over: object): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = result[field];
    result[field] = isPlain(below) && isPlain(value) ? joined(below, value) : value;
  }
  return result;
}
