import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import type { Effects } from './effect.ts';
import { EXECUTION_EFFECTS } from './effects-execution.ts';
import { GATE_EFFECTS } from './effects-gate.ts';
import { NOTICE_EFFECTS } from './effects-notices.ts';
import { RECORD_EFFECTS } from './effects-records.ts';
import { ROOM_EFFECTS } from './effects-rooms.ts';
import { configFields } from './field-list.ts';

const EFFECTS: Effects = { ...ROOM_EFFECTS, ...RECORD_EFFECTS, ...GATE_EFFECTS, ...EXECUTION_EFFECTS, ...NOTICE_EFFECTS };
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

describe('every field of the configuration', () => {
  it('is on the list that is read off the schema, and has an effect registered; nothing else has', () => {
    expect(configFields().length).toBeGreaterThan(90);
    expect(Object.keys(EFFECTS).toSorted()).toEqual([...configFields()].toSorted());
  });

  it.each(configFields().map((field) => [field]))('%s has an effect', async (field) => {
    const effect = EFFECTS[field];
    if (typeof effect === 'function') {
      expect.hasAssertions();
      return effect({ anvil });
    }
    if (effect === undefined) throw new Error(`nothing shows the effect of ${field}`);
    const text = readFileSync(fileURLToPath(new URL(`../../${effect.file}`, import.meta.url)), 'utf8');
    const begin = text.indexOf(`'${effect.title}'`);
    expect(begin, `${effect.file} has a test "${effect.title}"`).toBeGreaterThan(-1);
    const word = effect.word ?? field.split('.').at(-1)?.replace('[]', '') ?? field;
    // What belongs to a test: its table before its title, and its body up to the next test.
    const from = Math.max(0, text.lastIndexOf('\n  it', begin), text.lastIndexOf('\nit', begin));
    const next = text.slice(begin).search(/\n {0,2}(it|describe)[.(]/);
    const body = text.slice(from, next < 0 ? undefined : begin + next);
    expect(body, `that test names ${word}`).toContain(word);
  });
});
