import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CastellanError, type ForkOptions, isCastellanError, toHex } from '../../core/index.ts';
import { systemRandom } from './random.ts';

/** What a fork may ask of the chain: state, and nothing that changes any. */
const READS: ReadonlySet<unknown> = new Set([
  'eth_chainId',
  'eth_blockNumber',
  'eth_getBlockByNumber',
  'eth_getBlockByHash',
  'eth_getBalance',
  'eth_getCode',
  'eth_getStorageAt',
  'eth_getTransactionCount',
  'eth_gasPrice',
  'eth_feeHistory',
  'net_version',
]);
/** Of one question, bytes. */
const MAX_BODY = 1 << 16;

/** The one address under which a fork reads from its chain. */
export interface ForkDoor {
  readonly url: string;
  close(): void;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new CastellanError('REQUEST_INVALID', { message: 'The question is too long.' });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function answer(text: string, ask: ForkOptions['ask']): Promise<object> {
  const { id = null, method, params } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const refused = (code: number, message: string): object => ({ jsonrpc: '2.0', id, error: { code, message } });
  if (typeof method !== 'string' || !READS.has(method)) return refused(-32601, 'method not found');
  try {
    return { jsonrpc: '2.0', id, result: await ask(method, Array.isArray(params) ? params : []) };
  } catch (error) {
    return refused(-32000, isCastellanError(error) ? error.shortMessage : 'the chain cannot be read');
  }
}

/**
 * Opens a door on the loopback through which a fork reads: only reads pass, and only under a path that nobody can guess, so that
 * neither a node's address nor its key stands on a command line.
 */
export async function openForkDoor(ask: ForkOptions['ask']): Promise<ForkDoor> {
  const path = `/${toHex(systemRandom().bytes(16))}`;
  const server = createServer((request, response) => {
    if (request.url !== path || request.method !== 'POST') return void response.writeHead(404).end();
    bodyOf(request)
      .then((text) => answer(text, ask))
      .then((body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)))
      .catch(() => response.writeHead(400).end());
  });
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
