import { beginCell, Cell, Dictionary } from '@ton/core';
import type { Executor } from '@ton/sandbox';
import { CastellanError } from '../../core/index.ts';

/** The machines of one network. */
export interface Machines {
  /** Mainnet's configuration with the network's own global id. */
  readonly configCell: Cell;
  /**
   * Runs work on a machine. One that throws has its memory in disorder: it is thrown away, and the next work gets a new one.
   * @throws INTERNAL
   */
  use<Value>(work: (executor: Executor, config: string) => Promise<Value>): Promise<Value>;
}

/** Validator sets: nobody validates here, and they are nine tenths of the configuration. */
const WITHOUT_PARAMS = [32, 34, 36];
const GLOBAL_ID_PARAM = 19;

/** A machine takes long to start, and none holds a chain: those of a network serve all chains of a process. */
const networks = new Map<number, Promise<Machines>>();

/** @throws PEER_MISSING where @ton/sandbox is not installed */
export function machinesFor(globalId: number): Promise<Machines> {
  const known = networks.get(globalId);
  if (known !== undefined) return known;
  const opened = openMachines(globalId);
  networks.set(globalId, opened);
  opened.catch(() => networks.delete(globalId));
  return opened;
}

async function openMachines(globalId: number): Promise<Machines> {
  const sandbox = await import('@ton/sandbox').catch((cause: unknown) => {
    throw new CastellanError('PEER_MISSING', { message: 'A TON dev chain needs the package @ton/sandbox.', cause });
  });
  const configCell = configFor(Cell.fromBase64(sandbox.defaultConfig), globalId);
  const config = configCell.toBoc({ idx: false }).toString('base64');
  let machine = sandbox.Executor.create();
  await machine;
  return {
    configCell,
    async use(work) {
      const mine = machine;
      const executor = await mine;
      try {
        return await work(executor, config);
      } catch (cause) {
        if (machine === mine) machine = sandbox.Executor.create();
        throw new CastellanError('INTERNAL', { message: 'The machine cannot run this.', cause });
      }
    },
  };
}

function configFor(network: Cell, globalId: number): Cell {
  const params = network.beginParse().loadDictDirect(Dictionary.Keys.Int(32), Dictionary.Values.Cell());
  for (const param of WITHOUT_PARAMS) params.delete(param);
  params.set(GLOBAL_ID_PARAM, beginCell().storeInt(globalId, 32).endCell());
  return beginCell().storeDictDirect(params).endCell();
}
