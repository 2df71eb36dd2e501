import { describe, expect, it } from 'vitest';
import type { AccountId, Effect } from '../../../src/core/index.ts';
import { account, outflow } from '../fixtures.ts';
import { matchOf } from './match.ts';

const EXCHANGE = account(410);
const STRANGER = account(411);
const said = (text: string, leaf = '0'): Effect => ({ leaf, source: 'bytes', kind: 'message', text });
const owners = (tag: string): readonly AccountId[] | undefined => (tag === '104729' ? [EXCHANGE] : tag === '55555' ? [] : undefined);
const run = (text: string, to: AccountId, tagOwners: typeof owners | null = owners) =>
  matchOf('mimicked_comment', { effects: [outflow(to, 5n), said(text)], tagOwners: tagOwners ?? undefined });

describe('mimicked_comment', () => {
  it('escalates the deposit tag of an exchange that goes to another account, also to a known one', () => {
    for (const to of [STRANGER, account(1)])
      expect(run(' 104729 ', to)).toMatchObject({ recommendedAction: 'escalate', evidence: { destination: to, belongsTo: EXCHANGE } });
    expect(run('104729', STRANGER)).toBeDefined();
    expect(run('104729', EXCHANGE)).toBeUndefined();
  });

  it('escalates words of an official message along with money to somebody new', () => {
    for (const text of ['Claim your airdrop', 'https://example.org', 'wallet verification', 'Received 5,000 USDT', 'security fee'])
      expect(run(text, STRANGER), text).toMatchObject({ recommendedAction: 'escalate', evidence: { text } });
    expect(run('Claim your airdrop', account(1))).toBeUndefined();
  });

  it('scores a tag whose owner nobody knows, with or without somebody to ask', () => {
    for (const [tag, ask] of [
      ['777777', owners],
      ['55555', owners],
      ['104729', null],
      ['mx-48121', null],
    ] as const)
      expect(run(tag, STRANGER, ask), tag).toMatchObject({ recommendedAction: 'flag', reason: null });
    expect(run('777777', account(1))).toBeUndefined();
  });

  it('leaves alone what people write, nothing, and short numbers', () => {
    for (const text of ['thanks for lunch', 'invoice of May', '', '  ', '42', 'unlocked at last', 'claims of May'])
      expect(run(text, STRANGER), text).toBeUndefined();
  });

  it('reads a comment where it stands: beside its own payment, below or above it, and nowhere else', () => {
    const effects = (leaf: string) => [outflow(account(1), 5n), { ...outflow(STRANGER, 5n), leaf: '1.2' } as Effect, said('104729', leaf)];
    const to = (leaf: string) => matchOf('mimicked_comment', { effects: effects(leaf), tagOwners: owners })?.evidence['destination'];
    expect([to('1.2'), to('1.2.0'), to('1'), to('0'), to('1.20')]).toEqual([STRANGER, STRANGER, STRANGER, account(1), undefined]);
  });

  it('lets no harmless comment hide a worse one, and shows no more than a line of it', () => {
    const effects = [outflow(STRANGER, 5n), said('777777'), said(`claim ${'x'.repeat(500)}`)];
    const found = matchOf('mimicked_comment', { effects, tagOwners: owners });
    expect(found).toMatchObject({ recommendedAction: 'escalate' });
    expect(String(found?.evidence['text'])).toHaveLength(64);
  });
});
