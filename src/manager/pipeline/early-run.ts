import type { Simulate } from '../../authz/index.ts';

/** A dry run that is under way before anybody asks for it. */
export interface EarlyRun {
  /** Its answer, for whoever asks. */
  readonly simulate: Simulate;
  /** Lets go of it where nobody will ask any more. */
  end(): void;
}

/** Begins a dry run beside the look-ups, so that they cost no round trip of their own. What it throws is thrown at whoever asks. */
export function beginEarly(simulate: Simulate): EarlyRun {
  const abort = new AbortController();
  const run = (async () => simulate(abort.signal))();
  // Nobody may ever ask for it.
  run.catch(() => undefined);
  return {
    simulate(signal) {
      if (signal.aborted) abort.abort(signal.reason);
      signal.addEventListener('abort', () => abort.abort(signal.reason), { once: true });
      return run;
    },
    end: () => abort.abort(),
  };
}
