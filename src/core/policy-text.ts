import type { Digest } from './ids.ts';
import type { Json } from './store.ts';

/**
 * A policy in words, as the event that put it in force carries it: with them anybody compiles the very rules that decisions
 * name by their digest.
 */
export type PolicyText = {
  /** Of the compiled rules: what decisions name. */
  readonly digest: string;
  readonly permissions: Json;
  /** Of `deployment`. */
  readonly deploymentDigest: Digest;
  /** Token list and inherited defaults. Carried once; later events name it by its digest. */
  readonly deployment?: Json;
};
