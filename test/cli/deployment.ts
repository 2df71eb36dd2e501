import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evm } from '../../src/adapters/evm/index.ts';
import { systemRandom } from '../../src/adapters/host/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager } from '../../src/index.ts';
import { runCommandLine } from '../../src/integrations/cli/command-line.ts';
import { makeKeyFile } from '../../src/integrations/cli/key-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(root, 'src/integrations/cli/main.ts');
/** An address where nothing listens. */
export const NOWHERE = 'http://127.0.0.1:9';
export const ENCRYPTION_KEY = '5e'.repeat(32);
export const CHAIN = 'eip155:31337';

/** What a run of the command line came to. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a person does: in a process of its own, with no terminal. */
export function castellan(directory: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

/** A fresh directory. */
export function freshDirectory(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'castellan-cli-')));
}

/** A deployment that this process and the command line share: one file, one configuration. */
export interface Deployment {
  readonly directory: string;
  readonly storePath: string;
  /** The manager of this process, with the agent `a1`. */
  open(agents?: SecurityConfig['agents']): SecurityManager;
  cli(...args: string[]): Promise<Ran>;
  remove(): void;
}

/** Each holds the role of the name. */
type Role = 'owner' | 'operator' | 'approver';
type Person = Role | 'approver-2';

/** Writes a configuration that imports the sources, and with `people` their key files and registry. */
export function deployment(
  given: {
    readonly rpcUrl?: string;
    readonly people?: readonly Person[];
    readonly keys?: string;
    readonly quorums?: { readonly approver: number };
  } = {},
): Deployment {
  const directory = freshDirectory();
  const storePath = join(directory, 'castellan.sqlite');
  const rpcUrl = given.rpcUrl ?? NOWHERE;
  const chain = { chain: CHAIN, rpcUrl, confirmations: 1, pollMs: 10, timeoutMs: 2_000 };
  const registry = {
    keys: (given.people ?? []).map((id) => {
      const { text, publicKey } = makeKeyFile(id, systemRandom());
      writeFileSync(join(directory, `${id}.key`), text, { mode: 0o600 });
      return { id, scheme: 'ed25519' as const, key: publicKey, roles: [(id === 'approver-2' ? 'approver' : id) satisfies Role] };
    }),
    ...(given.quorums === undefined ? {} : { quorums: given.quorums }),
  };
  const keys = given.keys ?? `{ encryptionKey: '${ENCRYPTION_KEY}' }`;
  writeFileSync(
    join(directory, 'castellan.config.ts'),
    `import { evm } from '${root}src/adapters/evm/index.ts';
import { sqliteStore } from '${root}src/adapters/store/sqlite/index.ts';
import type { SecurityConfig } from '${root}src/index.ts';

export default async (): Promise<SecurityConfig> => ({
  store: sqliteStore({ path: ${JSON.stringify(storePath)} }),
  keys: ${keys},
  chains: [evm({ chains: [${JSON.stringify(chain)}] })],
  registry: ${JSON.stringify(registry)},
});
`,
  );
  return {
    directory,
    storePath,
    open: (agents = {}) =>
      createSecurityManager({
        store: sqliteStore({ path: storePath }),
        keys: { encryptionKey: ENCRYPTION_KEY },
        chains: [evm({ chains: [chain] })],
        registry,
        agents,
        emergency: { autoResponseTriggers: [] },
        risk: { anomalyThreshold: 100 },
      }),
    cli: (...args) => castellan(directory, args),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Runs the command line in this process, before a terminal where a person gives `answers`; for calls that need no process. */
export async function inProcess(
  directory: string,
  args: readonly string[],
  answers?: readonly string[],
): Promise<Ran & { readonly asked: readonly string[] }> {
  let out = '';
  let err = '';
  const left = [...(answers ?? [])];
  const asked: string[] = [];
  const code = await runCommandLine({
    interactive: answers !== undefined,
    args,
    directory,
    out: (text) => (out += text),
    err: (text) => (err += text),
    ask: async (question) => {
      asked.push(question);
      return left.shift() ?? '';
    },
    run: () => undefined,
    catchStray: () => undefined,
    untilStopped: () => Promise.resolve(),
    silenceWarnings: () => undefined,
  });
  return { code, out, err, asked };
}
