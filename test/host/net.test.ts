import type { IncomingMessage, RequestListener } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemNet } from '../../src/adapters/host/index.ts';
import type { NetAnswer, NetQuestion } from '../../src/core/net.ts';
import { loopback } from './loopback.ts';

const MAX = 1_000;
const question = (more: Partial<NetQuestion> = {}): NetQuestion => ({
  headers: { 'content-type': 'application/json' },
  body: '{"é":1}',
  maxBytes: MAX,
  signal: new AbortController().signal,
  ...more,
});
const ask = (url: string, more?: Partial<NetQuestion>): Promise<NetAnswer> => systemNet()(url)(question(more));

/** The code of a failure, or what it says. */
async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    return code ?? message;
  }
  return 'no failure';
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a question over the host’s network', () => {
  it('is posted as it is, with its credentials, and asks for nothing compressed', async () => {
    const seen: unknown[] = [];
    await using server = await loopback(async (request, response) => {
      const { authorization, 'accept-encoding': encoding, 'content-type': type, 'content-length': length } = request.headers;
      seen.push({ method: request.method, url: request.url, authorization, encoding, type, length, body: await textOf(request) });
      response.end('{"ü":2}');
    });
    const url = server.url.replace('http://', 'http://me:p%40ss@');
    expect(await ask(`${url}path?key=1`)).toEqual({ status: 200, body: '{"ü":2}' });
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    const rest = { encoding: 'identity', type: 'application/json', length: '8', body: '{"é":1}' };
    expect(seen).toEqual([{ method: 'POST', url: '/path?key=1', authorization, ...rest }]);
  });

  it('fails where its address has credentials that are none, and not before it is asked', async () => {
    const post = systemNet()('http://%:secret@127.0.0.1:9/');
    await expect(post(question())).rejects.toThrow('URI malformed');
  });

  it('goes over a connection that is kept, and side by side over several', async () => {
    await using server = await loopback((_, response) => void setTimeout(() => response.end('1'), 20));
    const post = systemNet()(server.url);
    for (let turn = 0; turn < 5; turn += 1) await post(question());
    expect(server.connections()).toBe(1);
    await Promise.all([1, 2, 3].map(() => post(question())));
    expect(server.connections()).toBe(3);
  });

  it('goes over a new connection where the other side has closed the kept one', async () => {
    await using server = await loopback((_, response) => response.end('1'));
    const post = systemNet()(server.url);
    await post(question());
    server.closeIdle();
    await vi.waitFor(() => expect(server.open()).toBe(0));
    expect(await post(question())).toEqual({ status: 200, body: '1' });
    expect(server.connections()).toBe(2);
  });

  it('reaches an address of version 6', async () => {
    await using server = await loopback((_, response) => response.end('6'), { host: '::1' });
    expect(await ask(server.url)).toEqual({ status: 200, body: '6' });
  });

  it('goes through the proxy of the environment where the process is told so, and nowhere else', async () => {
    const asked: (string | undefined)[] = [];
    await using proxy = await loopback((request, response) => {
      asked.push(request.url);
      response.end('by proxy');
    });
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.stubEnv('http_proxy', proxy.url);
    vi.stubEnv('NO_PROXY', '');
    vi.stubEnv('no_proxy', '');
    await using server = await loopback((_, response) => response.end('direct'));
    expect((await ask(server.url)).body).toBe('direct');
    for (const [name, value] of [
      ['NODE_USE_ENV_PROXY', '1'],
      ['NODE_OPTIONS', '--no-warnings --use-env-proxy'],
    ] as const) {
      vi.stubEnv(name, value);
      expect((await ask('http://nowhere.example/x')).body).toBe('by proxy');
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    expect((await ask(server.url)).body).toBe('direct');
    expect(asked).toEqual(['http://nowhere.example/x', 'http://nowhere.example/x']);
  });
});

