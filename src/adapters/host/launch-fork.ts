import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { CastellanError, type Fork, type ForkOptions } from '../../core/index.ts';
import { openForkDoor } from './fork-door.ts';

/** How long it may take to begin listening, ms; it takes 60 to 150 on an idle machine. */
const START_TIMEOUT_MS = 20_000;
const LISTENING = /Listening on (\S+)/;

/** The platform's own program: the wrapper script would leave a second process behind. */
function installed(): string {
  const require = createRequire(import.meta.url);
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const manifest = `@foundry-rs/anvil-${process.platform}-${arch}/package.json`;
  try {
    const paths = [dirname(require.resolve('@foundry-rs/anvil/package.json'))];
    return join(dirname(require.resolve(manifest, { paths })), 'bin', 'anvil');
  } catch (cause) {
    throw new CastellanError('PEER_MISSING', { message: 'A fork needs the package @foundry-rs/anvil, or the path of the program.', cause });
  }
}

/** Starts anvil on a free port of the loopback, over the chain at one block. It dies with this process. */
export async function launchFork({ binary, chainNumber, block, ask }: ForkOptions): Promise<Fork> {
  const program = binary === true ? installed() : binary;
  const door = await openForkDoor(ask);
  const args = ['--port', '0', '--host', '127.0.0.1', '--chain-id', chainNumber, '--no-mining', '--no-storage-caching'];
  const child = spawn(program, [...args, '--fork-url', door.url, '--fork-block-number', String(block)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {},
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await gone;
    door.close();
    process.removeListener('exit', kill);
  };
  try {
    const address = await new Promise<string>((resolve, reject) => {
      const fail = (): void => reject(new CastellanError('CHAIN_UNAVAILABLE', { message: 'The fork did not come up.', retryable: true }));
      const timer = setTimeout(fail, START_TIMEOUT_MS);
      let printed = '';
      void gone.then(fail).finally(() => clearTimeout(timer));
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (printed.length > 100_000) return;
        printed += text;
        const match = LISTENING.exec(printed);
        if (match === null) return;
        clearTimeout(timer);
        resolve(match[1] as string);
      });
    });
    // A program that only waits for questions keeps no process alive.
    child.unref();
    (child.stdout as unknown as { unref?: () => void }).unref?.();
    return { rpcUrl: `http://${address}`, stop };
  } catch (error) {
    kill();
    await stop();
    throw error;
  }
}
