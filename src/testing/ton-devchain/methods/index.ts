import { ACCOUNT_METHODS } from './account-methods.ts';
import { BLOCK_METHODS } from './block-methods.ts';
import { CONFIG_METHODS } from './config-methods.ts';
import { DEV_METHODS } from './dev-methods.ts';
import { GET_METHODS } from './get-method.ts';
import type { Method } from './method.ts';
import { SEND_METHODS } from './send-methods.ts';
import { TRANSACTION_METHODS } from './transaction-methods.ts';

/** Each method of the API by its name. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  [ACCOUNT_METHODS, BLOCK_METHODS, CONFIG_METHODS, DEV_METHODS, GET_METHODS, SEND_METHODS, TRANSACTION_METHODS].flatMap((family) =>
    Object.entries(family),
  ),
);
