import { assetContract } from '../../../core/asset.ts';
import { createDeadlines } from '../../../core/deadline.ts';
import type { Effect } from '../../../core/effect.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { AccountId } from '../../../core/ids.ts';
import {
  createHops,
  createListLook,
  createScreening,
  type ListLook,
  type ListState,
  type ListVersion,
  type OwnExemption,
  readExemptions,
  type Screening,
  type ScreeningFinding,
} from '../../../risk/index.ts';
import type { ListDeskParts, ScreeningConfig } from './desk-parts.ts';
import { readAdded } from './list-book.ts';
import { createListLoader, type ListLoader } from './list-loader.ts';
import { lackingLists } from './list-status.ts';
import { seenPayments } from './seen-payments.ts';

/** Who looks at lists before deciding. */
export interface LooksAtLists {
  /** Screening lists in memory. */
  readonly lists?: Pick<ListDesk, 'opened' | 'look'> | undefined;
}

/** The configured lists of one process, as the gate looks at them. */
export interface ListDesk {
  readonly config: ScreeningConfig;
  readonly screening: Screening;
  readonly loader: ListLoader;
  /** Begins to load every list; idempotent. */
  start(): void;
  /** Resolves once every list was loaded or refused, or `loadTimeoutMs` have passed; undefined where that is so. Never rejects. */
  opened(): Promise<void> | undefined;
  /** A look for one judgement; undefined where no list is configured. */
  look(nowMs: number): ListLook | undefined;
  /** Versions in force. */
  versions(): readonly ListVersion[];
  /** Remembers who paid whom in what settled. */
  settled(effects: readonly Effect[], atMs: number): void;
  /** Whether exemptions beside the configured ones could be put in force. @throws CONFIG_INVALID, ADDRESS_INVALID */
  check(added: readonly OwnExemption[]): void;
  /** Puts the exemptions of the configuration, and those that the owners added, in force. */
  exempt(added: readonly OwnExemption[]): void;
}

/** Nothing configured. */
export const NO_LISTS: ScreeningConfig = Object.freeze({ lists: [], exemptions: [], builtInExemptions: true, loadTimeoutMs: 10_000 });

/** Creates the desk. @throws CONFIG_INVALID, ADDRESS_INVALID for exemptions that cannot be read */
export function createListDesk(parts: ListDeskParts): ListDesk {
  const { host, store, chains } = parts;
  // Ours: what is changed in the caller's own afterwards has no effect.
  const lists = parts.config.lists.map((list) => Object.freeze({ ...list, read: (last: ListState | null) => list.read(last) }));
  const config = { ...parts.config, lists };
  const { clock, random } = host;
  const own = config.exemptions as readonly OwnExemption[];
  const tokens = chains.ids.flatMap((chain) => chains.tokens(chain).flatMap(({ asset }) => assetContract(asset) ?? []));
  const screening = createScreening({
    random,
    clock,
    chains: chains.ids,
    exemptions: own,
    builtInExemptions: config.builtInExemptions,
    tokens: config.builtInExemptions ? tokens : [],
  });
  const hops = createHops({ screen: (account) => neighbour(screening, account) });
  const loader = createListLoader({ ...parts, config, screening });
  const exempt = (added: readonly OwnExemption[]): void => screening.exempt([...own, ...added]);
  const deadlines = createDeadlines(clock);
  let opening: Promise<void> | undefined;
  let isOpen = config.lists.length === 0;

  async function open(): Promise<void> {
    // Where they cannot be read there are fewer exemptions, which is stricter.
    const adding = readAdded(store).then(({ added }) => exempt(added));
    await Promise.allSettled([adding, ...config.lists.map(({ name }) => loader.load(name))]);
  }

  const start = (): void => {
    opening ??= deadlines
      .race(config.loadTimeoutMs, open())
      .catch(() => undefined)
      .finally(() => {
        isOpen = true;
      });
  };

  return {
    check: (added) => void readExemptions([...own, ...added], false),
    config,
    screening,
    loader,
    start,
    opened() {
      if (isOpen) return undefined;
      start();
      return opening;
    },
    look(nowMs) {
      if (config.lists.length === 0) return undefined;
      const view = screening.view();
      return createListLook({ view, lacking: lackingLists(config.lists, loader.status, view.lists, nowMs), nowMs, hops });
    },
    versions: () => screening.view().lists,
    settled(effects, atMs) {
      if (config.lists.length > 0) for (const payment of seenPayments(effects, atMs)) hops.observe(payment);
    },
    exempt,
  };
}

/** An account that cannot be screened denies where it is paid; where it only stands beside another, nothing settled may wait for it. */
function neighbour(screening: Screening, account: AccountId): Pick<ScreeningFinding, 'verdict' | 'hits'> {
  try {
    return screening.screen(account);
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return { verdict: 'clear', hits: [] };
  }
}
