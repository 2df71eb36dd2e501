import type { Cell } from '@ton/core';
import { accountKey } from '../../core/account.ts';
import type { AccountId } from '../../core/ids.ts';
import { malformed, readCell, readCount, readInteger, readList, readObject, readText } from './answer.ts';
import type { TonClient } from './client.ts';

/** Items that a stack may hold here; the longest that is read has five. */
const MAX_STACK = 255;
const HEX_NUMBER = /^-?0x[0-9a-f]{1,65}$/;

/** One item of a stack. Tuples and lists that are not empty are not read. */
export type StackItem =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'cell' | 'slice'; readonly cell: Cell }
  | { readonly type: 'null' }
  | { readonly type: 'other' };

/** What a get-method gave back. Exit codes 0 and 1 are success. */
export interface MethodResult {
  readonly exitCode: number;
  readonly stack: readonly StackItem[];
}

/** An argument: whole number or slice of an account's address. */
export type MethodArgument = { readonly int: bigint } | { readonly slice: Cell };

function toParam(argument: MethodArgument): readonly [string, string] {
  return 'int' in argument ? ['num', argument.int.toString()] : ['tvm.Slice', argument.slice.toBoc().toString('base64')];
}

function readNumber(value: unknown): bigint {
  const text = readText(value, 'stack.num').toLowerCase();
  if (!HEX_NUMBER.test(text)) return readInteger(value, 'stack.num');
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}

function readItem(item: unknown): StackItem {
  const [type, value] = readList(item, 'stack', 2);
  switch (type) {
    case 'num':
      return { type: 'int', value: readNumber(value) };
    case 'cell':
    case 'slice':
      return { type, cell: readCell(readObject(value, 'stack.cell')['bytes'], 'stack.cell') };
    case 'null':
      return { type: 'null' };
    case 'list':
      // Nothing at all comes as an empty list.
      return readList(readObject(value, 'stack.list')['elements'], 'stack.list', MAX_STACK).length === 0
        ? { type: 'null' }
        : { type: 'other' };
    default:
      return { type: 'other' };
  }
}

/**
 * Runs a get-method of the account's code as it stood at the masterchain's block `seqno`.
 * @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT
 */
export async function runGetMethod(
  client: TonClient,
  account: AccountId,
  method: string,
  args: readonly MethodArgument[],
  seqno: number,
  signal?: AbortSignal,
): Promise<MethodResult> {
  const params = { address: accountKey(account), method, stack: args.map(toParam), seqno };
  const fields = readObject(await client.request('runGetMethod', params, signal), 'runGetMethod');
  const exitCode = Number(readInteger(fields['exit_code'], 'runGetMethod.exit_code'));
  const block = fields['block_id'];
  if (block !== undefined && readCount(readObject(block, 'runGetMethod.block_id')['seqno'], 'runGetMethod.block_id') !== seqno)
    throw malformed('runGetMethod.block_id', 'another_block');
  return { exitCode, stack: readList(fields['stack'], 'runGetMethod.stack', MAX_STACK).map(readItem) };
}

/** Whether the method ran to its end. */
export function succeeded({ exitCode }: MethodResult): boolean {
  return exitCode === 0 || exitCode === 1;
}
