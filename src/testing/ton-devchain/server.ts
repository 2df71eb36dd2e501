import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CastellanError, type Clock } from '../../core/index.ts';
import { type Answer, answerCall, type Call, failureAnswer, parseJson, readCall } from './answer.ts';
import type { DevChain } from './chain.ts';
import { createDelays, type Delays } from './delays.ts';
import { ApiFailure } from './failure.ts';
import type { RequestFault } from './faults.ts';

/** A chain's door. */
export interface ChainServer {
  readonly url: string;
  /** Waits until the port is free. */
  close(): Promise<void>;
}

/** Of a request body, bytes. */
const LARGEST_BODY = 1 << 20;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS = {
  'content-type': 'application/json',
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
};

/**
 * Serves a chain on the loopback.
 * @throws CHAIN_UNAVAILABLE where the port is taken
 */
export async function serveChain(chain: DevChain, port: number, clock: Clock): Promise<ChainServer> {
  const delays = createDelays(clock);
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    handle(chain, delays, request, response).catch(() => response.destroy());
  });
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}/api/v2/jsonRPC`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        delays.end();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new CastellanError('CHAIN_UNAVAILABLE', { message: `Port ${port} cannot be opened.`, cause })));
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

async function handle(chain: DevChain, delays: Delays, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'OPTIONS') {
    request.resume();
    response.writeHead(204, HEADERS).end();
    return;
  }
  let call: Call;
  try {
    call = await readRequest(request);
  } catch (error) {
    write(response, failureAnswer(error, null));
    return;
  }
  const isControl = call.method.startsWith('dev_');
  const fault: RequestFault = isControl ? 'none' : chain.faults.request();
  if (!isControl && chain.faults.latencyMs() > 0 && !(await delays.wait(chain.faults.latencyMs()))) return;
  if (fault === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const answer =
    fault === 500 || fault === 503
      ? failureAnswer(new ApiFailure(fault, fault === 500 ? 'Internal Server Error' : 'Service Unavailable'), call)
      : await answerCall(chain, call);
  if (fault === 'lost') request.socket.resetAndDestroy();
  else write(response, answer);
}

/** JSON-RPC at `…/jsonRPC` and at the root; the emulation API at its own path; else the last part of the path is the method, as in toncenter's REST form. */
async function readRequest(request: IncomingMessage): Promise<Call> {
  const { pathname, searchParams } = toUrl(request.url ?? '/');
  const name = pathname.replace(/\/+$/, '').split('/').at(-1) ?? '';
  if (request.method === 'GET') {
    request.resume();
    if (/^(dev_|send)/.test(name)) throw new ApiFailure(405, 'Method Not Allowed');
    const params = Object.fromEntries([...new Set(searchParams.keys())].map((key) => [key, only(searchParams.getAll(key))]));
    return { method: name, params, id: null, jsonRpc: false };
  }
  if (request.method !== 'POST') throw new ApiFailure(405, 'Method Not Allowed');
  const text = await readBody(request);
  if (name === '' || name === 'jsonRPC' || name === 'v2') return readCall(text);
  if (pathname === '/api/emulate/v1/emulateTrace') return { method: name, params: parseJson(text), id: null, jsonRpc: false, bare: true };
  return { method: name, params: text === '' ? {} : parseJson(text), id: null, jsonRpc: false };
}

const only = (values: readonly string[]): unknown => (values.length === 1 ? values[0] : values);

function toUrl(path: string): URL {
  try {
    return new URL(path, 'http://localhost');
  } catch {
    throw new ApiFailure(400, 'Bad Request');
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_BODY) {
      // The rest is read and thrown away, so that the answer can be read.
      request.resume();
      throw new ApiFailure(413, `a request has at most ${LARGEST_BODY} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function write(response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, status === 413 ? { ...HEADERS, connection: 'close' } : HEADERS).end(JSON.stringify(body));
}
