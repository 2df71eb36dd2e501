import { malformed } from '../failure.ts';
import type { TonDevChainFaults } from '../faults.ts';
import { headOf } from '../history.ts';
import type { Params } from '../params.ts';
import type { Methods } from './method.ts';

/** Controls, for tests in another process. Faults never touch them. */
export const DEV_METHODS: Methods = {
  dev_mine: async (chain, params) => ({ seqno: await chain.mine(params.optionalInt('blocks') ?? 1) }),
  async dev_fund(chain, params) {
    await chain.fund(params.address('address'), params.bigint('nanoton'));
    return { seqno: headOf(chain.state()).seqno };
  },
  async dev_increaseTime(chain, params) {
    await chain.increaseTime(params.int('seconds'));
    return { gen_utime: headOf(chain.state()).genUtime };
  },
  async dev_setTime(chain, params) {
    await chain.setTime(params.int('unixSeconds'));
    return { gen_utime: headOf(chain.state()).genUtime };
  },
  dev_snapshot: async (chain) => ({ id: await chain.snapshot() }),
  async dev_revert(chain, params) {
    await chain.revert(params.text('id'));
    return { seqno: headOf(chain.state()).seqno };
  },
  dev_dropNext(chain, params) {
    chain.faults.dropNext(params.int('count'));
    return { '@type': 'ok' };
  },
  dev_setFaults(chain, params) {
    chain.faults.set(readFaults(params));
    return { '@type': 'ok' };
  },
  async dev_addLibrary(chain, params) {
    const library = params.cell('boc');
    await chain.addLibrary(library);
    return { hash: library.hash().toString('base64') };
  },
};

function readFaults(params: Params): TonDevChainFaults {
  const names = ['dropRate', 'errorRate', 'latencyMs', 'seed'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = params.raw(name);
      if (value === undefined) return [];
      if (typeof value !== 'number') throw malformed(`${name} is a number`);
      return [[name, value]];
    }),
  );
}
