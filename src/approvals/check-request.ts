import { type ApprovalRequest, agentIdSchema, CastellanError, requestIdSchema, sha256Hex, type TimeMs } from '../core/index.ts';
import { ROLES } from './registry-document.ts';

/** An approval that waits longer than a month is asked again. */
const MAX_LIFE_MS = 31 * 86_400_000;
const ID = /^[A-Za-z0-9_.-]{1,128}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const MAX_RENDERED = 16_384;
/** Lines of printable ASCII: what else a text holds, some screen hides. */
const PLAIN = /^[\x20-\x7e\n]*$/;
/** Keys of one role that a request may ask for. */
const MAX_NEED = 16;
/** Rules of a policy, and the layers that may ask beside them. */
const MAX_RULES = 1_024;
const FIELDS = new Set([
  'v',
  'id',
  'tenant',
  'agent',
  'requestId',
  'decisionId',
  'wallet',
  'actionDigest',
  'effectsDigest',
  'rendered',
  'satisfies',
  'rules',
  'quorum',
  'policy',
  'registry',
  'createdAtMs',
  'expiresAtMs',
  'nonce',
]);

/**
 * Checks a request before anyone is asked: every field is there, the digest is that of the text, the text is of this
 * tenant and can be read.
 *
 * @throws APPROVAL_INVALID with the field
 */
export function checkApprovalRequest(request: ApprovalRequest, tenant: string, nowMs: TimeMs): void {
  const check = (field: keyof ApprovalRequest, holds: boolean): void => {
    if (!holds)
      throw new CastellanError('APPROVAL_INVALID', {
        message: 'A request for approval is not well-formed.',
        details: { field, reason: 'approval_invalid' },
      });
  };
  const isText = (value: unknown, most: number): boolean =>
    typeof value === 'string' && value.length > 0 && value.length <= most && PLAIN.test(value);
  const isLine = (value: unknown, most: number): boolean => isText(value, most) && !(value as string).includes('\n');
  check('v', request?.v === 1 && Object.keys(request).every((field) => FIELDS.has(field)));
  check('id', typeof request.id === 'string' && ID.test(request.id));
  check('tenant', request.tenant === tenant);
  check('agent', agentIdSchema.safeParse(request.agent).success);
  check('requestId', requestIdSchema.safeParse(request.requestId).success);
  check('decisionId', isLine(request.decisionId, 128));
  check('wallet', isLine(request.wallet, 256));
  check('actionDigest', DIGEST.test(request.actionDigest));
  check('rendered', isText(request.rendered, MAX_RENDERED));
  check('effectsDigest', request.effectsDigest === sha256Hex(request.rendered));
  check(
    'satisfies',
    Array.isArray(request.satisfies) &&
      request.satisfies.length > 0 &&
      request.satisfies.length <= 32 &&
      request.satisfies.every((code) => isLine(code, 64)),
  );
  check(
    'rules',
    request.rules === undefined ||
      (Array.isArray(request.rules) &&
        request.rules.length > 0 &&
        request.rules.length <= MAX_RULES &&
        request.rules.every((rule) => isLine(rule, 256))),
  );
  check('quorum', request.quorum === undefined || isQuorum(request.quorum));
  check('policy', isLine(request.policy, 128));
  check('registry', isLine(request.registry, 128));
  check('nonce', isLine(request.nonce, 128));
  check('createdAtMs', Number.isSafeInteger(request.createdAtMs));
  check(
    'expiresAtMs',
    Number.isSafeInteger(request.expiresAtMs) && request.expiresAtMs > nowMs && request.expiresAtMs <= nowMs + MAX_LIFE_MS,
  );
}

/** Counts by role, one at least. */
function isQuorum(quorum: unknown): boolean {
  if (typeof quorum !== 'object' || quorum === null || Array.isArray(quorum)) return false;
  const entries = Object.entries(quorum);
  return (
    entries.length > 0 &&
    entries.every(
      ([role, count]) => ROLES.some((known) => known === role) && Number.isSafeInteger(count) && count >= 1 && count <= MAX_NEED,
    )
  );
}
