import type { Cell } from '@ton/core';
import { beginCell, Dictionary } from '@ton/core';
import type { Clock } from '../../../core/clock.ts';
import { malformed, readCell, readObject } from '../answer.ts';
import type { TonClient } from '../client.ts';

/** Votes change the configuration rarely; prices that are ten minutes old are the network's still. */
const FRESH_FOR_MS = 600_000;
/** Versions and prices without which nothing can be reckoned: version, storage, gas (both chains), forwarding (both chains). */
const NEEDED = [8, 18, 20, 21, 24, 25] as const;
/** Validator sets, their elections, and the list of suspended accounts: three quarters of the bytes. */
const UNREAD_BY_METHODS = [28, 32, 33, 34, 35, 36, 37, 44] as const;

/** The network's configuration as the virtual machine takes it: a bag of cells in base64. */
export interface NetworkConfig {
  /** Whole: for transactions. */
  readonly whole: string;
  /** Without what no get method of a token looks at, because the machine reads it anew for each: four times as fast. */
  readonly forMethods: string;
}

interface Kept {
  readonly config: Promise<NetworkConfig>;
  readonly readAtMs: number;
}

const kept = new WeakMap<TonClient, Kept>();

function readConfig(answer: unknown): NetworkConfig {
  const cell = readCell(readObject(readObject(answer, 'config')['config'], 'config')['bytes'], 'config.bytes');
  let params: Dictionary<number, Cell>;
  try {
    params = Dictionary.loadDirect(Dictionary.Keys.Int(32), Dictionary.Values.Cell(), cell);
  } catch {
    throw malformed('config.bytes');
  }
  if (NEEDED.some((param) => !params.has(param))) throw malformed('config.bytes', 'parameter_missing');
  for (const param of UNREAD_BY_METHODS) params.delete(param);
  const spell = (root: Cell): string => root.toBoc({ idx: false, crc32: false }).toString('base64');
  return { whole: spell(cell), forMethods: spell(beginCell().storeDictDirect(params).endCell()) };
}

/**
 * The network's own configuration, read anew after ten minutes. Whoever asks meanwhile shares the answer, so no caller's signal
 * ends the reading; its own time-out does.
 *
 * Fails closed: there is no built-in configuration to fall back on, and none that is older.
 * @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT
 */
export function readNetworkConfig(client: TonClient, clock: Clock): Promise<NetworkConfig> {
  const found = kept.get(client);
  const nowMs = clock.monotonicMs();
  if (found !== undefined && nowMs - found.readAtMs < FRESH_FOR_MS) return found.config;
  const config = client.request('getConfigAll', {}).then(readConfig);
  const reading: Kept = { config, readAtMs: nowMs };
  kept.set(client, reading);
  config.catch(() => {
    if (kept.get(client) === reading) kept.delete(client);
  });
  return config;
}
