import type { Condition, Rule } from '../language/rule.ts';
import type { ParsedPermissions } from '../permissions.ts';

const IS_MESSAGE: Condition = { field: 'effect', operator: 'eq', value: 'message' };
const UNLISTED = { code: 'message_not_allowed', label: 'Logins are signed for listed sites alone.' } as const;

/**
 * What may be signed as a message, as rules. Logins on listed sites pass by themselves; `messages` says what happens to all
 * others, and to plain text. Where nothing is said, no message is signed; where sites are listed, `allow` is for text alone: who
 * lists sites means no others, and logins on a look-alike are how accounts are stolen.
 */
export function signatureRules({ signatures }: ParsedPermissions): readonly Omit<Rule, 'priority'>[] {
  const { messages = 'deny', siweDomains = [] } = signatures ?? {};
  const sites = [...new Set(siweDomains.map((site) => site.toLowerCase()))].sort();
  const others: readonly (readonly Condition[])[] = [
    [IS_MESSAGE, { field: 'site', operator: 'exists', value: false }],
    [IS_MESSAGE, { field: 'site', operator: 'not_in', value: sites }],
  ];
  const rules: Omit<Rule, 'priority'>[] = [];
  const elsewhere: readonly Condition[] = [
    IS_MESSAGE,
    { field: 'site', operator: 'exists', value: true },
    { field: 'site', operator: 'not_in', value: sites },
  ];
  if (messages === 'allow' && sites.length > 0) rules.push({ id: 'signatures.siweDomains', when: elsewhere, then: 'deny', ...UNLISTED });
  for (const [index, when] of messages === 'allow' ? [] : others.entries()) {
    const id = index === 0 ? 'signatures.messages' : 'signatures.siweDomains';
    if (messages === 'ask')
      rules.push({ id, when, then: 'escalate', code: 'approval_required', label: 'A person decides about messages.' });
    else if (index === 0) rules.push({ id, when, then: 'deny', code: 'message_not_allowed', label: 'No text is signed that is no login.' });
    else rules.push({ id, when, then: 'deny', ...UNLISTED });
  }
  if (messages === 'deny' && sites.length === 0) return rules;
  const allowed: Condition[] = messages === 'deny' ? [IS_MESSAGE, { field: 'site', operator: 'in', value: sites }] : [IS_MESSAGE];
  rules.push({ id: 'signatures.allowed', when: allowed, then: 'allow', code: 'policy_no_match', label: 'Messages that may be signed.' });
  return rules;
}
