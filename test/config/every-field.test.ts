import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import type { Effects } from './effect.ts';
import { EXECUTION_EFFECTS } from './effects-execution.ts';
import { GATE_EFFECTS } from './effects-gate.ts';
import { MARKET_EFFECTS } from './effects-market.ts';
import { NOTICE_EFFECTS } from './effects-notices.ts';
import { RECORD_EFFECTS } from './effects-records.ts';
import { ROOM_EFFECTS } from './effects-rooms.ts';
import { SIMULATION_EFFECTS } from './effects-simulation.ts';
import { configFields } from './field-list.ts';
import { expectShown } from './shown-elsewhere.ts';

const EFFECTS: Effects = {
  ...ROOM_EFFECTS,
  ...RECORD_EFFECTS,
  ...GATE_EFFECTS,
  ...MARKET_EFFECTS,
  ...EXECUTION_EFFECTS,
  ...NOTICE_EFFECTS,
  ...SIMULATION_EFFECTS,
};
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
    expectShown(field, effect);
  });
});
