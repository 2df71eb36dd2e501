import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { castellan, ENCRYPTION_KEY, freshDirectory, NOWHERE } from './deployment.ts';

const home = freshDirectory();
afterAll(() => rmSync(home, { recursive: true, force: true }));
const treasury = join(home, 'treasury');
const env = { KEY_ENCRYPTION_KEY: ENCRYPTION_KEY, RPC_URL: NOWHERE };

/** Makes the package importable by its name, as an installation does. */
function install(): void {
  const folder = join(treasury, 'node_modules', 'castellan');
  mkdirSync(folder, { recursive: true });
  const sources = { '.': 'index.ts', './evm': 'adapters/evm/index.ts', './store/sqlite': 'adapters/store/sqlite/index.ts' };
  const exports: Record<string, string> = {};
  Object.entries(sources).forEach(([subpath, source], index) => {
    exports[subpath] = `./${index}.js`;
    const url = pathToFileURL(fileURLToPath(new URL(`../../src/${source}`, import.meta.url))).href;
    writeFileSync(join(folder, `${index}.js`), `export * from '${url}';\n`);
  });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'castellan', type: 'module', exports }));
}

describe('castellan init', () => {
  it('writes a configuration, closed keys and what git must not see, and says what comes next', async () => {
    const ran = await castellan(home, ['init', 'treasury']);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(readdirSync(treasury).sort()).toEqual(['.gitignore', 'castellan.config.ts', 'keys']);
    expect(readFileSync(join(treasury, '.gitignore'), 'utf8')).toBe('keys/\n*.sqlite\n*.sqlite-*\n');
    const config = readFileSync(join(treasury, 'castellan.config.ts'), 'utf8');
    for (const role of ['owner', 'operator', 'approver']) {
      const path = join(treasury, 'keys', `${role}.key`);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const key = JSON.parse(readFileSync(path, 'utf8')) as { publicKey: string; seed: string };
      expect(key).toEqual({ v: 1, id: role, scheme: 'ed25519', publicKey: key.publicKey, seed: key.seed });
      expect(config).toContain(key.publicKey);
      expect(config + ran.out).not.toContain(key.seed);
    }
    expect(ran.out).toMatch(/Move each to the device of its person/);
    const suggested = /KEY_ENCRYPTION_KEY=([0-9a-f]{64})\n/.exec(ran.out)?.[1];
    expect(suggested).toBeDefined();
    expect(config).not.toContain(suggested);
  });

  it('overwrites nothing: a second one is refused and changes no byte', async () => {
    const before = readFileSync(join(treasury, 'keys', 'owner.key'), 'utf8');
    const ran = await castellan(home, ['init', 'treasury', '--json']);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/^CONFIG_INVALID: Nothing was written: a file is there already\..*\n$/);
    expect(JSON.parse(ran.out)).toMatchObject({ ok: false, error: { code: 'CONFIG_INVALID' } });
    expect(readFileSync(join(treasury, 'keys', 'owner.key'), 'utf8')).toBe(before);
    const other = join(home, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'castellan.config.mjs'), '');
    expect((await castellan(other, ['init'])).code).toBe(1);
    expect(readdirSync(other)).toEqual(['castellan.config.mjs']);
  });

  it('makes a deployment that opens, is owned, and lets nothing out: status from a folder below', async () => {
    install();
    const closed = await castellan(treasury, ['status'], { RPC_URL: NOWHERE });
    expect([closed.code, closed.out]).toEqual([1, '']);
    expect(closed.err).toBe('CONFIG_INVALID: A durable store needs keys.passphrase or keys.encryptionKey\n');
    const ran = await castellan(join(treasury, 'keys'), ['status', '--json'], env);
    // In part: nothing listens where the chain should be.
    expect([ran.code, ran.err]).toEqual([2, '']);
    const { health } = JSON.parse(ran.out) as { health: Record<string, unknown> };
    expect(health).toMatchObject({
      owned: true,
      killSwitch: 'inactive',
      tenant: 'default',
      notes: [],
      chains: [{ chain: 'eip155:31337', reachable: false }],
    });
    expect(readdirSync(treasury)).toContain('castellan.sqlite');
    const [agent] = /agents: \{\s*'?([\w-]+)/.exec(readFileSync(join(treasury, 'castellan.config.ts'), 'utf8'))?.slice(1) ?? [];
    const limits = await castellan(treasury, ['limits', agent ?? ''], env);
    expect([limits.code, limits.err]).toEqual([
      1,
      'AGENT_UNKNOWN: The configuration names this agent, but no process has served it yet: nothing of its limits is used. (agentId: agent)\n',
    ]);
    expect((await castellan(treasury, ['limits', 'nobody'], env)).err).toMatch(/^AGENT_UNKNOWN: No such agent is registered/);
  });

  it('its agent compiles, and may pay nobody', async () => {
    const script = join(treasury, 'serve.mts');
    writeFileSync(
      script,
      `import { createSecurityManager } from 'castellan';
import config from './castellan.config.ts';
const security = createSecurityManager(config);
await security.custody.createWallet('owner', 'agent');
const { status, reasons } = await security.agent('agent').execute({ to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', amount: '0.001', asset: 'ETH' });
console.log(JSON.stringify({ status, code: reasons[0].code }));
await security.shutdown();
`,
    );
    const { spawnSync } = await import('node:child_process');
    const ran = spawnSync(process.execPath, [script], {
      cwd: treasury,
      env: { ...env, PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
      encoding: 'utf8',
    });
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout)).toMatchObject({ status: 'policy_rejected' });
  });
});
