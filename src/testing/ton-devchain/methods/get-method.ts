import { blockId } from '../block.ts';
import { ApiFailure, malformed } from '../failure.ts';
import { accountAt, blockAt, headOf } from '../history.ts';
import type { Params } from '../params.ts';
import { transactionId } from '../raw-transaction.ts';
import { methodIdOf, readStack, writeStack } from '../stack.ts';
import type { Methods } from './method.ts';

/** Get methods, also as of a block. */
export const GET_METHODS: Methods = {
  async runGetMethod(chain, params) {
    const address = params.address('address');
    const seqno = params.optionalInt('seqno');
    const state = chain.state();
    const block = seqno === null ? headOf(state) : blockAt(state, seqno);
    const account = accountAt(state, address.toRawString(), block.seqno);
    const now = seqno === null ? chain.nowSec() : block.genUtime;
    const stack = readStack(params.raw('stack'));
    const { exitCode, gasUsed, stack: left } = await chain.engine.get(account, address, methodId(params), stack, now, state.libraries);
    const { lastLt, lastHash } = account.view();
    return {
      '@type': 'smc.runResult',
      gas_used: Number(gasUsed),
      stack: left === null ? [] : written(left),
      exit_code: exitCode,
      block_id: blockId(block, -1),
      last_transaction_id: transactionId(lastLt, Buffer.from(lastHash.toString(16).padStart(64, '0'), 'hex').toString('base64')),
    };
  },
};

function methodId(params: Params): number {
  const method = params.raw('method');
  if (typeof method === 'string' && method.length > 0 && method.length <= 256) return methodIdOf(method);
  if (typeof method === 'number' && Number.isInteger(method) && method >= -(2 ** 31) && method < 2 ** 31) return method;
  throw malformed('method is a name or an id');
}

function written(stack: Parameters<typeof writeStack>[0]): readonly unknown[] {
  try {
    return writeStack(stack);
  } catch {
    throw new ApiFailure(500, 'the stack holds a value that cannot be given');
  }
}
