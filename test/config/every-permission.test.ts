import { describe, expect, it } from 'vitest';
import type { CompiledPolicy, Permissions } from '../../src/authz/index.ts';
import { foreign, judgeOnce, policyOf } from '../authz/fixture.ts';
import { permissionFields } from './field-list.ts';
import { type Contrast, PERMISSION_EFFECTS, WITHOUT_EFFECT } from './permission-effects.ts';
import { expectShown } from './shown-elsewhere.ts';

/** Codes of everything that the layers say of these effects under a policy. */
async function codesOf({ effects, strategy }: Contrast, permissions: object): Promise<readonly string[]> {
  const { reports } = await judgeOnce({
    effects,
    policy: 'digest' in permissions ? (permissions as CompiledPolicy) : policyOf(permissions as Permissions),
    request: foreign({ type: 'contract_call', context: strategy === undefined ? {} : { strategy } }),
  });
  return reports.flatMap(({ reasons }) => reasons.map(({ code }) => code));
}

describe('every permission', () => {
  it('is on the list that is read off the schema; nothing else is', () => {
    expect([...Object.keys(PERMISSION_EFFECTS), ...WITHOUT_EFFECT].toSorted()).toEqual(permissionFields().toSorted());
  });

  it.each(Object.entries(PERMISSION_EFFECTS))('%s has an effect', async (field, effect) => {
    if ('file' in effect) return expectShown(field, effect);
    const { strict, loose, code } = effect;
    expect(await codesOf(effect, strict)).toContain(code);
    expect(await codesOf(effect, loose)).not.toContain(code);
  });
});
