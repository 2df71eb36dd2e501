import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readOptions, USAGE } from '../../demo/options.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('what the demo plays', () => {
  it.each([
    [[], ['evm', 'ton']],
    [['--chain', 'evm'], ['evm']],
    [['--chain', 'ton'], ['ton']],
    [['--chain=ton'], ['ton']],
  ] as const)('%j: %j', (args, chains) => expect(readOptions(args)).toEqual(chains));

  it.each([
    [['--chain']],
    [['--chain', 'solana']],
    [['--chain', '']],
    [['--chain', 'toString']],
    [['--chain', 'evm', '--chain', 'ton']],
    [['--chains', 'ton']],
    [['ton']],
    [['--chain', 'ton', 'evm']],
    [['-x']],
  ])('%j is a wrong call', (args) => expect(readOptions(args)).toBeNull());

  it('says how it is called and exits with 3, before any chain is started', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['demo/main.ts', '--chain', 'solana'], { cwd: root, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 3, stdout: '', stderr: `${USAGE}\n` });
  });
});
