import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { castellan, type Deployment, deployment, freshDirectory, inProcess } from './deployment.ts';

const source = fileURLToPath(new URL('../../src/', import.meta.url));
const empty = freshDirectory();
const made: Deployment[] = [];
afterAll(() => {
  rmSync(empty, { recursive: true, force: true });
  for (const each of made) each.remove();
});
const make = (given?: Parameters<typeof deployment>[0]): Deployment => {
  const fresh = deployment(given);
  made.push(fresh);
  return fresh;
};
const ONE_LINE = /^[A-Z_]+: [^\n]+\n$/;

describe('help', () => {
  it('names every command with examples and ends with 0', async () => {
    const { code, out, err } = await castellan(empty, ['--help']);
    expect([code, err]).toEqual([0, '']);
    for (const name of ['init', 'approve', 'reject', 'status', 'kill', 'pause', 'resume', 'audit verify'])
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(out).toContain('Examples:');
  });

  it.each(['init', 'approve', 'reject', 'status', 'kill', 'pause', 'resume', 'audit verify'])('of %s has examples', async (name) => {
    const { code, out } = await inProcess(empty, [...name.split(' '), '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Examples:\\n  castellan ${name}`));
  });
});

describe('a wrong call ends with 3 and one line', () => {
  it.each([
    ['an unknown command', ['explode']],
    ['half a command', ['audit']],
    ['an unknown option', ['status', '--nope']],
    ['a value for what takes none', ['status', '--json=yes']],
    ['no value for what takes one', ['kill', '--reason']],
    ['a word too many', ['kill', 'a1']],
    ['a word too few', ['pause']],
    ['an id that is none', ['pause', '../a1']],
    ['a duration that is none', ['pause', 'a1', '--duration', '-5s']],
    ['a lift without a why', ['resume', '--key', 'operator.key']],
    ['an answer without a key', ['approve', 'x']],
    ['a key that is not there', ['approve', 'x', '--key', 'gone.key']],
    ['a checkpoint that is not there', ['audit', 'verify', '--checkpoint', 'gone.txt']],
    ['no configuration', ['status']],
    ['a configuration that is not there', ['status', '--config', 'gone.ts']],
  ])('%s', async (_what, args) => {
    const { code, out, err } = await inProcess(empty, args);
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^USAGE: [^\n]+\n$/);
  });

  it('and under --json also with a document', async () => {
    const { code, out } = await inProcess(empty, ['explode', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
  });
});

describe('what cannot be opened is one line, without a stack or a secret', () => {
  it('a wrong passphrase or key', async () => {
    const right = make();
    expect((await inProcess(right.directory, ['approve'])).code).toBe(0);
    const config = join(right.directory, 'castellan.config.ts');
    const text = readFileSync(config, 'utf8');
    writeFileSync(config, text.replace(/encryptionKey: '\w+'/, "passphrase: 'incorrect horse battery'"));
    const { code, out, err } = await right.cli('status');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^KEY_DECRYPT_FAILED: The vault does not open with this secret\. [^\n]*\n$/);
    const wrong = '77'.repeat(32);
    // A module is loaded once: another name, another secret.
    const other = join(right.directory, 'other.config.ts');
    writeFileSync(other, text.replace(/encryptionKey: '\w+'/, `encryptionKey: '${wrong}'`));
    const debug = await inProcess(right.directory, ['audit', 'verify', '--debug', '-c', other]);
    expect([debug.code, debug.out]).toEqual([1, '']);
    expect(debug.err).toMatch(/^KEY_DECRYPT_FAILED: [^\n]*\n[^\n]*\n {4}at /);
    expect(debug.err).not.toContain(wrong);
  });

  it('a store in memory: the command would stop nothing', async () => {
    writeFileSync(
      join(empty, 'memory.ts'),
      `import { evm } from '${source}adapters/evm/index.ts';
import { memoryStore } from '${source}adapters/store/memory/index.ts';
export default { store: memoryStore(), chains: [evm({ chains: [{ chain: 'eip155:1', rpcUrl: 'http://127.0.0.1:9', confirmations: 1 }] })] };`,
    );
    const { code, err } = await inProcess(empty, ['kill', '--config', 'memory.ts']);
    expect(code).toBe(1);
    expect(err).toMatch(/^CONFIG_INVALID: The store of this configuration lives in one process/);
  });

  it.each([
    ['throws', "throw new Error('cannot reach https://user:hunter2@rpc.example.org/v2/APIKEY?token=TOKEN now\\nsecond line')"],
    ['rejects', "export default async () => { throw new Error('no https://user:hunter2@rpc.example.org/v2/APIKEY?token=TOKEN') }"],
    ['exports nothing', 'export const config = {}'],
    ['is no code', 'export default {'],
    [
      'is wrong in every field',
      "export default { store: { open() {} }, chains: [], keys: { passphrase: 'hunter2' }, what: 'APIKEY TOKEN' }",
    ],
  ])('a configuration that %s', async (what, text) => {
    const name = `${what.replaceAll(' ', '-')}.mjs`;
    writeFileSync(join(empty, name), text);
    const { code, out, err } = await inProcess(empty, ['status', '-c', name]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(ONE_LINE);
    expect(err).not.toMatch(/hunter2|APIKEY|TOKEN/);
  });
});

describe('a configuration', () => {
  it('that throws when nobody waits any more is one line too', async () => {
    writeFileSync(
      join(empty, 'stray.mjs'),
      "export default () => { setTimeout(() => { throw new Error('out of the blue') }); return new Promise(() => undefined); }",
    );
    const { code, out, err } = await castellan(empty, ['status', '-c', 'stray.mjs']);
    expect([code, out, err]).toEqual([1, '', 'INTERNAL: out of the blue\n']);
  });

  it('that is found, not named, and that others may write is not run', async () => {
    const { directory } = make();
    const path = join(directory, 'castellan.config.ts');
    chmodSync(path, 0o666);
    const { code, err } = await inProcess(directory, ['kill']);
    expect([code, err]).toMatchObject([1, expect.stringMatching(/^CONFIG_INVALID: Other users may write /)]);
    expect((await inProcess(directory, ['kill', '--config', path])).code).toBe(0);
    chmodSync(path, 0o644);
    expect(JSON.parse((await inProcess(directory, ['kill', '--json'])).out)).toMatchObject({ wasKilled: true });
  });
});

describe('a key file', () => {
  it('that others may read, or that is not one, is refused without a word of it', async () => {
    const { directory } = make({ people: ['owner', 'operator', 'approver'] });
    const path = join(directory, 'operator.key');
    const text = readFileSync(path, 'utf8');
    const seed = (JSON.parse(text) as { seed: string }).seed;
    const attempt = async (): Promise<string> => {
      const { code, out, err } = await inProcess(directory, ['resume', '--notes', 'x', '--key', 'operator.key']);
      expect([code, out]).toEqual([1, '']);
      expect(err).not.toContain(seed);
      return err;
    };
    chmodSync(path, 0o640);
    expect(await attempt()).toMatch(/^KEY_INVALID: Others may read the key file/);
    chmodSync(path, 0o600);
    writeFileSync(path, text.replace('"seed"', '"secret"'));
    expect(await attempt()).toMatch(/^KEY_INVALID: The key file is not/);
    writeFileSync(path, text.replace(seed, 'ab'.repeat(32)));
    expect(await attempt()).toMatch(/^KEY_INVALID: The public key in the key file is not that of its seed/);
  });
});
