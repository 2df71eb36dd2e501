import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { CastellanError } from '../core/index.ts';

/** How the engine is started. */
export interface AnvilOptions {
  readonly chainId?: number;
  /** Mines a block at this interval. Without it, each transaction is mined at once. */
  readonly blockTimeSec?: number;
  /** False: blocks come only by `evm_mine`. */
  readonly automine?: boolean;
}

/** A running engine. */
export interface Anvil extends AsyncDisposable {
  readonly rpcUrl: string;
  readonly chainId: number;
  /** Asks the engine, e.g. `rpc('evm_mine', [])`. */
  rpc(method: string, params?: readonly unknown[]): Promise<unknown>;
  /** Stops it and waits until it is gone. Idempotent. */
  stop(): Promise<void>;
}

/** How long it may take to begin listening, ms; it takes 30 to 110 on an idle machine. */
const START_TIMEOUT_MS = 20_000;

/** The platform's own binary: the wrapper script would leave a second process behind. */
function binaryPath(): string {
  const require = createRequire(import.meta.url);
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const manifest = `@foundry-rs/anvil-${process.platform}-${arch}/package.json`;
  try {
    return join(
      dirname(require.resolve(manifest, { paths: [dirname(require.resolve('@foundry-rs/anvil/package.json'))] })),
      'bin',
      'anvil',
    );
  } catch (cause) {
    throw new CastellanError('PEER_MISSING', { message: 'A local chain needs the package @foundry-rs/anvil.', cause });
  }
}

/**
 * Starts a local chain with ten funded accounts on a free port of the loopback. It dies with this process.
 *
 * @param options - `blockTimeSec` in seconds; a block for each transaction where it is left out
 * @throws PEER_MISSING where @foundry-rs/anvil is not installed; CHAIN_UNAVAILABLE where it does not come up
 * @example
 * ```ts
 * import { startAnvil } from 'castellan/testing';
 *
 * const anvil = await startAnvil({ chainId: 31_337 });
 * console.log(await anvil.rpc('eth_chainId')); // 0x7a69
 * await anvil.stop();
 * ```
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const chainId = options.chainId ?? 31_337;
  const args = ['--port', '0', '--host', '127.0.0.1', '--chain-id', String(chainId)];
  if (options.blockTimeSec !== undefined) args.push('--block-time', String(options.blockTimeSec));
  if (options.automine === false) args.push('--no-mining');
  const child = spawn(binaryPath(), args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });

  const address = await new Promise<string>((resolve, reject) => {
    const fail = (): void => {
      kill();
      reject(new CastellanError('CHAIN_UNAVAILABLE', { message: 'The local chain did not come up.' }));
    };
    const timer = setTimeout(fail, START_TIMEOUT_MS);
    let printed = '';
    void gone.then(fail);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (printed.length > 100_000) return;
      printed += text;
      const match = /Listening on (\S+)/.exec(printed);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match[1] as string);
    });
  }).catch((error: unknown) => {
    process.removeListener('exit', kill);
    throw error;
  });

  const rpcUrl = `http://${address}`;
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await gone;
    process.removeListener('exit', kill);
  };
  let id = 0;
  return {
    rpcUrl,
    chainId,
    stop,
    [Symbol.asyncDispose]: stop,
    async rpc(method, params = []) {
      id += 1;
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      const answer = (await response.json()) as { readonly result?: unknown; readonly error?: { readonly message?: string } };
      if (answer.error !== undefined) {
        throw new CastellanError('CHAIN_REJECTED', {
          message: `The local chain refused ${method}.`,
          details: { detail: String(answer.error.message) },
        });
      }
      return answer.result;
    },
  };
}
