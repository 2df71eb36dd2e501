import type { ApprovalAnswer } from '../../core/approval.ts';

/** `"name":"value"`: no escapes, so that a text has one reading. Addresses, hex and names need none. */
const PAIR = /^[ \t\r\n]*"([a-zA-Z]{1,32})"[ \t\r\n]*:[ \t\r\n]*"([A-Za-z0-9_.@:-]{1,4096})"[ \t\r\n]*$/;
const FIELDS = ['approvalId', 'verdict', 'approver', 'scheme', 'signature'] as const;

/**
 * Reads the five fields of an answer from the JSON of a reply; undefined for anything else.
 *
 * Stricter than JSON: each field once, texts without escapes, nothing beside them. What two parsers could read in two ways, such
 * as a name that stands twice, is no answer.
 */
export function readReply(text: string): ApprovalAnswer | undefined {
  const match = /^[ \t\r\n]*\{([^{}[\]]*)\}[ \t\r\n]*$/.exec(text);
  if (match === null) return undefined;
  const found = new Map<string, string>();
  for (const part of (match[1] ?? '').split(',')) {
    const [, name, value] = PAIR.exec(part) ?? [];
    if (name === undefined || value === undefined || found.has(name)) return undefined;
    found.set(name, value);
  }
  const [approvalId, verdict, approver, scheme, signature] = FIELDS.map((field) => found.get(field));
  if (found.size !== FIELDS.length || approvalId === undefined || approver === undefined || signature === undefined) return undefined;
  if ((verdict !== 'approve' && verdict !== 'reject') || (scheme !== 'ed25519' && scheme !== 'eip712')) return undefined;
  return { approvalId, verdict, approver, scheme, signature };
}
