import type { Step } from '../../../core/store.ts';
import { SessionLost } from './failure.ts';
import type { GroupCommit } from './group-commit.ts';
import { likelyKeys } from './prefetch.ts';
import { type RanGroup, runGroup } from './run-group.ts';
import type { Session } from './session.ts';

/** `committed`, or `doubt` where the connection broke while the commit was under way. */
export type Locked =
  | { readonly kind: 'committed'; readonly ran: RanGroup }
  | { readonly kind: 'doubt'; readonly ran: RanGroup; readonly number: number };

/**
 * Takes the lock, runs the steps over the state that nobody else can change now, and commits: slower than to send and see, and
 * sure to come to its turn where several processes write. Throws where nothing was committed.
 */
export async function commitLocked(commit: GroupCommit, steps: readonly Step[], untilMs: number): Promise<Locked> {
  const session = await commit.ready(untilMs);
  const scene = commit.sceneOf(session);
  try {
    const keys = likelyKeys(steps);
    const [, , fetched] = await all([
      session.run('BEGIN'),
      session.query('lock', commit.statements.lock, []),
      scene.fetchRows([...keys], []),
    ]);
    commit.known.learn(fetched, keys);
    const ran = await runGroup(scene, steps);
    return await finish(commit, session, ran);
  } catch (error) {
    // Over a connection that lives the transaction is to be ended; over one that does not the server ends it.
    if (session.isAlive()) await session.run('ROLLBACK').catch(() => session.drop());
    throw error;
  }
}

async function finish(commit: GroupCommit, session: Session, ran: RanGroup): Promise<Locked> {
  const sent = commit.send(ran, session);
  try {
    const [answer] = await all([sent.answer, session.run('COMMIT')]);
    const [[word] = []] = answer;
    // Nobody else can have changed the state under the lock: then the session is not what it seems.
    if (sent.writes && word !== 'ok') throw new SessionLost(undefined);
    return { kind: 'committed', ran };
  } catch (error) {
    if (!sent.writes || !(error instanceof SessionLost)) throw error;
    commit.known.forget();
    return { kind: 'doubt', ran, number: sent.number };
  }
}

/** Waits for all answers before anything else is sent, then throws the first error. */
async function all<T extends readonly unknown[]>(promises: readonly [...{ [K in keyof T]: Promise<T[K]> }]): Promise<T> {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as unknown as T;
}
