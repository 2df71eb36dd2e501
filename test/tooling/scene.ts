import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { inProcess, type Ran } from '../cli/deployment.ts';

export const BOB = `0x${'b0'.repeat(20)}`;
export const EVE = `0x${'e0'.repeat(20)}`;
export const ENCRYPTION_KEY = '7c'.repeat(32);

/** What an agent may do in these tests, before anything is changed. */
export const PERMISSIONS = {
  template: 'aggressive',
  limits: { unit: 'ETH', perTransaction: 1, daily: 5, weekly: 20, monthly: 50 },
  allowedDestinations: [BOB],
  requireApprovalAbove: '0.5',
  rateLimiting: { maxPerHour: 1000, cooldownSeconds: 0 },
};

/** A directory with configurations that are data. */
export interface Desk {
  readonly directory: string;
  write(name: string, text: string): void;
  /** Writes a configuration of one agent, as YAML or JSON by its name. */
  config(name: string, permissions?: object, more?: object): void;
  cli(...args: string[]): Promise<Ran>;
  remove(): void;
}

export function openDesk(): Desk {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'castellan-tooling-')));
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  return {
    directory,
    write,
    config(name, permissions = PERMISSIONS, more = {}) {
      const config = {
        store: { sqlite: { path: './castellan.sqlite' } },
        keys: { encryptionKey: ENCRYPTION_KEY },
        chains: [{ evm: { chains: [{ chain: 'eip155:31337', rpcUrl: 'http://127.0.0.1:9', confirmations: 1, timeoutMs: 200 }] } }],
        agents: { a1: permissions },
        ...more,
      };
      write(name, name.endsWith('.json') ? JSON.stringify(config) : stringify(config));
    },
    cli: (...args) => inProcess(directory, args),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
