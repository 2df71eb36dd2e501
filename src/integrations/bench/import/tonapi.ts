import { z } from 'zod';
import { CastellanError } from '../../../core/errors.ts';
import { type CsvRecord, malformed } from './csv.ts';
import type { Movement } from './imported.ts';

const COIN_DECIMALS = 9;
const units = z.union([z.string().regex(/^\d{1,78}$/), z.number().int().nonnegative()]).transform((amount) => BigInt(amount));
const account = z.object({ address: z.string().min(1).max(100) });

/** The parts of an answer of `GET /v2/accounts/{account}/events` that are read; everything else is left where it is. */
const answerSchema = z.object({
  events: z.array(
    z.object({
      event_id: z.string(),
      timestamp: z.number().int().positive(),
      actions: z.array(
        z.object({
          status: z.string().optional(),
          TonTransfer: z.object({ sender: account, recipient: account, amount: units }).optional(),
          JettonTransfer: z
            .object({
              sender: account.optional(),
              recipient: account.optional(),
              amount: units,
              jetton: z.object({ address: z.string().min(1).max(100), decimals: z.number().int().min(0).max(36) }),
            })
            .optional(),
          SmartContractExec: z
            .object({ executor: account, contract: account, ton_attached: units, operation: z.string().max(200).optional() })
            .optional(),
        }),
      ),
    }),
  ),
});

/** Movements of an answer of tonapi, or of several in a list. Actions of other kinds are left out. @throws CONFIG_INVALID for what is no such answer */
export function readTonapi(text: string, name: string): readonly Movement[] {
  const answers = z.union([answerSchema.transform((one) => [one]), z.array(answerSchema)]).safeParse(parsed(text));
  if (!answers.success)
    throw new CastellanError('CONFIG_INVALID', {
      message: 'The export is no answer of tonapi’s account events.',
      details: { file: name, problem: answers.error.issues[0]?.path.join('.') ?? '' },
    });
  return answers.data.flatMap(({ events }) =>
    events.flatMap(({ event_id: id, timestamp, actions }) =>
      actions.flatMap(({ status, TonTransfer: coin, JettonTransfer: jetton, SmartContractExec: call }): readonly Movement[] => {
        const base = { id, failed: status === 'failed' };
        const atMs = timestamp * 1_000;
        if (coin !== undefined) {
          const action = { atMs, kind: 'coin', asset: 'coin', amount: coin.amount, decimals: COIN_DECIMALS } as const;
          return [{ ...base, from: coin.sender.address, to: coin.recipient.address, action }];
        }
        if (jetton?.sender !== undefined && jetton.recipient !== undefined) {
          const { address, decimals } = jetton.jetton;
          const action = { atMs, kind: 'token', asset: address, amount: jetton.amount, decimals } as const;
          return [{ ...base, from: jetton.sender.address, to: jetton.recipient.address, action }];
        }
        if (call === undefined) return [];
        const action = {
          atMs,
          kind: 'call',
          asset: 'coin',
          amount: call.ton_attached,
          decimals: COIN_DECIMALS,
          method: call.operation,
        } as const;
        return [{ ...base, from: call.executor.address, to: call.contract.address, action }];
      }),
    ),
  );
}

/** True for a table with the names of tonapi's fields: `event_id,timestamp,type,status,sender,recipient,amount,jetton,decimals`. */
export function isTonapiTable(record: CsvRecord): boolean {
  return ['event_id', 'timestamp', 'sender', 'recipient', 'amount'].every((column) => record[column] !== undefined);
}

/** Movements of such a table: amounts in base units, `jetton` empty for coins. @throws CONFIG_INVALID with the number of the record */
export function readTonapiTable(records: readonly CsvRecord[], name: string): readonly Movement[] {
  return records.map((record, at) => {
    const { event_id: id = '', timestamp, sender: from = '', recipient: to = '', jetton = '', status } = record;
    const amount = units.safeParse(record['amount']);
    const seconds = Number(timestamp);
    const decimals = jetton === '' ? COIN_DECIMALS : Number(record['decimals'] ?? Number.NaN);
    if (!Number.isSafeInteger(seconds) || seconds <= 0) throw malformed(name, at + 2, 'its timestamp is no time');
    if (!amount.success || from === '' || to === '') throw malformed(name, at + 2, 'it names no sender, recipient or amount in base units');
    if (!Number.isInteger(decimals) || decimals < 0 || decimals > 36) throw malformed(name, at + 2, 'its jetton has no decimals');
    const action = {
      atMs: seconds * 1_000,
      kind: jetton === '' ? 'coin' : 'token',
      asset: jetton === '' ? 'coin' : jetton,
      amount: amount.data,
      decimals,
    } as const;
    return { id, from, to, failed: status === 'failed', action };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
