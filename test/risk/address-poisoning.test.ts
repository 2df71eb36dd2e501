import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type AccountId, parseAccount } from '../../src/core/index.ts';
import { findLookalike } from '../../src/risk/index.ts';

const DATA = process.env.CASTELLAN_DATA ?? resolve(fileURLToPath(new URL('../..', import.meta.url)), '../shared/data');
const present = existsSync(join(DATA, 'address-poisoning'));
if (!present) console.warn('SKIPPED: the address-poisoning data is not on this machine; set CASTELLAN_DATA to its parent folder.');

const evm = (address: string): AccountId => parseAccount(`eip155:1:${address.toLowerCase()}`);

function table(...path: string[]): readonly Record<string, string>[] {
  const bytes = readFileSync(join(DATA, ...path));
  const [head = '', ...lines] = (path.at(-1)?.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])));
}

describe.skipIf(!present)('real losses to lookalike addresses', () => {
  it.each(['ethereum', 'bsc'])('%s: found, and the share that the rule of four and four finds', (chain) => {
    const losses = table('address-poisoning', `payoff_transfers_${chain}_dev.csv`).map((row) => ({
      lookalike: evm(row['topics_to_addr'] ?? ''),
      intended: evm(row['intended_addr'] ?? ''),
      usd: Number(row['value_usd']),
    }));
    const found = losses.map(({ lookalike, intended }) => findLookalike(lookalike, [intended]));
    const share = (test: (index: number) => boolean) => losses.filter((_, index) => test(index)).length / losses.length;
    const all = share((index) => found[index] !== undefined);
    const strong = share((index) => found[index]?.strength === 'strong');
    const fourAndFour = share((index) => (found[index]?.prefix ?? 0) >= 4 && (found[index]?.suffix ?? 0) >= 4);
    process.stdout.write(
      `${chain}: ${losses.length} losses; found ${(all * 100).toFixed(1)} %, blocked ${(strong * 100).toFixed(1)} %; four and four: ${(fourAndFour * 100).toFixed(1)} %\n`,
    );
    expect(losses.length).toBeGreaterThan(500);
    expect(all).toBeGreaterThanOrEqual(0.97);
    expect(fourAndFour).toBeLessThan(all);
  });

  it('real counterparties of one wallet are practically never taken for one another', () => {
    const byWallet = new Map<string, Set<string>>();
    for (const row of table('eth-wallet-histories', 'wallets_dev.csv.gz')) {
      const counterparty = row['counterparty'] ?? '';
      if (row['signed'] !== '1' || !/^0x[0-9a-fA-F]{40}$/.test(counterparty)) continue;
      const known = byWallet.get(row['wallet'] ?? '') ?? new Set();
      byWallet.set(row['wallet'] ?? '', known.add(counterparty.toLowerCase()));
    }
    let counterparties = 0;
    let collisions = 0;
    for (const names of byWallet.values()) {
      // Whatever is alike has both ends in common: only those need comparing.
      const seen = new Map<string, AccountId[]>();
      for (const candidate of [...names].map(evm)) {
        counterparties += 1;
        const ends = candidate.slice(-40, -38) + candidate.slice(-2);
        const others = seen.get(ends) ?? [];
        if (findLookalike(candidate, others) !== undefined) collisions += 1;
        seen.set(ends, [...others, candidate]);
      }
    }
    process.stdout.write(`${byWallet.size} wallets, ${counterparties} counterparties: ${collisions} natural collisions\n`);
    expect(counterparties).toBeGreaterThan(5_000);
    expect(collisions / counterparties).toBeLessThan(0.001);
  });
});
