import { describe, expect, it } from 'vitest';
import { compilePolicy, DEFAULT_POLICY_BASE, DEFAULT_TEMPLATES, type Permissions, type TemplateName } from '../../src/authz/index.ts';
import { expandTemplate } from '../../src/manager/permissions.ts';

describe('permissions that name a template', () => {
  it('are of the type that people write, with fields of their own beside it', () => {
    const named: Permissions = { template: 'balanced', limits: { daily: 7 }, allowedChains: ['eip155:1'] };
    const { balanced } = DEFAULT_TEMPLATES;
    expect(expandTemplate(named)).toEqual({
      capabilities: balanced.capabilities,
      limits: { ...balanced.limits, daily: 7 },
      allowedChains: ['eip155:1'],
      signatures: balanced.signatures,
    });
    for (const template of ['conservative', 'balanced', 'aggressive'] satisfies TemplateName[])
      expect(expandTemplate({ template } satisfies Permissions)).toEqual(DEFAULT_TEMPLATES[template]);
  });

  it('name one that exists, and are written out before they are compiled', () => {
    // @ts-expect-error no such template
    const unknown: Permissions = { template: 'generous' };
    expect(() => expandTemplate(unknown)).toThrow(expect.objectContaining({ code: 'POLICY_INVALID' }));
    // What is stored says what it means: the compiler knows no templates.
    expect(() => compilePolicy({ template: 'balanced' } satisfies Permissions, [], DEFAULT_POLICY_BASE)).toThrow(
      expect.objectContaining({ code: 'POLICY_INVALID' }),
    );
  });
});
