import { type AccountId, CastellanError, type ChainId, type Clock, parseChainId, type Random, type TimeMs } from '../../core/index.ts';
import { applyUpdates, type ListUpdate } from './apply-updates.ts';
import { digestAccount, digestKnown } from './digest-account.ts';
import type { Exemption, OwnExemption } from './exemption.ts';
import { readExemptions } from './exemptions.ts';
import type { ListBytes } from './list-bytes.ts';
import type { ListReport } from './list-report.ts';
import { checkSource, type ListSource } from './list-source.ts';
import { type ListState, refusedUpdate } from './list-update.ts';
import { type LoadedList, loadList } from './load-list.ts';
import { SIP_KEY_BYTES, SipHash } from './sip-hash.ts';
import { readSpelling } from './spelling.ts';
import { type ScreeningFinding, type ScreeningHit, weigh } from './verdict.ts';
import type { ListVersion, RecordList, ScreeningView, ScreenOptions } from './view.ts';

/** What screening stands on. */
export interface ScreeningOptions {
  readonly random: Random;
  readonly clock: Clock;
  /** Where an address without a chain is screened. */
  readonly chains: readonly ChainId[];
  /** Accounts that the owner exempts from public lists. */
  readonly exemptions?: readonly OwnExemption[] | undefined;
  /** Contracts of the tokens that the deployment itself names: exempt from public lists, but for sanctions. */
  readonly tokens?: readonly AccountId[] | undefined;
  /** False: the well-known contracts are not exempt. Default true. */
  readonly builtInExemptions?: boolean | undefined;
}

/** Lists of accounts in memory. What a list says holds from the moment it is loaded until another is, without a gap. */
export interface Screening {
  /**
   * What all lists say of an account, in any spelling; O(lists). `tokenOnly`: it is named as a token that is moved, and neither
   * gets money or rights nor is called. @throws ADDRESS_INVALID: what cannot be read is not "not listed"
   */
  screen(address: string, options?: ScreenOptions): ScreeningFinding;
  /** All lists and exemptions as they stand now, for whoever asks several times and has to be told one state. */
  view(): ScreeningView;
  /**
   * Loads a list that nobody signs, in place of the one of its name. `record` is waited for before it is in force.
   * @throws CONFIG_INVALID, REQUEST_INVALID, or what `record` throws; the old one then stays
   */
  load(source: ListSource, bytes: ListBytes, record?: RecordList): Promise<ListReport>;
  /**
   * Applies signed updates in a row, all or none. `last` is the state that an earlier call gave, from this process or one before;
   * null for the first ever. Durable only when the caller keeps what it resolves with. @throws CONFIG_INVALID, SIGNATURE_INVALID,
   * REQUEST_INVALID; the list then stays as it was
   */
  update(
    source: ListSource,
    updates: readonly ListUpdate[],
    last: ListState | null,
    record?: RecordList,
  ): Promise<{ readonly report: ListReport; readonly state: ListState }>;
  /** Lets a list go, which is a loosening; false where there is none of that name. */
  drop(name: string): boolean;
  /** Replaces the owner's exemptions. @throws CONFIG_INVALID, ADDRESS_INVALID; the old ones then stay */
  exempt(exemptions: readonly OwnExemption[]): void;
  /** What each list in force came to when it was loaded. */
  lists(): readonly ListReport[];
}

/** Exemptions by account, and half of each one's digest. */
interface Exempt {
  readonly of: ReadonlyMap<AccountId, Exemption>;
  readonly digests: ReadonlySet<number>;
}

/** Each is looked into for every account. */
const MAX_LISTS = 64;
const NONE: readonly ScreeningHit[] = Object.freeze([]);

/**
 * Creates screening without lists.
 *
 * @throws CONFIG_INVALID, CHAIN_INVALID
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { createScreening } from 'castellan';
 * import { parseChainId } from 'castellan/adapter';
 * import { createManualClock } from 'castellan/testing';
 *
 * const mainnet = parseChainId('eip155:1');
 * const random = { bytes: (length: number) => randomBytes(length) };
 * const screening = createScreening({ random, clock: createManualClock(), chains: [mainnet] });
 * async function* file() {
 *   yield Buffer.from('0xd8da6bf26964af9d7eed9e03e53415d37aa96045 # reported twice\n'); // createReadStream(path) does it, too
 * }
 * await screening.load({ name: 'reports', format: 'plain', trust: 'community', chains: [mainnet] }, file());
 * console.log(screening.screen('0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045').verdict); // listed
 * console.log(screening.screen('0x0000000000000000000000000000000000000001').verdict); // clear
 * ```
 */
