import { describe, expect, it } from 'vitest';
import { accountAddress } from '../../../src/core/index.ts';
import { assessRisk, type ListSource, type OwnExemption, parseScreening, toScreeningEntry } from '../../../src/risk/index.ts';
import { ordinaryContracts } from '../../../src/risk/screening/ordinary-contracts.ts';
import { account, input, outflow } from '../fixtures.ts';
import { address, bytesOf, fresh, source } from './lists.ts';

const shop = address(1);
const exempt = (change: Partial<OwnExemption> = {}): OwnExemption => ({ account: account(1), reason: 'our bank', ...change });

/** The word on `shop` by lists that all name it. */
async function word(lists: readonly Partial<ListSource>[], exemptions: readonly OwnExemption[] = [], tokenOnly = false) {
  const screening = fresh({ exemptions });
  for (const [index, change] of lists.entries()) await screening.load(source({ name: `list ${index}`, ...change }), bytesOf(shop));
  return screening.screen(shop, { tokenOnly });
}

const ordinary = (change: Partial<ListSource> = {}): Partial<ListSource> => ({ basis: 'ordinary', ...change });

describe('what several lists come to', () => {
  it.each([
    ['one report', [{}], 'listed'],
    ['one that only says that it took part', [{ basis: 'involved' }], 'listed'],
    ['one report too few', [{ minVotes: 2 }], 'listed'],
    ['an ordinary contract', [ordinary()], 'clear'],
    ['one report against one list of ordinary contracts', [{}, ordinary()], 'doubtful'],
    ['two reports against one', [{}, {}, ordinary()], 'listed'],
    [
      'two that were involved against one that checks',
      [{ basis: 'involved' }, { basis: 'involved' }, ordinary({ trust: 'curated' })],
      'doubtful',
    ],
    ['a checked one against reports', [{ trust: 'curated' }, ordinary()], 'listed'],
    ['a checked one with too few votes', [{ trust: 'curated', minVotes: 5 }, ordinary()], 'doubtful'],
    [
      'an authority against a hundred',
      [{ trust: 'authority' }, ...Array.from({ length: 8 }, () => ordinary({ trust: 'curated' }))],
      'listed',
    ],
    [
      'an authority against what the owner calls ordinary',
      [{ trust: 'authority', kind: 'sanctioned' }, ordinary({ trust: 'owner' })],
      'listed',
    ],
    ['reports against what the owner calls ordinary', [{}, {}, {}, { trust: 'curated' }, ordinary({ trust: 'owner' })], 'doubtful'],
    ['the owner against what the owner calls ordinary', [{ trust: 'owner' }, ordinary({ trust: 'owner' })], 'listed'],
  ] as [string, Partial<ListSource>[], string][])('%s', async (_, lists, verdict) => {
    expect((await word(lists)).verdict).toBe(verdict);
  });

  it.each([
    ['a report', [{}], {}, 'exempt'],
    ['many reports', [{}, {}, { trust: 'curated' }], {}, 'exempt'],
    ['an authority that warns', [{ trust: 'authority' }], {}, 'exempt'],
    ['a sanction', [{ trust: 'authority', kind: 'sanctioned' }], {}, 'listed'],
    ['a sanction that the owner takes upon himself', [{ trust: 'authority', kind: 'sanctioned' }], { overridesSanctions: true }, 'exempt'],
    ['a report that says sanctioned', [{ kind: 'sanctioned' }], {}, 'exempt'],
    ['the owner’s own list', [{ trust: 'owner' }], { overridesSanctions: true }, 'listed'],
    ['a report, when the exemption is over', [{}], { expiresMs: 1_700_000_000_000 }, 'listed'],
    ['a report, while the exemption lasts', [{}], { expiresMs: 1_700_000_000_001 }, 'exempt'],
  ] as [string, Partial<ListSource>[], Partial<OwnExemption>, string][])('an exemption against %s', async (_, lists, change, verdict) => {
    expect((await word(lists, [exempt(change)])).verdict).toBe(verdict);
  });

  it('exempts on the chain that is named, and on no other', async () => {
    const screening = fresh({ exemptions: [exempt()] });
    await screening.load(source(), bytesOf(shop));
    expect(screening.screen(shop).verdict).toBe('exempt');
    expect(screening.screen(`eip155:137:${shop}`).verdict).toBe('listed');
  });

  it('a frozen holder is no token, and still nobody to pay', async () => {
    const frozen: Partial<ListSource> = { basis: 'holder', trust: 'curated' };
    expect((await word([frozen], [], true)).verdict).toBe('doubtful');
    expect((await word([frozen], [], false)).verdict).toBe('listed');
    expect((await word([frozen, {}], [], true)).verdict).toBe('listed');
    expect((await word([{ ...frozen, trust: 'authority', kind: 'sanctioned' }], [], true)).verdict).toBe('listed');
  });

  it('keeps every listing in sight', async () => {
    const { hits, exemption } = await word([{ severity: 'critical' }, ordinary()], [exempt()]);
    expect(hits.map(({ list, basis }) => [list, basis])).toEqual([
      ['list 0', 'actor'],
      ['list 1', 'ordinary'],
    ]);
    expect(exemption?.reason).toBe('our bank');
  });

  it('ends with the row, or with the list', async () => {
    const screening = fresh();
    const nowMs = screening.clock.nowMs();
    await screening.load(source({ name: 'rows', format: 'csv' }), bytesOf(`address,expires\n${shop},${nowMs + 10}\n${address(2)},\n`));
    const verdicts = (one: string) => [nowMs, nowMs + 9, nowMs + 10].map((at) => screening.screen(one, { nowMs: at }).verdict);
    expect(verdicts(shop)).toEqual(['listed', 'listed', 'clear']);
    expect(verdicts(address(2))).toEqual(['listed', 'listed', 'listed']);
    await screening.load(source({ name: 'rows', expiresMs: nowMs + 10 }), bytesOf(address(2)));
    expect(verdicts(address(2))).toEqual(['listed', 'listed', 'clear']);
  });

  it('takes the worse of two rows on one account, in either order', async () => {
    const rows = [`${shop},sanctioned,low,1,5`, `${shop},scam,critical,9,`];
    for (const order of [rows, rows.toReversed()]) {
      const screening = fresh();
      await screening.load(source({ format: 'csv' }), bytesOf(`address,kind,severity,votes,expires\n${order.join('\n')}\n`));
      expect(screening.screen(shop).hits).toMatchObject([{ kind: 'sanctioned', severity: 'critical', votes: 9, expiresMs: null }]);
    }
  });

  it.each([{ reason: '' }, { reason: 'x'.repeat(201) }, { overridesSanctions: 1 }, { expiresMs: -1 }, { account: shop }])(
    '%j is no exemption',
    (change) => {
      expect(() => fresh({ exemptions: [exempt(change as unknown as Partial<OwnExemption>)] })).toThrow(/CONFIG_INVALID|ADDRESS_INVALID/);
    },
  );
});

