import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bar, Measurement } from './bar.ts';
import { type Passed, passedIn, type TestResult } from './ton-tests.ts';

const below =
  (heading: string) =>
  ({ ancestorTitles }: TestResult): boolean =>
    ancestorTitles.includes(heading);

function measurement(figure: string, parts: readonly Passed[], complete: boolean, notes: readonly string[] = []): Measurement {
  const failed = parts.flatMap((part) => part.failed);
  return { figure, pass: complete && failed.length === 0, notes: [...notes, ...failed.slice(0, 8)] };
}

/** What every chain adapter must do. */
const CONFORMANCE_TESTS = 11;

/** The exported suite, on both adapters and their real engines. */
export const conformanceBar: Bar = {
  name: 'adapter conformance',
  target: `${CONFORMANCE_TESTS} of ${CONFORMANCE_TESTS} on both adapters`,
  async run() {
    const parts = await Promise.all([passedIn('test/ton/conformance.test.ts'), passedIn('test/evm/conformance.test.ts')]);
    const [ton, evm] = parts.map(({ passed }) => passed);
    const figure = `TON ${ton} of ${CONFORMANCE_TESTS}, EVM ${evm} of ${CONFORMANCE_TESTS}`;
    return measurement(figure, parts, ton === CONFORMANCE_TESTS && evm === CONFORMANCE_TESTS);
  },
};

const CHAIN_WORD_TESTS = [
  'names no chain where chains must not matter',
  'has no exemption that nothing needs',
  'chain words: in code and strings, not in comments or numbers, and not where exempt',
];

/** The search for chain words where chains must not matter, and the search's own test. */
export const chainWordsBar: Bar = {
  name: 'chain words in authz, custody, audit, risk',
  target: 'none that decides',
  async run() {
    const part = await passedIn('test/tidy.test.ts', ({ title, ancestorTitles }) =>
      CHAIN_WORD_TESTS.some((wanted) => `${ancestorTitles.at(-1)} ${title}`.endsWith(wanted)),
    );
    const { passed } = part;
    const complete = passed === CHAIN_WORD_TESTS.length;
    return measurement(complete ? 'none' : `${passed} of ${CHAIN_WORD_TESTS.length} checks passed`, [part], complete, [
      'two files may name a chain, with reasons: coin types of derivation paths, and the salts of the one kind of phrase that is a key',
    ]);
  },
};

const HAZARDS = 12;

/** Each hazard does its harm without a gate, is named by the adapter, and is refused by the gate as it comes. */
export const hazardsBar: Bar = {
  name: 'hazards denied by default',
  target: `${HAZARDS} of ${HAZARDS}, raw and through the gate`,
  async run() {
    const [raw, adapter, gate] = await Promise.all([
      passedIn('test/ton/hazards.test.ts', below('without a gate')),
      passedIn('test/ton/hazards.test.ts', below('through the adapter')),
      passedIn('test/ton/hazards-gate.test.ts', below('the gate, by default')),
    ]);
    // One of the raw tests more: where a wallet holds the other currency, on a chain prepared for it.
    const complete = raw.passed === HAZARDS + 1 && adapter.passed === HAZARDS && gate.passed === HAZARDS;
    return measurement(`${gate.passed} of ${HAZARDS} denied, ${adapter.passed} of ${HAZARDS} named`, [raw, adapter, gate], complete, [
      `${raw.passed} tests show the harm without a gate; each hazard has a harmless twin that passes`,
    ]);
  },
};

const folder = join(process.env['CASTELLAN_VECTORS'] ?? fileURLToPath(new URL('../../../shared/vectors', import.meta.url)), 'ton');

/** Tests of two files that go through the published vectors; each goes through all of its kind. */
const VECTOR_TESTS = [
  '15 V4R2 wallets',
  'the V5R1 wallet',
  '24 messages, byte by byte and by their hashes, 22 of them with their signatures',
  'orders that its makers refuse to sign are refused here',
  'addresses in cells, and the ones with anycast or of the wrong size',
  'every published spelling of an address, and none of the invalid ones',
];
const [, , MESSAGES] = VECTOR_TESTS;
const PHRASES = 5;
/** Tests of the phrases that are about all of them, or about an invalid one. */
const OTHER_PHRASE_TESTS = ['has 5 phrases', 'refuses the invalid one'];

/** How many of each kind are published. */
function published() {
  const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T;
  const wallets = read<{ derive_v4r2_wc0: unknown[]; invalid: unknown[] }>('addresses-trustwallet.json');
  const core = read<{ forms: unknown[]; invalid: unknown[] }>('addresses-toncore.json');
  const forms = read<{ workchain: number }[]>('addresses-tonutils.json');
  const cells = read<{ invalidBoc: unknown[] }>('address-cells-trustwallet.json');
  const phrases = read<{ mnemonicToKey: unknown[]; invalid: unknown[] }>('mnemonics-toncrypto.json');
  const messages = read<{ expectedBoc?: string }[]>('signed-transfers-trustwallet.json');
  const signed = messages.filter(({ expectedBoc }) => expectedBoc !== undefined).length;
  return {
    wallets: wallets.derive_v4r2_wc0.length,
    messages: signed,
    forms: forms.length,
    moreForms: core.forms.length,
    phrases: phrases.mnemonicToKey.length,
    refused: {
      addresses: wallets.invalid.length + core.invalid.length + forms.filter(({ workchain }) => workchain === 1).length,
      cells: cells.invalidBoc.length,
      phrases: phrases.invalid.length,
      orders: messages.length - signed,
    },
  };
}

/** Published wallets, messages, signatures, phrases and spellings. */
export const vectorsBar: Bar = {
  name: 'published vectors',
  target: '15 + 1 wallets, 24 hashes, 22 signatures, 5 phrases, 10 forms; invalid ones refused',
  async run() {
    if (!existsSync(folder)) return { figure: 'the vectors are not on this machine', pass: false };
    const [codec, phrases] = await Promise.all([
      passedIn('test/ton/vectors.test.ts', below('published TON vectors')),
      passedIn('test/custody/phrase-key.test.ts', below('phrases that are a key, published')),
    ]);
    const found = published();
    const ran = new Set(codec.titles);
    const missing = VECTOR_TESTS.filter((title) => !ran.has(title));
    const [messages, signatures] = MESSAGES !== undefined && ran.has(MESSAGES) ? [found.messages, 22] : [0, 0];
    const read = phrases.titles.filter((title) => !OTHER_PHRASE_TESTS.includes(title)).length;
    const complete =
      missing.length === 0 &&
      read === PHRASES &&
      found.phrases === PHRASES &&
      found.wallets === 15 &&
      messages === 24 &&
      found.forms === 10;
    return measurement(
      `${found.wallets} + 1 wallets, ${messages} hashes, ${signatures} signatures, ${read} phrases, ${found.forms} forms`,
      [codec, phrases],
      complete,
      [
        `refused: ${JSON.stringify(found.refused)}; ${found.moreForms} spellings of one address more; ${codec.passed + phrases.passed} tests`,
        ...missing.map((title) => `did not run: ${title}`),
      ],
    );
  },
};
