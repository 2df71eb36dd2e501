import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parsePolicy, validateConfig } from '../../src/index.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
/** Every block of data in the documentation that holds permissions: of a configuration those of each agent. */
async function written(): Promise<readonly (readonly [string, object])[]> {
  const found: (readonly [string, object])[] = [];
  for (const name of readdirSync(docs).filter((file) => file.endsWith('.md')))
    for (const [, format, text] of readFileSync(`${docs}${name}`, 'utf8').matchAll(/```(yaml|json)\n([\s\S]*?)```/g)) {
      if (text === undefined || !/^(agents:|template:|\{\s*"(template|agents|capabilities))/m.test(text)) continue;
      const { agents, ...own } = (await parsePolicy(text, format as 'yaml' | 'json')) as {
        readonly agents?: Readonly<Record<string, object>>;
      };
      for (const permissions of agents === undefined ? [own] : Object.values(agents)) found.push([name, permissions]);
    }
  return found;
}

describe('validateConfig raises no false alarm', () => {
  it.each(['conservative', 'balanced', 'aggressive'])('about the template %s, with somebody who approves', (template) => {
    expect(validateConfig({ template }, { approvers: 1 })).toEqual({ valid: true, errors: [], warnings: [] });
    expect(validateConfig({ template })).toEqual({ valid: true, errors: [], warnings: [] });
  });

  it('about what the documentation shows', async () => {
    const shown = await written();
    expect(shown.length).toBeGreaterThan(0);
    for (const [name, permissions] of shown)
      expect([name, validateConfig(permissions)]).toEqual([name, { valid: true, errors: [], warnings: [] }]);
  });

  it('and tells of permissions that allow nothing, but not of those that are there to look', () => {
    const told = (capabilities: object): readonly string[] => validateConfig({ capabilities }).warnings.map(({ code }) => code);
    expect(told({ trading: { enabled: false, readOnly: true } })).toEqual(['nothing_allowed']);
    expect(told({})).toEqual(['nothing_allowed']);
    expect(told({ trading: { enabled: true, readOnly: true } })).toEqual([]);
  });
});
