import { type Cell, Dictionary } from '@ton/core';
import { ApiFailure, malformed } from '../failure.ts';
import { blockAt } from '../history.ts';
import { readLibraries } from '../libraries.ts';
import { toHash } from '../params.ts';
import type { Methods } from './method.ts';

const MOST_LIBRARIES = 256;

/** The network's configuration, the same at each block, and public libraries. */
export const CONFIG_METHODS: Methods = {
  getConfigParam(chain, params) {
    const seqno = params.optionalInt('seqno');
    if (seqno !== null) blockAt(chain.state(), seqno);
    const id = params.optionalInt('config_id') ?? params.int('param');
    if (id < -(2 ** 31) || id >= 2 ** 31) throw malformed('config_id is a number of 32 bits');
    const all = chain.engine.configCell.beginParse().loadDictDirect(Dictionary.Keys.Int(32), Dictionary.Values.Cell());
    const param = all.get(id);
    if (param === undefined) throw new ApiFailure(500, `LITE_SERVER_UNKNOWN: there is no config parameter ${id}`);
    return configInfo(param);
  },
  getConfigAll(chain, params) {
    const seqno = params.optionalInt('seqno');
    if (seqno !== null) blockAt(chain.state(), seqno);
    return configInfo(chain.engine.configCell);
  },
  getLibraries(chain, params) {
    const given = params.raw('libraries');
    const hashes = typeof given === 'string' ? given.split(',') : given;
    if (!Array.isArray(hashes) || hashes.length > MOST_LIBRARIES)
      throw malformed(`libraries is a list of at most ${MOST_LIBRARIES} hashes`);
    const all = readLibraries(chain.state().libraries);
    const wanted = new Set(hashes.map((hash) => toHash(hash, 'a library')));
    const found = [...wanted].flatMap((hash) => {
      const library = all.get(Buffer.from(hash, 'base64'));
      return library === undefined ? [] : [{ '@type': 'smc.libraryEntry', hash, data: library.toBoc().toString('base64') }];
    });
    return { '@type': 'smc.libraryResult', result: found };
  },
};

const configInfo = (cell: Cell): object => ({
  '@type': 'configInfo',
  config: { '@type': 'tvm.cell', bytes: cell.toBoc({ idx: false }).toString('base64') },
});
