import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { deployment } from './deployment.ts';

const MAIN = fileURLToPath(new URL('../../src/integrations/cli/main.ts', import.meta.url));

it('whoever stops reading stops nothing: the work ends with its own exit code, and nothing is said about the pipe', {
  timeout: 60_000,
}, async () => {
  const house = deployment();
  try {
    const child = spawn(process.execPath, [MAIN, 'status', '--json'], { cwd: house.directory, stdio: ['ignore', 'pipe', 'pipe'] });
    let err = '';
    child.stdout.destroy();
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const code = await new Promise((resolve) => void child.once('close', resolve));
    // The chain of the deployment does not answer.
    expect([code, err]).toEqual([2, '']);
  } finally {
    house.remove();
  }
});
