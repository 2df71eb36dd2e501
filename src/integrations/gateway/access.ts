import type { HttpQuestion } from '../../adapters/host/index.ts';
import { constantTimeEqual, sha256Hex } from '../../core/digest.ts';

/** Who may come in: digests of tokens, each the identity of one agent. */
export type Tokens = ReadonlyMap<string, string>;

/** Why somebody does not get in, or as whom they do. */
export type Access =
  | { readonly agent: string; readonly rest: string }
  | { readonly refused: 'host' | 'origin' | 'token'; readonly status: 401 | 403 };

/** The most that is compared: a longer token is none. */
const MAX_TOKEN = 256;

/** Makes the table of tokens; what is kept are digests. @throws RangeError for a token that could be guessed */
export function tokenTable(tokens: Readonly<Record<string, string>>): Tokens {
  const table = new Map<string, string>();
  for (const [agent, token] of Object.entries(tokens)) {
    if (!/^[\w-]{32,256}$/.test(token)) throw new RangeError(`The token of ${agent} is not 32 to 256 letters, digits, - and _.`);
    const digest = sha256Hex(token);
    if (table.has(digest)) throw new RangeError('Two agents have the same token: nobody could tell them apart.');
    table.set(digest, agent);
  }
  return table;
}

/**
 * Looks who asks. The `Host` must be the loopback at our own port, so that no foreign name that leads here is served (DNS rebinding);
 * an `Origin`, which only browsers send, must be listed. The token stands in the path, since many clients take nothing but
 * a URL (`/<token>`, `/<token>/…`), or as `Authorization: Bearer`.
 */
export function readAccess({ path, headers }: HttpQuestion, port: number, tokens: Tokens, origins: ReadonlySet<string>): Access {
  const host = headers['host'] ?? '';
  if (!['127.0.0.1', 'localhost', '[::1]'].some((name) => host === `${name}:${port}`)) return { refused: 'host', status: 403 };
  const origin = headers['origin'];
  if (origin !== undefined && !origins.has(origin)) return { refused: 'origin', status: 403 };
  const bearer = /^Bearer ([\w-]+)$/.exec(headers['authorization'] ?? '')?.[1];
  const [, inPath = '', rest = ''] = /^\/([\w-]*)(\/[^?#]*)?$/.exec(path.split('?')[0] ?? '') ?? [];
  for (const [token, remainder] of bearer === undefined ? [[inPath, rest] as const] : [[bearer, path] as const]) {
    const agent = agentOf(token, tokens);
    if (agent !== undefined) return { agent, rest: remainder };
  }
  return { refused: 'token', status: 401 };
}

/** Each token is compared, so that time tells nothing. */
function agentOf(token: string, tokens: Tokens): string | undefined {
  if (token.length === 0 || token.length > MAX_TOKEN) return undefined;
  const digest = sha256Hex(token);
  let found: string | undefined;
  for (const [known, agent] of tokens) if (constantTimeEqual(known, digest)) found = agent;
  return found;
}