export function createScreening(options: ScreeningOptions): Screening {
  const { random, clock, builtInExemptions = true } = options;
  const chains = options.chains.map((chain) => parseChainId(chain));
  const sip = new SipHash(random.bytes(SIP_KEY_BYTES));
  const { tokens = [] } = options;
  const exemptBy = (own: readonly OwnExemption[]): Exempt => {
    const of = readExemptions(own, builtInExemptions, tokens);
    const digests = new Set<number>();
    for (const account of of.keys()) {
      digestAccount(sip, account);
      digests.add(sip.lo);
    }
    return { of, digests };
  };
  let exemptions = exemptBy(options.exemptions ?? []);
  // Never changed, only replaced: whoever is reading it reads one state.
  let lists: readonly LoadedList[] = [];
  const turns = new Map<string, { begun: number; done: number }>();

  async function replace<T extends LoadedList>(name: string, build: () => Promise<T>, record: RecordList | undefined): Promise<T> {
    const turn = turns.get(name) ?? { begun: 0, done: 0 };
    turns.set(name, turn);
    turn.begun += 1;
    const mine = turn.begun;
    const built = await build();
    check(name, built, mine < turn.done);
    if (record !== undefined) {
      await record(built.report, built.state);
      check(name, built, mine < turn.done);
    }
    turn.done = mine;
    lists = Object.freeze([...lists.filter(({ source }) => source.name !== name), built]);
    return built;
  }

  /** Whether a list may take the place of what is there now. */
  function check(name: string, built: LoadedList, isOvertaken: boolean): void {
    // Built side by side, the one that began last is the newest.
    if (isOvertaken) throw refusedUpdate(name, 'overtaken');
    const former = lists.find(({ source }) => source.name === name)?.state ?? null;
    if (former !== null && built.state === null) throw refusedUpdate(name, 'unsigned');
    if (former !== null && built.state !== null && built.state.sequence <= former.sequence) throw refusedUpdate(name, 'rolled_back');
    const others = lists.filter(({ source }) => source.name !== name);
    if (others.length >= MAX_LISTS)
      throw new CastellanError('CONFIG_INVALID', { message: 'There are too many screening lists.', details: { most: MAX_LISTS } });
  }

  const exemptionOf = (given: Exempt, account: AccountId, nowMs: TimeMs): Exemption | undefined => {
    const found = given.of.get(account);
    return found === undefined || (found.expiresMs !== null && !(nowMs < found.expiresMs)) ? undefined : found;
  };

  /** The account that a text spells, digested. */
  const accountOf = (text: string): AccountId => {
    if (typeof text === 'string' && digestKnown(sip, text)) return text as AccountId;
    const account = readSpelling(text, chains);
    if (account === undefined) throw new CastellanError('ADDRESS_INVALID', { message: 'What is to be screened is no account.' });
    digestAccount(sip, account);
    return account;
  };

  const screenBy = (loaded: typeof lists, exempt: Exempt, address: string, told: ScreenOptions | undefined): ScreeningFinding => {
    const account = accountOf(address);
    const { hi, lo } = sip;
    let inForce = NONE;
    let nowMs = told?.nowMs;
    for (const list of loaded) {
      const at = list.table.find(hi, lo);
      if (at < 0) continue;
      const hit = list.hits.at(at);
      if (hit.expiresMs !== null) {
        nowMs ??= clock.nowMs();
        if (hit.expiresMs <= nowMs) continue;
      }
      inForce = inForce === NONE ? [hit] : [...inForce, hit];
    }
    if (inForce === NONE) return { account, verdict: 'clear', hits: NONE, exemption: undefined, points: 0 };
    // Most listed accounts are exempt nowhere, which their digest alone shows.
    const exemption = exempt.digests.has(lo) ? exemptionOf(exempt, account, nowMs ?? clock.nowMs()) : undefined;
    return weigh(account, inForce, exemption, told?.tokenOnly === true);
  };

  return Object.freeze<Screening>({
    screen: (address, told) => screenBy(lists, exemptions, address, told),
    view() {
      const [loaded, exempt] = [lists, exemptions];
      return Object.freeze<ScreeningView>({
        screen: (address, told) => screenBy(loaded, exempt, address, told),
        lists: loaded.map(versionOf),
      });
    },
    async load(given, bytes, record) {
      const source = checkSource(given);
      const former = lists.find((list) => list.source.name === source.name);
      if (Object.keys(source.signers).length > 0 || (former?.state ?? null) !== null) throw refusedUpdate(source.name, 'unsigned');
      return (await replace(source.name, () => loadList(source, bytes, { sip, clock }), record)).report;
    },
    async update(given, updates, last, record) {
      const source = checkSource(given);
      const current = lists.find((list) => list.source.name === source.name && list.state !== null);
      const { report, state } = await replace(source.name, () => applyUpdates(source, updates, { sip, clock, current, last }), record);
      return { report, state };
    },
    drop(name) {
      const others = lists.filter(({ source }) => source.name !== name);
      const isThere = others.length < lists.length;
      lists = Object.freeze(others);
      // What is being loaded under the name began before.
      const turn = turns.get(name);
      if (turn !== undefined) turn.done = turn.begun += 1;
      return isThere;
    },
    exempt(given) {
      exemptions = exemptBy(given);
    },
    lists: () => lists.map(({ report }) => report),
  });
}

function versionOf({ source, report, state }: LoadedList): ListVersion {
  const { name: list, expiresMs } = source;
  const { loadedMs, body } = report;
  return { list, sequence: state?.sequence ?? null, digest: state?.digest ?? body, loadedMs, expiresMs };
}
