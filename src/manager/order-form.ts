import { z } from 'zod';
import { describeIssues, lazySchema, requestIdSchema } from '../core/schema.ts';
import type { SignatureOrder } from '../core/signature-order.ts';
import { MAX_BYTES, type RequestForm, refusedForm } from './request.ts';
import { NotPlainData, snapshot } from './snapshot.ts';

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');
const decimal = z.string().regex(/^(?:0|[1-9][0-9]{0,77})$/, 'must be a decimal number');

const orderInputSchema = lazySchema(() =>
  z.strictObject({
    id: requestIdSchema.optional(),
    chain: text(64),
    wallet: text(256),
    order: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('message'),
        bytes: z.custom<Uint8Array>(
          (value) => value instanceof Uint8Array && value.length <= MAX_BYTES,
          `must be a Uint8Array of at most ${MAX_BYTES} bytes`,
        ),
      }),
      z.strictObject({ kind: z.literal('typed_data'), json: text(MAX_BYTES) }),
      z.strictObject({ kind: z.literal('authorization'), chainId: decimal, address: text(256), nonce: decimal }),
    ]),
  }),
);

/** An order after its form was checked: the request around it, and the order itself where there is one. */
export interface OrderForm {
  readonly form: RequestForm;
  readonly order: SignatureOrder | undefined;
}

/** Copies an order at once and checks its form, or names every wrong field. Never throws. */
export function parseOrder(input: unknown): OrderForm {
  try {
    const parsed = orderInputSchema.safeParse(snapshot(input));
    if (!parsed.success) return { form: refusedForm(describeIssues(parsed.error)), order: undefined };
    const { order, ...around } = parsed.data;
    return { form: { ok: true, value: around }, order };
  } catch (error) {
    return { form: refusedForm([error instanceof NotPlainData ? `order: ${error.message}` : 'order: cannot be read']), order: undefined };
  }
}
