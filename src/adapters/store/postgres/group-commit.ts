import type { Clock } from '../../../core/clock.ts';
import type { Moment } from '../kernel/rows.ts';
import type { TimeRow } from '../kernel/store-time.ts';
import { commitValues } from './commit-values.ts';
import { type KnownRows, toFetched } from './known-rows.ts';
import type { Link } from './link.ts';
import type { GroupScene, RanGroup } from './run-group.ts';
import type { Answer, Session } from './session.ts';
import type { Statements } from './statements.ts';
import { encodeText, joinList } from './text-list.ts';

/** For how long after another process wrote the lock is taken before a group is run, ms. */
const CONTENDED_MS = 250;

/** What the commits of one process share. */
export interface GroupCommitOptions {
  readonly clock: Clock;
  readonly link: Link;
  readonly known: KnownRows;
  readonly statements: Statements;
  /** Names this process among all that ever wrote. */
  readonly writerId: string;
  readonly lockDeadlineMs: number;
  readonly outcomeDeadlineMs: number;
  readTime(row: TimeRow | undefined): Moment;
}

/** A commit that was sent. */
export interface Sent {
  readonly session: Session;
  readonly number: number;
  readonly stamp: string;
  readonly writes: boolean;
  readonly answer: Promise<Answer>;
}

/** The commits of this process: numbered, each naming the state that it builds on and the one that it leaves. */
export interface GroupCommit extends GroupCommitOptions {
  /** A session over which nothing is in doubt. @throws STORE_UNAVAILABLE */
  ready(untilMs: number): Promise<Session>;
  sceneOf(session: Session): GroupScene;
  /** Sends a group over the session that is up, and goes on to the state that it will leave. */
  send(ran: RanGroup, session?: Session): Sent;
  lastNumber(): number;
  /** True where another process wrote lately, so that running a group before its turn is most likely in vain. */
  contended(): boolean;
  /** Number of the last commit that was made, once no other can be made any more. Throws where the server does not answer. */
  fence(untilMs: number): Promise<number>;
  /** Has the next session ask for the outcome first: it could not be learned. */
  leaveInDoubt(): void;
}

/** Begins at number 0. */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { clock, link, known, statements, writerId } = options;
  let number = 0;
  let inDoubt = false;
  let othersWroteAtMs = Number.NEGATIVE_INFINITY;

  const fetchRows = async (session: Session, keys: readonly string[], ids: readonly string[]) => {
    const before = known.stamp();
    const values = [joinList(keys.map(encodeText)), joinList(ids.map(encodeText))];
    const fetched = toFetched(await session.query('fetch', statements.fetch, values));
    if (before !== undefined && fetched.stamp !== before) othersWroteAtMs = clock.monotonicMs();
    return fetched;
  };
  const fence = async (untilMs: number): Promise<number> => {
    const session = await link.session(untilMs);
    const [[last] = []] = await session.query('fence', statements.fence, [writerId, number]);
    inDoubt = false;
    return Number(last);
  };

  return {
    ...options,
    fence,
    lastNumber: () => number,
    contended: () => clock.monotonicMs() - othersWroteAtMs < CONTENDED_MS,
    leaveInDoubt() {
      inDoubt = true;
    },
    async ready(untilMs) {
      if (inDoubt) await fence(untilMs);
      return link.session(untilMs);
    },
    sceneOf: (session) => ({ known, readTime: options.readTime, fetchRows: (keys, ids) => fetchRows(session, keys, ids) }),
    send(ran, session = link.up() as Session) {
      const writes = ran.changes.rows.size > 0;
      // A refusal is an answer about a state too: it counts where that is still the last one.
      if (!writes) return { session, number, stamp: ran.base, writes, answer: session.query('fetch', statements.fetch, ['', '']) };
      number++;
      const stamp = `${writerId}/${number}`;
      const values = commitValues({ base: ran.base, writer: writerId, number, stamp }, ran.changes, ran.isNew);
      known.advance(stamp, ran.changes);
      return { session, number, stamp, writes, answer: session.query('commit', statements.commit, values) };
    },
  };
}
