import { type HttpAnswer, type HttpQuestion, serveLoopback, systemClock } from '../../adapters/host/index.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError } from '../../core/errors.ts';
import type { GuardedProvider } from '../wallets/index.ts';
import type { GuardedToncenter } from '../wallets/ton/index.ts';
import { readAccess, tokenTable } from './access.ts';
import { createAttempts } from './attempts.ts';
import { answerBody } from './json-rpc.ts';
import { answerToncenter } from './toncenter.ts';

/** One agent that the gateway serves: as a node of an EVM chain, or as a toncenter v2 endpoint. */
export type GatewayAgent = GatewayToken &
  ({ readonly provider: Pick<GuardedProvider, 'request'> } | { readonly toncenter: GuardedToncenter });

/** Who calls. */
export interface GatewayToken {
  /** What its calls carry: 32 to 256 letters, digits, `-` and `_`. It is the agent's whole identity here. */
  readonly token: string;
}

/** How a gateway is opened. */
export interface GatewayOptions {
  /** By the agent's id. */
  readonly agents: Readonly<Record<string, GatewayAgent>>;
  /** Of the loopback; 0 (default) takes a free one. */
  readonly port?: number;
  /** Web pages that may call, such as `http://localhost:3000`. Without any, whatever a browser sends is refused. */
  readonly allowedOrigins?: readonly string[];
  /** Hears of attempts without a valid token: the first of a minute, and the tenth, after which no more are looked at. */
  readonly onUnauthorized?: (attempt: UnauthorizedAttempt) => void;
  readonly clock?: Clock;
}

/** Somebody tried to get in. */
export interface UnauthorizedAttempt {
  readonly why: 'host' | 'origin' | 'token';
  readonly from: string;
  /** So many in the present minute. */
  readonly count: number;
}

/** An open gateway. */
export interface Gateway {
  readonly port: number;
  /** The URL that an agent is pointed at. It holds the agent's token. */
  url(agent: string): string;
  close(): Promise<void>;
}

const BOUNDS = { maxBodyBytes: 1_048_576, requestTimeoutMs: 30_000, maxConnections: 256 };
const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * Opens a JSON-RPC endpoint on 127.0.0.1 that stands before the gate: ethers, web3.py, cast, or an agent in any language is guarded by
 * pointing it at another URL. Methods that read pass through to the node, those that sign or send pass the gate, others are refused.
 *
 * Fails closed without a valid token, and for a foreign `Host` or `Origin`; after ten such attempts in a minute further ones get 429.
 *
 * @throws CONFIG_INVALID for a weak or repeated token, or a port that cannot be opened
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { agents, port = 0, allowedOrigins = [], onUnauthorized, clock = systemClock() } = options;
  const tokens = readTokens(agents);
  const origins = new Set(allowedOrigins);
  const attempts = createAttempts();

  const refuse = (why: UnauthorizedAttempt['why'], status: number, from: string): HttpAnswer => {
    const nowMs = clock.monotonicMs();
    // Whoever has the right token is served all the same: a neighbour that guesses must not be able to stop an agent.
    if (attempts.isClosed(nowMs)) return { status: 429, headers: { 'retry-after': '60' }, body: '' };
    if (attempts.failed(nowMs)) onUnauthorized?.({ why, from, count: attempts.count(nowMs) });
    return { status, body: '' };
  };
  const answer = async (question: HttpQuestion): Promise<HttpAnswer> => {
    const access = readAccess(question, server.port, tokens, origins);
    if ('refused' in access) return refuse(access.refused, access.status, question.from);
    const origin = question.headers['origin'];
    const cors: Readonly<Record<string, string>> = origin === undefined ? {} : { 'access-control-allow-origin': origin, vary: 'origin' };
    if (question.method === 'OPTIONS')
      return {
        status: 204,
        headers: { ...cors, 'access-control-allow-headers': 'content-type, authorization', 'access-control-allow-methods': 'POST' },
        body: '',
      };
    const served = agents[access.agent] as GatewayAgent;
    const mayGet = 'toncenter' in served && question.method === 'GET';
    if (question.method !== 'POST' && !mayGet) return { status: 405, headers: { ...cors, allow: 'POST' }, body: '' };
    // A page may send plain text anywhere without asking; JSON it may not.
    if (!mayGet && !/^application\/json\b/i.test(question.headers['content-type'] ?? '')) return { status: 415, headers: cors, body: '' };
    const headers = { ...cors, ...JSON_TYPE };
    if ('toncenter' in served) {
      const query = question.path.split('?')[1] ?? '';
      const told = await answerToncenter({ verb: question.method, path: access.rest, query, body: question.body }, served.toncenter);
      return { status: told.status, headers, body: JSON.stringify(told.body) };
    }
    const told = await answerBody(question.body, served.provider);
    return told === null ? { status: 204, headers: cors, body: '' } : { status: 200, headers, body: JSON.stringify(told) };
  };
  const server = await serveLoopback(port, BOUNDS, answer);
  return {
    port: server.port,
    url(agent) {
      const found = Object.hasOwn(agents, agent) ? agents[agent] : undefined;
      if (found === undefined)
        throw new CastellanError('REQUEST_INVALID', { message: 'The gateway serves no such agent.', details: { agent } });
      return `http://127.0.0.1:${server.port}/${found.token}`;
    },
    close: () => server.close(),
  };
}

function readTokens(agents: GatewayOptions['agents']): ReturnType<typeof tokenTable> {
  try {
    return tokenTable(Object.fromEntries(Object.entries(agents).map(([agent, { token }]) => [agent, token])));
  } catch (error) {
    throw new CastellanError('CONFIG_INVALID', { message: error instanceof RangeError ? error.message : 'The agents cannot be read.' });
  }
}