describe('an answer over the host’s network', () => {
  it('is followed nowhere', async () => {
    let asked = 0;
    await using server = await loopback((_, response) => {
      asked += 1;
      response.writeHead(307, { location: '/again' }).end('moved');
    });
    expect(await ask(server.url)).toEqual({ status: 307, body: 'moved' });
    expect(asked).toBe(1);
  });

  it.each<readonly [string, RequestListener]>([
    ['says so before it comes', (_, response) => response.writeHead(200, { 'content-length': MAX + 1 }).flushHeaders()],
    [
      'does not',
      (_, response) => {
        response.write('x'.repeat(MAX));
        setTimeout(() => response.write('x'), 10);
      },
    ],
  ])('of more than its bound is not taken in, when it %s', async (_name, listener) => {
    await using server = await loopback(listener);
    expect(await ask(server.url)).toEqual({ status: 200, body: null, reason: 'too_large' });
  });

  it('that is compressed is not unpacked', async () => {
    await using server = await loopback((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}'));
    expect(await ask(server.url)).toEqual({ status: 200, body: null, reason: 'compressed' });
  });

  it('of exactly its bound is', async () => {
    await using server = await loopback((_, response) => response.end('x'.repeat(MAX)));
    expect((await ask(server.url)).body).toHaveLength(MAX);
  });

  it.each<readonly [string, RequestListener, string]>([
    ['that never begins', (_, response) => response.destroy(), 'ECONNRESET'],
    [
      'that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': 10 }).write('{}');
        setTimeout(() => response.destroy(), 10);
      },
      'ECONNRESET',
    ],
    [
      'that breaks off between chunks',
      (_, response) => {
        response.write('{}');
        setTimeout(() => response.socket?.end(), 10);
      },
      'ECONNRESET',
    ],
    [
      'that changes the protocol',
      ({ socket }) => socket.end('HTTP/1.1 101 Other\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
      'ECONNRESET',
    ],
    ['that is not HTTP', ({ socket }) => socket.end('SSH-2.0\r\n\r\n'), 'HPE_INVALID_CONSTANT'],
    ['with headers without end', (_, response) => response.writeHead(200, { filler: 'x'.repeat(20_000) }).end('{}'), 'HPE_HEADER_OVERFLOW'],
  ])('%s is a failure', async (_name, listener, code) => {
    await using server = await loopback(listener);
    expect(await failure(ask(server.url))).toBe(code);
  });

  it('of nobody, or of somebody whose certificate nobody trusts, is a failure by name', async () => {
    const gone = await loopback((_, response) => response.end('1'));
    await gone[Symbol.asyncDispose]();
    expect(await failure(ask(gone.url))).toBe('ECONNREFUSED');
    let asked = 0;
    await using server = await loopback(
      (_, response) => {
        asked += 1;
        response.end('1');
      },
      { secure: true },
    );
    expect(await failure(ask(server.url))).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(asked).toBe(0);
  });
});

describe('a question that is given up', () => {
  it.each<readonly [string, RequestListener]>([
    ['unanswered', () => undefined],
    ['in the middle of its answer', (_, response) => void response.write('{')],
  ])('%s ends at once, connection and all', async (_name, listener) => {
    let closed: () => void = () => undefined;
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const abort = new AbortController();
    await using server = await loopback((request, response) => {
      request.socket.once('close', closed);
      listener(request, response);
      setTimeout(() => abort.abort(new Error('given up')), 20);
    });
    expect(await failure(ask(server.url, { signal: abort.signal }))).toBe('given up');
    await hungUp;
  });

  it('beforehand is never asked', async () => {
    await using server = await loopback((_, response) => response.end('1'));
    expect(await failure(ask(server.url, { signal: AbortSignal.abort(new Error('given up')) }))).toBe('given up');
    expect(server.connections()).toBe(0);
  });

  it('waits for no signal once it is answered', async () => {
    await using server = await loopback((_, response) => response.end('1'));
    const abort = new AbortController();
    const removed = vi.spyOn(abort.signal, 'removeEventListener');
    await ask(server.url, { signal: abort.signal });
    await vi.waitFor(() => expect(removed).toHaveBeenCalledTimes(1));
  });
});
