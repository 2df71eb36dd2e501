import { type AccountId, displayForms, parseAccount } from '../../src/core/index.ts';
import { createDice, type Dice } from '../../src/integrations/bench/dice.ts';
import { countOf, type ProtocolTable, shareOf } from '../../src/integrations/bench/index.ts';
import { findLookalike } from '../../src/risk/index.ts';
import { couldResemble } from '../../src/risk/lookalike.ts';
import { findTable, readTable } from './read-table.ts';
import { TON, tonSpellings } from './spellings.ts';

/** Forms in which people see an account of TON, in the order of `displayForms`. */
const FORMS = ['bounceable', 'non-bounceable', 'raw'] as const;
/** Digits of the hash that an imitation shares at its beginning: so many that the first characters of each form are the same. */
const SHARED_DIGITS = 5;
/** Characters at the end that are ground for: 12 bits of a friendly form, 16 of the raw one. */
const ENDS: readonly number[] = [2, 2, 4];
const RAW = 2;

/** Imitations made for one form: how many were found whichever way both accounts are written, and how many were only found in some. */
export interface FormFound {
  readonly form: (typeof FORMS)[number];
  readonly made: number;
  readonly found: number;
  /** Spellings of imitated and imitating account that led to another answer than the first. */
  readonly unlike: number;
}

/** What holds of lookalikes on TON, of which no losses were published. */
export interface TonImitations {
  readonly forms: readonly FormFound[];
  /** Labelled accounts of ordinary use, and those that are taken for imitations of another. */
  readonly ordinary: number;
  readonly collisions: number;
}

/** Makes imitations in each form by grinding, and asks for them in every spelling; then counts natural collisions. */
export function measureTonImitations(data: string, made = 8, seed = 23): TonImitations {
  const dice = createDice(seed);
  const forms = FORMS.map((form, at): FormFound => {
    let found = 0;
    let unlike = 0;
    for (let one = 0; one < made; one += 1) {
      const hash = dice.hex(64);
      const answers = spelledPairs(hash, imitate(hash, at, dice)).map(([known, candidate]) => findLookalike(candidate, [known]));
      if (answers[0] !== undefined) found += 1;
      unlike += answers.filter((answer) => JSON.stringify(answer) !== JSON.stringify(answers[0])).length;
    }
    return { form, made, found, unlike };
  });
  return { forms, ...naturalCollisions(data) };
}

/** Another hash whose form `at` begins and ends like that of `hash`. */
function imitate(hash: string, at: number, dice: Dice): string {
  const end = ENDS[at] as number;
  const target = displayForms(account(hash))[at] as string;
  for (;;) {
    const middle = dice.hex(64 - SHARED_DIGITS);
    const candidate =
      at === RAW ? hash.slice(0, SHARED_DIGITS) + middle.slice(end) + hash.slice(-end) : hash.slice(0, SHARED_DIGITS) + middle;
    if (candidate !== hash && displayForms(account(candidate))[at]?.slice(-end) === target.slice(-end)) return candidate;
  }
}

const account = (hash: string): AccountId => `${TON}:0:${hash}` as AccountId;

/** Both accounts in each spelling, read as the gate reads them. */
function spelledPairs(hash: string, imitation: string): readonly (readonly [AccountId, AccountId])[] {
  const spelled = (of: string): readonly AccountId[] => tonSpellings(account(of)).map((text) => parseAccount(text, TON));
  return spelled(hash).flatMap((known) => spelled(imitation).map((candidate) => [known, candidate] as const));
}

function naturalCollisions(data: string): Pick<TonImitations, 'ordinary' | 'collisions'> {
  if (findTable(data, 'ton-lists/ton_labels') === undefined) return { ordinary: 0, collisions: 0 };
  const accounts = new Set(
    readTable(data, 'ton-lists/ton_labels').flatMap(({ address = '', category }) =>
      /^[EU]Q[\w-]{46}$/.test(address) && category !== 'scammer' ? [parseAccount(address, TON)] : [],
    ),
  );
  const ordinary = [...accounts];
  return {
    ordinary: ordinary.length,
    collisions: ordinary.filter((one) =>
      findLookalike(
        one,
        couldResemble([one], ordinary).filter((other) => other !== one),
      ),
    ).length,
  };
}

/** The result as a table of the report. */
export function tonImitationTable({ forms, ordinary, collisions }: TonImitations): ProtocolTable {
  return {
    ...{ task: 'T2', title: 'lookalikes on TON', columns: ['what', 'asked', 'found'] },
    rows: [
      ...forms.map(({ form, made, found }) => ({
        name: `made to imitate the ${form} form`,
        figures: [countOf(made), shareOf(found, made)],
      })),
      { name: 'labelled accounts of ordinary use taken for imitations', figures: [countOf(ordinary), shareOf(collisions, ordinary)] },
    ],
    notes: [
      `Imitations are made by grinding; no losses on TON were published. Answers that differ by spelling: ${forms.reduce((sum, { unlike }) => sum + unlike, 0)}.`,
    ],
  };
}
