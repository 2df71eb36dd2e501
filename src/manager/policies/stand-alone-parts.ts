import { systemClock, systemRandom } from '../../adapters/host/index.ts';
import { createMemoryStore } from '../../adapters/store/memory/index.ts';
import { createAuthority, createEd25519Verifier } from '../../approvals/index.ts';
import { parseEntry, toAppendCommand } from '../../audit/index.ts';
import type { Authority } from '../../core/authority.ts';
import type { Clock } from '../../core/clock.ts';
import { createEventBus } from '../../core/event-bus.ts';
import type { Random } from '../../core/random.ts';
import type { Store } from '../../core/store.ts';
import { createJournal, type Journal } from '../journal.ts';
import type { StandAloneOptions } from './stand-alone-options.ts';

/** Store, log and authority of a room that stands alone. */
export interface StandAlone {
  readonly host: { readonly clock: Clock; readonly random: Random };
  readonly tenant: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly authority: Pick<Authority, 'require'>;
}

/** Puts a room on its own feet. */
export function standAlone(options: StandAloneOptions): StandAlone {
  const clock = options.clock ?? systemClock();
  const random = options.random ?? systemRandom();
  const tenant = options.tenant ?? 'default';
  const store = options.store ?? createMemoryStore({ clock });
  const journal = createJournal({ store, bus: createEventBus({ clock }), command: toAppendCommand, parse: parseEntry });
  let opening: Promise<Authority> | undefined;
  const open = (): Promise<Authority> => {
    opening ??= createAuthority({
      store,
      tenant,
      clock,
      random,
      command: journal.command,
      verifiers: [createEd25519Verifier()],
      genesis: options.registry?.keys ?? [],
      ...(options.registry?.quorums === undefined ? {} : { quorums: options.registry.quorums }),
    }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const authority: StandAlone['authority'] = {
    require: async (action, facts, authorization) => (await open()).require(action, facts, authorization),
  };
  return { host: { clock, random }, tenant, store, journal, authority };
}
