import { namehash } from 'viem/ens';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalEnsName } from '../../src/adapters/evm/names.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { expectCode } from '../core/expect-code.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { describeVectors, vectorJson } from '../vectors.ts';
import { CHAIN, connect, signer } from './chain-fixture.ts';

const alice = signer(1);
let anvil: Anvil;
let names: Deployed;
let chain: ReturnType<typeof connect>;
const resolve = (name: string) => chain.node.resolveName?.(name);

beforeAll(async () => {
  anvil = await startAnvil();
  names = await deploy(anvil, 'Names', []);
  chain = connect(anvil, { ensRegistry: names.address });
  await names.send('set', [namehash('alice.eth'), alice.address]);
  await names.send('set', [namehash('nobody.eth'), `0x${'00'.repeat(20)}`]);
  await names.send('keepElsewhere', [namehash('far.eth')]);
});
afterAll(async () => {
  await chain.node.close();
  await anvil.stop();
});

describe('ENS names', () => {
  it('are the account that the registry’s resolver names', async () => {
    expect(await resolve('alice.eth')).toBe(alice.wallet);
    expect(await resolve('ALICE.eth')).toBe(alice.wallet);
  });

  it('that nobody holds, or that name nothing, are no account', async () => {
    expect(await resolve('bob.eth')).toBeNull();
    expect(await resolve('nobody.eth')).toBeNull();
    expect(await resolve('sub.alice.eth')).toBeNull();
  });

  it('that are kept outside of the chain are not followed', async () => {
    await expect(resolve('far.eth')).rejects.toMatchObject({ code: 'NAME_INVALID', details: { reason: 'offchain' } });
  });

  it('need a registry', async () => {
    const bare = connect(anvil);
    await expect(bare.node.resolveName?.('alice.eth')).rejects.toMatchObject({ code: 'NAME_INVALID', details: { reason: 'no_registry' } });
    await bare.node.close();
    expect(CHAIN).toBe('eip155:31337');
  });

  it.each([
    ['a Cyrillic letter among Latin ones', 'аlice.eth'],
    ['a whole word of Cyrillic letters that look Latin', 'еоу.eth'],
    ['an invisible character', 'ali\u200dce.eth'],
    ['a soft hyphen', 'ali\u00adce.eth'],
    ['full-width letters', 'ａlice.eth'],
    ['a mathematical letter', '𝐚lice.eth'],
    ['reordered text', '\u202ealice.eth'],
    ['another full stop', 'alice。eth'],
    ['an underscore inside', 'al_ice.eth'],
    ['an empty label', 'alice..eth'],
    ['one label', 'alice'],
    ['a space', 'alice .eth'],
    ['too many letters', `${'a'.repeat(253)}.eth`],
  ])('with %s are refused', (_, name) => expectCode('NAME_INVALID', () => normalEnsName(name)));

  it.each(['alice.eth', 'a-b.eth', '123.eth', 'öbb.at', 'пример.eth', '例え.eth', 'nowzad.loopring.eth'])('such as %s are names', (name) =>
    expect(normalEnsName(name)).toBe(name),
  );
});

describeVectors('ens-confusables', 'the published names', (folder) => {
  it('that are errors are errors here, and what is a name becomes what it should', () => {
    const cases = vectorJson<readonly { readonly name: string; readonly norm?: string; readonly error?: boolean }[]>(
      folder,
      'custom-tests.json',
    );
    const accepted = cases.flatMap(({ name, norm = name, error }) => {
      try {
        const normal = normalEnsName(name);
        return [{ name, normal, right: error !== true && normal === norm }];
      } catch {
        return [];
      }
    });
    expect(accepted.filter(({ right }) => !right)).toEqual([]);
    expect(accepted.length).toBeGreaterThan(5);
  });

  it('of letters that are confused with others are refused beside them', () => {
    const { wholes } = vectorJson<{
      readonly wholes: readonly { readonly valid: readonly number[]; readonly confused: readonly number[] }[];
    }>(folder, 'confused.json');
    const latin = wholes.filter(({ valid }) => valid.some((point) => point >= 0x61 && point <= 0x7a));
    const passed = latin.flatMap(({ confused }) =>
      confused.flatMap((point) => {
        const name = `p${String.fromCodePoint(point)}y.eth`;
        try {
          return [normalEnsName(name)];
        } catch {
          return [];
        }
      }),
    );
    expect(latin.length).toBeGreaterThan(10);
    expect(passed).toEqual([]);
  });
});
