import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CastellanError } from '../../core/errors.ts';

/** One request, its body read. Header names are lowercase. */
export interface HttpQuestion {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Whoever asks: an address without its port. */
  readonly from: string;
}

/** What goes back. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An open port on the loopback. */
export interface LoopbackServer {
  readonly port: number;
  /** Waits until the port is free; what is being answered is broken off. */
  close(): Promise<void>;
}

/** Bounds of a server. */
export interface ServerBounds {
  readonly maxBodyBytes: number;
  /** For a whole request to arrive, ms. */
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
}

/** How often it is looked who is too slow, ms: the runtime's own half a minute would let a few connections hold the port. */
const CHECK_MS = 1_000;

/**
 * Serves HTTP on 127.0.0.1 alone. What is larger than its bound is answered 413 unread, and what `answer` throws 500 without a word.
 * @param port - 0 takes a free one
 * @throws CONFIG_INVALID where the port cannot be opened
 */
export async function serveLoopback(
  port: number,
  bounds: ServerBounds,
  answer: (question: HttpQuestion) => Promise<HttpAnswer>,
): Promise<LoopbackServer> {
  const { requestTimeoutMs, maxBodyBytes } = bounds;
  const limits = { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs, connectionsCheckingInterval: CHECK_MS };
  const server = createServer(limits, (request, response) => {
    respond(request, response, maxBodyBytes, answer).catch(() => response.destroy());
  });
  server.maxConnections = bounds.maxConnections;
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new CastellanError('CONFIG_INVALID', { message: `Port ${port} of the loopback cannot be opened.`, cause })),
    );
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  answer: (question: HttpQuestion) => Promise<HttpAnswer>,
): Promise<void> {
  const body = await readBody(request, maxBytes);
  if (body === null) {
    send(response, { status: 413, headers: { connection: 'close' }, body: '' });
    return;
  }
  // A header that came twice is one nobody can rely on: node joins them, except those that it drops.
  const headers = Object.fromEntries(Object.entries(request.headersDistinct).map(([name, values]) => [name, values?.join(', ')]));
  const question = { method: request.method ?? '', path: request.url ?? '', headers, body, from: request.socket.remoteAddress ?? '' };
  send(response, await answer(question).catch((): HttpAnswer => ({ status: 500, body: '' })));
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers });
  response.end(body);
}

/** Null where there is more than the bound. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) return null;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