describe('ordinary contracts', () => {
  const contracts = ordinaryContracts().map(([id]) => id);
  const union = contracts.map((id) => id.slice(id.indexOf(':', id.indexOf(':') + 1) + 1)).join('\n');

  it('are spelled with their checksums', async () => {
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(new URL('../../../src/risk/screening/ordinary-contracts.ts', import.meta.url), 'utf8');
    const spelled = new Set([...text.matchAll(/ (\S{42,48})'/g)].map(([, one]) => one));
    expect(contracts.length).toBeGreaterThan(40);
    for (const id of contracts) expect(spelled).toContain(accountAddress(id));
  });

  it('WETH, USDC, USDT, DAI and the others are not blocked by a union of public lists', async () => {
    const screening = fresh();
    for (const trust of ['community', 'curated'] as const)
      for (const basis of ['actor', 'holder', 'involved'] as const)
        await screening.load(source({ name: `${trust} ${basis}`, trust, basis }), bytesOf(union, 4_096));
    const verdicts = contracts.map((id) => screening.screen(id).verdict);
    expect(new Set(verdicts)).toEqual(new Set(['exempt']));
    for (const [chain, name] of [
      ['eip155:1', '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'],
      ['eip155:1', '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'],
      ['eip155:1', '0xdAC17F958D2ee523a2206206994597C13D831ec7'],
      ['eip155:1', '0x6B175474E89094C44Da98b954EedeAC495271d0F'],
      ['ton:-239', 'EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs'],
    ])
      expect(screening.screen(`${chain}:${name}`).verdict).toBe('exempt');
  });

  it('are blocked all the same by a sanction, by the owner, and where the built-in list is off', async () => {
    const authority = fresh();
    await authority.load(source({ trust: 'authority', kind: 'sanctioned' }), bytesOf(union, 4_096));
    const owner = fresh();
    await owner.load(source({ trust: 'owner' }), bytesOf(union, 4_096));
    const bare = fresh({ builtInExemptions: false });
    await bare.load(source(), bytesOf(union, 4_096));
    for (const screening of [authority, owner, bare]) for (const id of contracts) expect(screening.screen(id).verdict).toBe('listed');
  });
});

describe('an entry for the score', () => {
  it('is there for a veto, reads back from the store, and vetoes', async () => {
    const found = await word([{ severity: 'low' }, { name: 'OFAC', trust: 'authority', kind: 'sanctioned', severity: 'critical' }]);
    const entry = toScreeningEntry(found);
    expect(entry).toEqual({
      account: account(1),
      kind: 'sanctioned',
      severity: 'critical',
      source: 'OFAC',
      addedMs: 1_700_000_000_000,
      expiresMs: null,
    });
    expect(parseScreening(entry, account(1))).toEqual(entry);
    const { vetoes } = assessRisk(input({ effects: [outflow(account(1), 1n)], listed: (one) => (one === account(1) ? entry : undefined) }));
    expect(vetoes.map(({ reason }) => reason)).toContain('address_blacklisted');
  });
  it('is not there for anything else', async () => {
    for (const lists of [[], [ordinary()], [{}, ordinary()]]) expect(toScreeningEntry(await word(lists))).toBeUndefined();
    expect(toScreeningEntry(await word([{}], [exempt()]))).toBeUndefined();
  });
});
