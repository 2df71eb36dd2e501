import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/authz/index.ts';
import { BASE, TOKENS } from '../fixture.ts';

const rulesOf = (permissions: object) => compilePolicy(permissions, TOKENS, BASE).rules;

describe('what may be signed as a message', () => {
  const messages = (signatures: object | undefined) =>
    rulesOf({ signatures })
      .filter(({ id }) => id.startsWith('signatures.'))
      .map(({ id, when, then, code, label }) => [id, when.slice(1), then, code, label]);
  const site = (operator: string, value: unknown) => ({ field: 'site', operator, value });
  const text = site('exists', false);
  const NO_TEXT = ['deny', 'message_not_allowed', 'No text is signed that is no login.'];
  const NO_LOGIN = ['deny', 'message_not_allowed', 'Logins are signed for listed sites alone.'];
  const ASKS = ['escalate', 'approval_required', 'A person decides about messages.'];
  const MAY = ['allow', 'policy_no_match', 'Messages that may be signed.'];
  const sites = ['a.org', 'b.org'];

  it('is nothing by default', () => {
    for (const signatures of [undefined, {}, { messages: 'deny' }, { messages: 'deny', siweDomains: [] }])
      expect(messages(signatures)).toEqual([
        ['signatures.messages', [text], ...NO_TEXT],
        ['signatures.siweDomains', [site('not_in', [])], ...NO_LOGIN],
      ]);
  });

  it('is a login on listed sites, however they are written', () => {
    expect(messages({ siweDomains: ['B.org', 'a.org', 'b.ORG'] })).toEqual([
      ['signatures.messages', [text], ...NO_TEXT],
      ['signatures.siweDomains', [site('not_in', sites)], ...NO_LOGIN],
      ['signatures.allowed', [site('in', sites)], ...MAY],
    ]);
  });

  it('is what a person is asked about', () => {
    expect(messages({ messages: 'ask', siweDomains: sites })).toEqual([
      ['signatures.messages', [text], ...ASKS],
      ['signatures.siweDomains', [site('not_in', sites)], ...ASKS],
      ['signatures.allowed', [], ...MAY],
    ]);
  });

  it('is anything, but for logins elsewhere where sites are listed', () => {
    expect(messages({ messages: 'allow' })).toEqual([['signatures.allowed', [], ...MAY]]);
    expect(messages({ messages: 'allow', siweDomains: sites })).toEqual([
      ['signatures.siweDomains', [site('exists', true), site('not_in', sites)], ...NO_LOGIN],
      ['signatures.allowed', [], ...MAY],
    ]);
  });
});
