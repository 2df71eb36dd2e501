import { z } from 'zod';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import { TRUST_LABELS } from '../../core/request.ts';
import { describeIssues, lazySchema } from '../../core/schema.ts';
import { type AgentRequest, parseAgentRequest, type RequestForm } from '../request.ts';
import { snapshot } from '../snapshot.ts';

const text = (max: number) => z.string().max(max);

/** What a caller wants to send; strings only, so that it can be shown, signed for and compared. Unknown fields are refused. */
const transactionSchema = lazySchema(() =>
  z.strictObject({
    /** In any spelling of the wallet's chain. */
    to: text(256),
    /** Whole coins as an exact decimal string: `'100'` is 100 TON, or 100 ETH. Of `asset`, where that is named. */
    value: text(100).default('0'),
    /** Hex; for TON the message body as a bag of cells. Empty for a plain payment. */
    data: z
      .string()
      .max(262_146)
      .regex(/^(0x)?([0-9a-fA-F]{2})*$/, 'must be bytes in hex')
      .default(''),
    /** A token by symbol or asset id, where it is not the chain's own coin that is paid. */
    asset: text(256).optional(),
    /** Text that travels with a payment, on chains that carry one. */
    comment: text(1_024).optional(),
    /** The most that fees may cost, whole coins. */
    maxFee: text(100).optional(),
    type: text(32).optional(),
    context: z
      .strictObject({
        intent: text(4_096).optional(),
        strategy: text(128).optional(),
        confidence: z.number().min(0).max(1).optional(),
        sessionId: text(128).optional(),
        /** Where the content that made the agent ask came from; counts as nothing better than the policy's `maxTrust`. */
        trust: z.enum(TRUST_LABELS).optional(),
      })
      .optional(),
  }),
);

/** A transaction as a caller of custody writes it. */
export type TransactionRequest = z.input<typeof transactionSchema>;
/** The same, copied and checked in form. */
export type TransactionInput = z.output<typeof transactionSchema>;

/** Copies a transaction at once and checks its form. @throws REQUEST_INVALID naming every wrong field */
export function parseTransaction(input: unknown): TransactionInput {
  let problems = ['transaction: cannot be read'];
  try {
    const parsed = transactionSchema.safeParse(snapshot(input));
    if (parsed.success) return parsed.data;
    problems = describeIssues(parsed.error).map((problem) => problem.slice(0, 200));
  } catch {
    // What cannot be read is refused like what is wrong.
  }
  throw new CastellanError('REQUEST_INVALID', {
    message: `The transaction is wrong: ${problems.slice(0, 32).join('; ')}`,
    details: { problems },
  });
}

/** The request that a prepared transaction becomes: always the same one for the same facts. */
export function requestFormOf(
  { id, account, chain, tx }: { readonly id: string; readonly account: AccountId; readonly chain: ChainId; readonly tx: TransactionInput },
  native: AssetId,
): RequestForm {
  const { to, value, data, asset, ...beside } = tx;
  const named = { id, chain, wallet: account, ...beside };
  const isPlain = data === '' || data === '0x';
  const request = isPlain
    ? { ...named, to, amount: value, asset: asset ?? native }
    : { ...named, to, value, data, ...(asset === undefined ? {} : { asset }) };
  return parseAgentRequest(request as AgentRequest);
}
