import type { AgentId, Digest, RequestId, TimeMs } from './ids.ts';

/** What a permit is bound to. It lives in the request's row; outside only its opaque id exists. */
export interface PermitTerms {
  /** Secret half of the id, 32 hex characters. */
  readonly secret: string;
  readonly payloadDigest: Digest;
  readonly actionDigest: Digest;
  readonly keyId: string;
  readonly policy: string;
  readonly registry: string;
  readonly epoch: number;
  readonly expiresAtMs: TimeMs;
  /** Ids of the approvals it stands on; each must still be unexpired. */
  readonly approvals: readonly string[];
  readonly approvalsExpireAtMs: TimeMs | null;
  /** Who redeemed it, once somebody did. */
  readonly redeemedBy: string | null;
}

/** How long a permit lives, ms. */
export const PERMIT_TTL_MS = 60_000;

/** The opaque id: where the permit lies, and the secret that proves it was handed out. */
export function permitId(agent: AgentId, requestId: RequestId, secret: string): string {
  return `${requestId}/${agent}/${secret}`;
}

/** Splits a permit id; undefined for anything else. */
export function parsePermitId(
  value: unknown,
): { readonly agent: AgentId; readonly requestId: RequestId; readonly secret: string } | undefined {
  if (typeof value !== 'string' || value.length > 320) return undefined;
  const parts = value.split('/');
  const [requestId, agent, secret] = parts;
  if (parts.length !== 3 || !requestId || !agent || secret === undefined || !/^[0-9a-f]{32}$/.test(secret)) return undefined;
  return { agent, requestId, secret };
}
