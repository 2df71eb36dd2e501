import type { Authority, Authorization } from '../../../core/authority.ts';
import { canonicalize } from '../../../core/canonical.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Json } from '../../../core/store.ts';
import type { ListReport, ListVersion, OwnExemption, ScreeningFinding } from '../../../risk/index.ts';
import type { ConfiguredExemption } from './configured-list.ts';
import type { ListDeskParts } from './desk-parts.ts';
import { keepAdded, keepCommand, readAdded, readKept } from './list-book.ts';
import type { ListDesk } from './list-desk.ts';
import { listEvent } from './list-loader.ts';
import { lackingLists } from './list-status.ts';
import { listDropFacts, listExemptionFacts, plainExemptions } from './screening-facts.ts';

/** How a configured list stands. */
export interface ListStatus {
  readonly list: string;
  /** Null where it is not in force. */
  readonly version: ListVersion | null;
  /** Of the last time that it was loaded in this process. */
  readonly report: ListReport | null;
  /** Why it says nothing now; null where it does. */
  readonly lacking: string | null;
  /** Why the last attempt to load it failed. */
  readonly lastError: string | null;
  /** The owners let it go. */
  readonly isDropped: boolean;
}

/** The screening lists of a deployment. What makes them stricter needs nobody; what loosens needs the owners. */
export interface ScreeningRoom {
  /** What the lists say of an account, in any spelling, now. The stored block list is `isBlacklisted`. @throws ADDRESS_INVALID */
  screen(address: string): Promise<ScreeningFinding>;
  /**
   * Loads one list, or all, again, also one that was let go; the former version decides until the new one is whole. A list whose
   * signer has nothing newer is left out of the answer. @throws what refused the first of them; all others are loaded
   */
  reload(list?: string): Promise<readonly ListReport[]>;
  /** Lets a list go, by the owners, until it is loaded again. False where it is not configured. Other processes: when they load it next. @throws AUTHORITY_REQUIRED */
  drop(list: string, options?: { readonly authorization?: Authorization }): Promise<boolean>;
  /**
   * Replaces the exemptions that stand beside the configured ones, by the owners; taking some away needs nobody. Other processes:
   * when they open. @throws AUTHORITY_REQUIRED, ADDRESS_INVALID, CONFIG_INVALID
   */
  exempt(exemptions: readonly ConfiguredExemption[], options?: { readonly authorization?: Authorization }): Promise<void>;
  /** How every configured list stands. */
  lists(): Promise<readonly ListStatus[]>;
}

const ATTEMPTS = 16;

/** Creates the room on a desk. */
export function createScreeningRoom(
  desk: ListDesk,
  parts: Pick<ListDeskParts, 'host' | 'tenant' | 'store' | 'journal'> & { readonly authority: Pick<Authority, 'require'> },
): ScreeningRoom {
  const { store, journal, host, authority } = parts;
  const { config, loader, screening } = desk;

  /** Writes until nobody else was faster. @throws STORE_UNAVAILABLE */
  async function write(attempt: () => Promise<Parameters<typeof journal.apply>[0]>): Promise<void> {
    for (let count = 0; count < ATTEMPTS; count += 1) {
      const result = await journal.apply(await attempt());
      if (result.ok) return;
      if (result.reason.code !== 'version_conflict')
        throw new CastellanError('STORE_UNAVAILABLE', { message: result.reason.message, details: { reason: result.reason.code } });
    }
    throw new CastellanError('STORE_UNAVAILABLE', { message: 'Other writers changed the same records too often', retryable: true });
  }
  const event = (details: Record<string, Json>) => journal.command(listEvent(parts, details));

  return {
    async screen(address) {
      await desk.opened();
      return screening.screen(address);
    },
    async reload(list) {
      const names = list === undefined ? config.lists.map(({ name }) => name) : [list];
      const done = await Promise.allSettled(names.map((name) => loader.load(name, list !== undefined)));
      for (const one of done) if (one.status === 'rejected') throw one.reason;
      return done.flatMap((one) => (one.status === 'fulfilled' && one.value !== undefined ? [one.value] : []));
    },
    async drop(list, { authorization } = {}) {
      if (!config.lists.some(({ name }) => name === list)) return false;
      await authority.require('list.change', listDropFacts(list), authorization);
      await write(async () => {
        const { state, version } = await readKept(store, list);
        return [keepCommand(list, version, state, 'dropped'), event({ action: 'screening_dropped', list })];
      });
      loader.dropped(list);
      screening.drop(list);
      return true;
    },
    async exempt(exemptions, { authorization } = {}) {
      const plain = plainExemptions(exemptions) as readonly OwnExemption[];
      // Before anything is written, and before an authorization is used up.
      desk.check(plain);
      let isAllowed = false;
      await write(async () => {
        const { added, version } = await readAdded(store);
        const known = new Set(added.map((one) => canonicalize(one)));
        // Against what holds now: an exemption that was just taken away is not given back unasked.
        if (!isAllowed && !plain.every((one) => known.has(canonicalize(one)))) {
          await authority.require('list.change', listExemptionFacts(exemptions), authorization);
          isAllowed = true;
        }
        const accounts = plain.map(({ account }) => account);
        return [keepAdded(plain, version), event({ action: 'screening_exempted', accounts })];
      });
      desk.exempt(plain);
    },
    async lists() {
      await desk.opened();
      const versions = desk.versions();
      const lacking = lackingLists(config.lists, loader.status, versions, host.clock.nowMs());
      return config.lists.map(({ name }) => {
        const { report, lastError, isDropped } = loader.status(name);
        const version = versions.find(({ list }) => list === name) ?? null;
        return { list: name, version, report, lacking: lacking.find(({ list }) => list === name)?.why ?? null, lastError, isDropped };
      });
    },
  };
}
