import type { Anvil } from '../../src/testing/anvil.ts';

/** Shows that setting a field changes what happens; throws where it does not. */
export type Effect = (world: { readonly anvil: Anvil }) => Promise<void>;

/** An effect that another file shows: the test of this title there, which has to name the field. */
export interface ShownBy {
  readonly file: string;
  readonly title: string;
  /** Word of that test which stands for the field. Default: the field's own last name. */
  readonly word?: string;
}

/** Effects by the path of their field. */
export type Effects = Readonly<Record<string, Effect | ShownBy>>;
