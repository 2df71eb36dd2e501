import type { Clock } from '../../../core/clock.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Turns } from '../kernel/turns.ts';
import { leadsNowhere, wordOf } from './failure.ts';
import { LUA_COUNT } from './lua-count.ts';
import { LUA_BEGIN_LOOK, LUA_END_LOOK, LUA_FENCE, LUA_LEAVE_LOOK } from './lua-look.ts';
import { type RedisConnection, toClientOptions } from './settings.ts';

const SCRIPTS = {
  count: LUA_COUNT,
  beginLook: LUA_BEGIN_LOOK,
  endLook: LUA_END_LOOK,
  leaveLook: LUA_LEAVE_LOOK,
  fence: LUA_FENCE,
} as const;

/** A script of the counter. */
export type ScriptName = keyof typeof SCRIPTS;

/** One connection to a server that was looked at. */
export interface Session {
  /** Another one after each start of the server, and on each server that takes its place. */
  readonly runId: string;
  /** Runs a script in one round trip; loads it where the server does not know it. */
  run(script: ScriptName, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<unknown>;
  /** Fields of a hash; null for one that is not there. */
  fields(key: string, ...names: readonly string[]): Promise<readonly (string | null)[]>;
  isAlive(): boolean;
  /** Ends the connection at once; what is under way is lost. */
  drop(): void;
}

/** What is used of the driver's client. */
interface Client {
  on(event: 'error' | 'end', listener: () => void): void;
  connect(): Promise<unknown>;
  sendCommand(args: readonly (string | Buffer)[]): Promise<unknown>;
  destroy(): void;
  unref(): void;
}

/** The driver, loaded once a store is opened: the package stands without it. @throws PEER_MISSING */
async function loadDriver(): Promise<typeof import('redis')> {
  return import('redis').catch((cause: unknown) => {
    throw new CastellanError('PEER_MISSING', {
      message: 'A counter on Redis needs the package redis.',
      details: { peer: 'redis' },
      cause,
    });
  });
}

async function createClient(connection: RedisConnection, deadlineMs: number): Promise<Client> {
  const driver = await loadDriver();
  try {
    return driver.createClient(toClientOptions(connection, deadlineMs)) as unknown as Client;
  } catch {
    // Without the cause: it quotes the address, password and all.
    throw new CastellanError('CONFIG_INVALID', { message: 'The address of the Redis server cannot be read.', details: { field: 'url' } });
  }
}

/** The configuration's fault is told before anything is tried. @throws CONFIG_INVALID, PEER_MISSING */
export async function checkConnection(connection: RedisConnection): Promise<void> {
  await createClient(connection, 1);
}

/**
 * Connects, and looks at whom: a server that throws keys away when its memory is full is refused.
 * Throws what the driver throws. @throws CONFIG_INVALID, PEER_MISSING
 */
export async function openSession(connection: RedisConnection, deadlineMs: number, clock: Clock, turns: Turns): Promise<Session> {
  const client = await createClient(connection, deadlineMs);
  let alive = true;
  const ended = (): void => {
    alive = false;
  };
  client.on('error', ended);
  client.on('end', ended);
  const drop = (): void => {
    if (!alive) return;
    alive = false;
    client.destroy();
  };
  const ask = async (args: readonly (string | Buffer)[]): Promise<unknown> => {
    // The process lives until the answer is there or late, whatever became of the socket.
    turns.hold();
    // A server that stands still answers nothing and breaks nothing: the wait has an end of its own.
    const late = clock.schedule(deadlineMs, drop);
    try {
      return await client.sendCommand(args);
    } catch (error) {
      if (leadsNowhere(error)) drop();
      throw error;
    } finally {
      late.cancel();
      turns.release();
    }
  };
  const known: Partial<Record<ScriptName, Promise<string>>> = {};
  const load = (script: ScriptName): Promise<string> => {
    known[script] = ask(['SCRIPT', 'LOAD', SCRIPTS[script]]).then(String);
    return known[script];
  };

  await client.connect();
  client.unref();
  try {
    const runId = checkServer(String(await ask(['INFO'])));
    return {
      runId,
      async run(script, keys, args) {
        const rest = [String(keys.length), ...keys, ...args];
        try {
          return await ask(['EVALSHA', await (known[script] ?? load(script)), ...rest]);
        } catch (error) {
          if (wordOf(error) !== 'NOSCRIPT') throw error;
          return ask(['EVALSHA', await load(script), ...rest]);
        }
      },
      fields: async (key, ...names) => (await ask(['HMGET', key, ...names])) as readonly (string | null)[],
      isAlive: () => alive,
      drop,
    };
  } catch (error) {
    drop();
    throw error;
  }
}

/** The server's run id. @throws CONFIG_INVALID for a server that evicts or is too old */
function checkServer(info: string): string {
  const fact = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  if (!(Number.parseInt(fact('redis_version'), 10) >= 6))
    throw new CastellanError('CONFIG_INVALID', { message: 'The counter needs Redis 6 or later.', details: { field: 'url' } });
  if (fact('maxmemory_policy') !== 'noeviction')
    throw new CastellanError('CONFIG_INVALID', {
      message: 'The Redis server throws keys away when its memory is full; a counter needs maxmemory-policy noeviction.',
      details: { field: 'url', maxmemoryPolicy: fact('maxmemory_policy') },
    });
  return fact('run_id');
}
