import { z } from 'zod';
import { parseAccount } from '../../core/account.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { ChainId, TimeMs } from '../../core/ids.ts';
import { parseAmount } from '../../core/money.ts';
import { describeIssues, lazySchema } from '../../core/schema.ts';
import { emptyProfile, type Profile, type SettledPayment, trainProfile } from '../../risk/index.ts';
import { snapshot } from '../snapshot.ts';

/** Transactions that a history may hold. */
const MAX_HISTORY = 10_000;
const text = lazySchema(() => z.string().min(1).max(256));
const moment = lazySchema(() => z.union([z.date(), z.int(), z.iso.datetime({ offset: true })]));

/** One past transaction. Other fields than these are not looked at. */
const entrySchema = lazySchema(() =>
  z.object({
    amount: z.string().max(100),
    currency: text.optional(),
    asset: text.optional(),
    destination: text.optional(),
    to: text.optional(),
    timestamp: moment,
    /** What became of it; one that did not succeed teaches nothing and counts as an attempt. */
    status: z.string().max(64).optional(),
  }),
);

/** Past transactions, as the reference hands them in. */
export type TransactionHistory = readonly z.input<typeof entrySchema>[];

/** What a history teaches. */
export interface ReadHistory {
  readonly profile: Profile;
  /** Moments of everything that was tried, rising. */
  readonly attempts: readonly TimeMs[];
}

const SUCCEEDED: ReadonlySet<string> = new Set(['success', 'succeeded', 'confirmed', 'completed', 'final', 'settled']);

/** Milliseconds of a moment in any of its accepted forms. */
export function momentMs(at: Date | number | string): TimeMs {
  return typeof at === 'number' ? at : typeof at === 'string' ? Date.parse(at) : at.getTime();
}

/** Names and values of the deployment, as far as a history needs them. */
export interface HistoryNames {
  readonly chain: ChainId;
  token(name: string): Token | undefined;
  /** In the unit of the limits; 0 where it cannot be told. */
  worth(token: Token, amount: bigint): Promise<bigint>;
}

function invalid(problems: readonly string[]): CastellanError {
  return new CastellanError('REQUEST_INVALID', {
    message: `The history is wrong: ${problems.slice(0, 8).join('; ')}`,
    details: { problems },
  });
}

/** A copy of a history, taken at once. @throws REQUEST_INVALID for what is no list, or too long, or no plain data */
export function copyHistory(input: unknown): readonly unknown[] {
  if (!Array.isArray(input) || input.length > MAX_HISTORY) throw invalid([`history: must be a list of at most ${MAX_HISTORY}`]);
  return Array.from({ length: input.length }, (_, index) => {
    try {
      return snapshot(input[index]);
    } catch {
      throw invalid([`[${index}]: is no plain data`]);
    }
  });
}

/** Trains a profile from a copied history. Nothing is stored. @throws REQUEST_INVALID naming the entry */
export async function readHistory(copied: readonly unknown[], names: HistoryNames): Promise<ReadHistory> {
  const payments: SettledPayment[] = [];
  const attempts: TimeMs[] = [];
  for (const [index, item] of copied.entries()) {
    try {
      const parsed = entrySchema.safeParse(item);
      if (!parsed.success) throw invalid(describeIssues(parsed.error).map((problem) => `[${index}].${problem}`));
      const { amount: given, currency, asset, destination, to, timestamp, status } = parsed.data;
      const atMs = momentMs(timestamp);
      const token = names.token(asset ?? currency ?? '');
      if (token === undefined) throw invalid([`[${index}].asset: is on no token list`]);
      const amount = parseAmount(given, token.decimals);
      const where = to ?? destination;
      const account = where === undefined ? null : parseAccount(where, names.chain);
      attempts.push(atMs);
      if (status === undefined || SUCCEEDED.has(status.toLowerCase()))
        payments.push({ atMs, account, asset: token.asset, amount, unitAmount: await names.worth(token, amount) });
    } catch (error) {
      if (isCastellanError(error) && error.code !== 'REQUEST_INVALID') throw invalid([`[${index}]: ${error.shortMessage}`]);
      throw error;
    }
  }
  const inOrder = payments.sort((left, right) => left.atMs - right.atMs);
  return { profile: inOrder.reduce(trainProfile, emptyProfile()), attempts: attempts.sort((left, right) => left - right) };
}
