import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplayScene } from '../../scripts/scorecard/replay-scene.ts';
import { createCompactRange, parseEntry, toEntry } from '../../src/audit/index.ts';
import { replay as replayEntries } from '../../src/authz/index.ts';
import type { Json } from '../../src/core/index.ts';
import { type Desk, openDesk } from './scene.ts';

type Fields = { [field: string]: Json | undefined };
type Line = Fields & { type: string; decision: Fields };

const DECISIONS = 24;
let desk: Desk;
/** The log as it is. */
let honest: readonly string[] = [];
let root = '';
beforeAll(async () => {
  desk = openDesk();
  const open = await openReplayScene(undefined, 'lying-log', 3);
  try {
    await open.decide(DECISIONS);
    const entries = (await open.entries()).map(toEntry);
    const tree = createCompactRange();
    for (const { leaf } of entries) tree.append(leaf);
    root = tree.root();
    honest = entries.map(({ entry }) => entry);
  } finally {
    await open.close();
  }
});
afterAll(() => desk.remove());

const parsed = (): Line[] => honest.map((line) => JSON.parse(line) as Line);
const texts = (lines: readonly object[]): string => `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
async function judged(log: string | Uint8Array, ...args: string[]) {
  writeFileSync(join(desk.directory, 'log.jsonl'), log);
  const { code, out, err } = await desk.cli('replay', '--audit-log', 'log.jsonl', '--unchanged', ...args, '--json');
  return { code, err, data: JSON.parse(out) };
}
/** The log with its n-th decision changed. */
function lie(change: (decision: Fields, line: Line) => void, which = 3): string {
  const lines = parsed();
  const line = lines.filter(({ type }) => type === 'decision_made')[which] as Line;
  change(line.decision, line);
  return texts(lines);
}
const exported = (): { index: number; event: Line }[] => parsed().map((event, index) => ({ index, event }));

describe('a log that lies', () => {
  it('is told apart from the honest one, whose root is that of its tree', async () => {
    const { code, data } = await judged(texts(parsed()));
    expect([code, data.same, data.log]).toEqual([0, DECISIONS, { entries: honest.length, root, missing: 0 }]);
    const { data: short } = await judged(texts(parsed().slice(0, -1)));
    expect(short.log.root).not.toBe(root);
  });

  it.each<[string, (decision: Fields) => void]>([
    ['verdict', (decision) => Object.assign(decision, { verdict: decision['verdict'] === 'denied' ? 'approved' : 'denied' })],
    ['reason', (decision) => Object.assign(decision, { reasons: [{ code: 'policy_no_match', message: 'made up', retryable: false }] })],
  ])('about its %s does not come out as recorded', async (_what, change) => {
    const { data } = await judged(lie(change));
    expect(data.same).toBeLessThan(DECISIONS);
    expect(data.log.root).not.toBe(root);
  });

  it('where nothing that was judged contradicts it shows in the root alone', async () => {
    const { code, data } = await judged(lie((decision) => Object.assign(decision, { user: 'somebody else' })));
    expect([code, data.same, data.log.root === root]).toEqual([0, DECISIONS, false]);
  });

  it.each<[string, (decision: Fields, line: Line) => void]>([
    [
      'an amount of more digits than any',
      (decision) => Object.assign((decision['effects'] as Fields[])[0] ?? {}, { amount: '9'.repeat(97) }),
    ],
    ['reports that are none', (decision) => Object.assign(decision, { reports: 7 })],
    ['reasons that are none', (decision) => Object.assign(decision, { reasons: [null] })],
    ['no facts', (decision) => Object.assign(decision, { facts: null })],
    ['a verdict that is none', (decision) => Object.assign(decision, { verdict: 'perhaps' })],
    ['a time beyond all times', (decision) => Object.assign(decision, { at: 1e300 })],
  ])('with %s is malformed, and the others are judged', async (_what, change) => {
    const { code, data } = await judged(lie(change));
    expect([code, data.same]).toEqual([2, DECISIONS - 1]);
    expect(data.notReplayable.map(({ why }: { why: string }) => why)).toEqual(['malformed']);
  });

  it.each<[string, () => string | Uint8Array, RegExp]>([
    ['an id that is another', () => lie((_decision, line) => Object.assign(line, { id: 'x' })), /contradicts itself/],
    ['an agent that is another', () => lie((_decision, line) => Object.assign(line, { agent: 'x' })), /contradicts itself/],
    ['a version that is not known', () => lie((_decision, line) => Object.assign(line, { v: 2 })), /is no entry/],
    [
      'an entry of another deployment',
      () => lie((decision, line) => Object.assign(line, { tenant: 'x', decision: { ...decision, tenant: 'x' } })),
      /of another deployment/,
    ],
    ['bytes that are no text', () => Buffer.concat([Buffer.from(texts(parsed())), Buffer.from([0xff, 0xfe, 10])]), /is no entry/],
    ['a line without an end', () => `{"v":1,"x":"${'y'.repeat(8_400_000)}`, /^LOG_CORRUPT: Line 1 /],
    ['nothing but a number', () => '7\n', /^LOG_CORRUPT: Line 1 /],
    ['nothing but null', () => 'null\n', /^LOG_CORRUPT: Line 1 /],
    ['nesting without an end', () => `${'['.repeat(100_000)}\n`, /^LOG_CORRUPT: Line 1 /],
    ['an export out of order', () => texts(exported().reverse()), /out of the order/],
    ['an entry that stands twice', () => texts(exported().flatMap((line) => [line, line])), /out of the order/],
    ['a position that is none', () => texts(exported().map((line) => ({ ...line, index: -1 }))), /its index is none/],
  ])('with %s is refused', async (_what, make, told) => {
    const { code, err, data } = await judged(make());
    expect([code, data.error.code]).toEqual([1, 'LOG_CORRUPT']);
    expect(err).toMatch(told);
  });

  it('that leaves entries out says how many, and is not taken for the whole', async () => {
    const kept = exported().filter((_line, index) => index !== 4 && index !== 5);
    const { code, data } = await judged(texts(kept));
    expect([code, data.log.missing]).toEqual([2, 2]);
  });

  it('that puts decisions before the rules they were made under says that those are unknown', async () => {
    const lines = parsed();
    const moved = [...lines.filter(({ type }) => type === 'decision_made'), ...lines.filter(({ type }) => type !== 'decision_made')];
    const { code, data } = await judged(texts(moved));
    expect([code, data.judged]).toEqual([2, 0]);
    expect(new Set(data.notReplayable.map(({ why }: { why: string }) => why))).toEqual(new Set(['policy_unknown']));
  });

  it('of another deployment than the configuration is refused', async () => {
    desk.config('other.yaml', undefined, { tenant: 'other' });
    writeFileSync(join(desk.directory, 'log.jsonl'), texts(parsed()));
    const { code, err } = await desk.cli('replay', '--audit-log', 'log.jsonl', '--config', 'other.yaml');
    expect([code, err]).toEqual([1, expect.stringMatching(/^LOG_CORRUPT: Line 1 .*another deployment/)]);
  });

  it('changed anywhere at random never throws anything but what it may, and is never more of the same', async () => {
    const paths = pathsOf(JSON.parse(honest.find((line) => line.includes('"type":"decision_made"')) ?? '{}') as Json);
    const value = fc.oneof(
      fc.constantFrom<Json>(null, '', '9'.repeat(200), -1, 1e308, true, [], {}, [null], { kind: 'outflow' }, '\u001b[31m', '__proto__'),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), value, async (path, put) => {
        const lines = parsed();
        const line = lines.filter(({ type }) => type === 'decision_made')[0] as Line;
        set(line, path, put);
        const entries = lines.flatMap((one) => {
          try {
            return [parseEntry(JSON.stringify(one))];
          } catch (error) {
            expect(error).toMatchObject({ code: 'LOG_CORRUPT' });
            return [];
          }
        });
        const report = await replayEntries({ entries });
        expect(report.same).toBeLessThanOrEqual(DECISIONS);
        JSON.stringify(report);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a log that only looks odd', () => {
  it('is read whatever marks its texts hold, and however its lines end', async () => {
    const odd = lie((decision) => Object.assign(decision, { user: 'a\u2028b\u2029c\u0085d\u000be' }));
    expect(odd).toContain('\u2028');
    expect((await judged(odd)).data.decisions).toBe(DECISIONS);
    expect((await judged(texts(parsed()).replaceAll('\n', '\r\n'))).data.log).toMatchObject({ entries: honest.length, root });
    expect((await judged(texts(parsed()).trimEnd())).data.log.root).toBe(root);
  });
});

function pathsOf(value: Json, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner as Json, [...at, key]))].filter(({ length }) => length > 0);
}

function set(target: Fields, [field, ...rest]: readonly string[], value: Json): void {
  if (field === undefined) return;
  if (rest.length === 0) target[field] = value;
  else set(target[field] as Fields, rest, value);
}
