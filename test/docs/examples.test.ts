import { describe, expect, it } from 'vitest';
import { tonContract } from '../fixtures/ton-contracts.ts';
import { readDocument } from './snippets.ts';

describe('the files of docs/examples', () => {
  it.each(['jetton-minter', 'jetton-wallet'] as const)('deploy-jetton.ts carries what %s.tolk compiles to', async (name) => {
    const code = (await tonContract(name)).toBoc({ idx: false, crc32: false }).toString('base64');
    expect(readDocument('docs/examples/deploy-jetton.ts')).toContain(`'${code}'`);
  });
});
