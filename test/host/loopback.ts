import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../notify/localhost-certificate.ts';

/** A server on the loopback that counts its connections. */
export interface Loopback extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Made so far, and not closed yet. */
  connections(): number;
  open(): number;
  /** Closes those that nothing is asked over. */
  closeIdle(): void;
}

/** Serves with `answer`, over TLS with a certificate that nobody trusts where `secure` says so. */
export async function loopback(answer: RequestListener, { secure = false, host = '127.0.0.1' } = {}): Promise<Loopback> {
  const server = secure ? createSecureServer({ cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY }, answer) : createServer(answer);
  let count = 0;
  let open = 0;
  server.on('connection', (socket) => {
    count += 1;
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    port,
    url: `${secure ? 'https' : 'http'}://${name}:${port}/`,
    connections: () => count,
    open: () => open,
    closeIdle: () => server.closeIdleConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
