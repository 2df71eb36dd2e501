import { describe, expect, it } from 'vitest';
import { REFERENCE_PAGE, renderReference, unionMembers } from '../../scripts/reference-tables.ts';
import { readDocument } from './snippets.ts';

describe('the page of errors and reasons', () => {
  it('is what the code says; run node scripts/reference-tables.ts to make it anew', () => {
    expect(readDocument(REFERENCE_PAGE)).toBe(renderReference());
  });
  it('has one row a code', () => {
    const page = readDocument(REFERENCE_PAGE);
    for (const [path, union] of [
      ['src/core/errors.ts', 'ErrorCode'],
      ['src/core/reason.ts', 'ReasonCode'],
    ] as const) {
      const members = unionMembers(readDocument(path), union);
      expect(members.length).toBeGreaterThan(40);
      for (const { code } of members) expect(page.split(`\n| \`${code}\` | `), code).toHaveLength(2);
    }
  });
  it('reads a union with its sections, in order', () => {
    const source = "/** Why. */\nexport type Code =\n  // first things\n  | 'a' | 'b'\n  // second\n  | 'c';\n\nexport type Other = 'd';\n";
    expect(unionMembers(source, 'Code')).toEqual([
      { code: 'a', section: 'first things' },
      { code: 'b', section: 'first things' },
      { code: 'c', section: 'second' },
    ]);
    expect(() => unionMembers(source, 'Missing')).toThrow('Missing');
  });
});
