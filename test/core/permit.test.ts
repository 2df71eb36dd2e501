import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentIdSchema, parsePermitId, permitId, requestIdSchema } from '../../src/core/index.ts';

const agent = fc
  .string({ unit: fc.constantFrom(...'abzAZ09_.-'), minLength: 1, maxLength: 64 })
  .filter((id) => agentIdSchema.safeParse(id).success);
const request = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 128 }).filter((id) => requestIdSchema.safeParse(id).success);
const secret = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });

describe('permit ids', () => {
  it('come apart as they were put together, for all ids that the edge lets in', () => {
    fc.assert(
      fc.property(agent, request, secret, (agentId, requestId, key) => {
        expect(parsePermitId(permitId(agentId, requestId, key))).toEqual({ agent: agentId, requestId, secret: key });
      }),
    );
  });
  const good = permitId('a1', 'r1', 'ab'.repeat(16));
  it.each([
    '',
    '/',
    '//',
    good.slice(0, -1),
    `${good}0`,
    `${good}/`,
    `/${good}`,
    good.toUpperCase(),
    good.replace('ab', 'zz'),
    `r1//${'ab'.repeat(16)}`,
    `/a1/${'ab'.repeat(16)}`,
    `${'r'.repeat(300)}/a1/${'ab'.repeat(16)}`,
    ` ${good}\n`,
    null,
    undefined,
    1,
    {},
    [good],
    { toString: () => good },
  ])('refuses %j', (value) => expect(parsePermitId(value)).toBeUndefined());
});
