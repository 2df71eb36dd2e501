import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from './localhost-certificate.ts';

/** One request as it arrived. */
export interface Arrival {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly atMs: number;
}

/** What a server does with a request that has arrived whole. */
export type Answer = (response: ServerResponse, arrival: Arrival, request: IncomingMessage) => void;

export const ok: Answer = (response) => void response.end('ok');
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end();

/** A real HTTP server on this machine; `answer` may be exchanged while it runs. */
export interface HookServer {
  readonly url: string;
  readonly port: number;
  readonly arrivals: Arrival[];
  answer: Answer;
  /** Connections now. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** Starts it; it ends with the test. */
export async function startHookServer(answer: Answer = ok, { secure = false, host = '127.0.0.1' } = {}): Promise<HookServer> {
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      const { method, url: path, headers } = request;
      const arrival = { method, path, headers, body: Buffer.concat(chunks).toString('utf8'), atMs: performance.now() };
      hook.arrivals.push(arrival);
      hook.answer(response, arrival, request);
    });
  };
  const server = secure ? createSecureServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const bound = (server.address() as AddressInfo).port;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  const hook: HookServer = {
    url: `${secure ? 'https' : 'http'}://${host}:${bound}/hook`,
    port: bound,
    arrivals: [],
    answer,
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    close,
  };
  return hook;
}
