import { describe, expect, it } from 'vitest';
import { REFERENCE_PAGE, renderReference, unionMembers } from '../../scripts/reference-tables.ts';
import { readDocument } from './snippets.ts';

describe('the page of errors and reasons', () => {
  it('is what the code says; run node scripts/reference-tables.ts to make it anew', () => {
    expect(readDocument(REFERENCE_PAGE)).toBe(renderReference());
  });
  it('has one row a code', () => {
    const parts = readDocument(REFERENCE_PAGE).split(/\n(?=## )/);
    for (const [path, union, heading, least] of [
      ['src/core/errors.ts', 'ErrorCode', 'Errors', 40],
      ['src/core/reason.ts', 'ReasonCode', 'Reasons', 40],
      ['src/core/verification.ts', 'RecoveryReason', 'Reasons of a recovery', 20],
    ] as const) {
      const members = unionMembers(readDocument(path), union);
      expect(members.length).toBeGreaterThan(least);
      const rows = parts.filter((part) => part.startsWith(`## ${heading}\n`)).join('');
      for (const { code } of members) expect(rows.split(`\n| \`${code}\` | `), code).toHaveLength(2);
      expect(rows.match(/\n\| `/g)).toHaveLength(members.length);
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
