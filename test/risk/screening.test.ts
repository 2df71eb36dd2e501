import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/index.ts';
import { parseScreening, SCREENING_KINDS, SCREENING_SEVERITIES, type ScreeningEntry, screenKey } from '../../src/risk/index.ts';
import { account } from './fixtures.ts';

const entry: ScreeningEntry = {
  account: account(1),
  kind: 'sanctioned',
  severity: 'critical',
  source: 'OFAC SDN',
  addedMs: 1,
  expiresMs: null,
};

describe('screening', () => {
  it('has one key per account', () => expect(screenKey(account(1))).toBe(`screen/${account(1)}`));

  it('reads what was stored', () => {
    for (const kind of SCREENING_KINDS) {
      for (const severity of SCREENING_SEVERITIES) {
        const stored = { ...entry, kind, severity, expiresMs: 5 };
        expect(parseScreening(stored, account(1))).toEqual(stored);
      }
    }
  });

  it('takes only absence for not listed', () => {
    expect(parseScreening(undefined, account(1))).toBeUndefined();
    expect(parseScreening(null, account(1))).toBeUndefined();
  });

  it.each([
    ['text', 'listed'],
    ['false', false],
    ['zero', 0],
    ['a list', [entry]],
    ['no fields', {}],
    ['another account', { ...entry, account: account(2) }],
    ['an unknown kind', { ...entry, kind: 'fine' }],
    ['an inherited kind', { ...entry, kind: 'constructor' }],
    ['an unknown severity', { ...entry, severity: 'none' }],
    ['no source', { ...entry, source: 1 }],
    ['an endless source', { ...entry, source: 'x'.repeat(201) }],
    ['a negative time', { ...entry, addedMs: -1 }],
    ['a fractional expiry', { ...entry, expiresMs: 1.5 }],
    ['an expiry in words', { ...entry, expiresMs: 'yesterday' }],
    ['one field more', { ...entry, removed: true }],
    ...Object.keys(entry).map((field) => [`no ${field}`, Object.fromEntries(Object.entries(entry).filter(([key]) => key !== field))]),
  ] as [string, Json][])('counts an entry that is %s as listed for ever', (_, json) => {
    expect(parseScreening(json, account(1))).toEqual({
      account: account(1),
      kind: 'malformed',
      severity: 'critical',
      source: 'store',
      addedMs: 0,
      expiresMs: null,
    });
  });
});
