import type { EventStore, Json } from '../../core/index.ts';
import type { JudgeState } from '../judge-state.ts';

/** What a judgement that runs again has instead of the world: the facts of its decision, and the little state that it kept. */
export interface RecordedFacts {
  /** Facts that hold for the rules under judgement; what is missing here is made from `state`. */
  readonly facts: Readonly<Record<string, Json>>;
  /** Throws {@link FactLacking} for whatever was not kept. */
  readonly state: JudgeState;
  /** Told of each fact that cannot be made. What it answers stands for the fact; undefined: the layer fails, which denies. */
  readonly lacking: (name: string) => Json | undefined;
}

/** The record does not hold this piece of state. */
export class FactLacking extends Error {}

/** Stands for the deployment's own history where a decision is judged again: what it said then stands in the facts, or is lacking. */
export const HISTORY_OF_THEN: EventStore = Object.freeze<EventStore>({
  record: () => undefined,
  query: () => [],
  recent: () => [],
  prune: () => undefined,
  coveredFromMs: () => 0,
});
