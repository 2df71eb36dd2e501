import { z } from 'zod';
import { lazySchema } from '../../../core/schema.ts';

/** A name, an id or an address in permissions. */
export const text = lazySchema(() => z.string().min(1).max(256));

/** An amount in permissions: whole units, exactly. As many digits as any chain can hold: what were longer, nothing could count. */
export const exact = lazySchema(() =>
  z.union([
    z.int().nonnegative(),
    z.string().regex(/^(0|[1-9]\d{0,77})(\.\d{1,78})?$/, 'must be a safe integer or an exact decimal string'),
  ]),
);
