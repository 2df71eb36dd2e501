import { canonicalize } from '../../core/canonical.ts';
import { taggedDigest } from '../../core/digest.ts';
import type { PolicyText } from '../../core/policy-text.ts';
import type { Command, Json, Store } from '../../core/store.ts';
import { docKey, readDoc } from '../directory.ts';
import type { PolicyBook } from '../policy-book.ts';

/** A policy's text for its event, and what the same step stores so that the deployment's part is told once. */
export interface ToldPolicy {
  readonly policy?: PolicyText;
  readonly commands: readonly Command[];
}

/** Puts a policy into words for the log. Nothing where the book does not know what the deployment adds to permissions. */
export async function tellPolicy(store: Store, book: PolicyBook, digest: string, permissions: Json): Promise<ToldPolicy> {
  const { deployment } = book;
  if (deployment === undefined) return { commands: [] };
  const deploymentDigest = taggedDigest('castellan.deployment.v1', canonicalize(deployment));
  const key = docKey.deployment(deploymentDigest);
  const { version } = await readDoc(store, key);
  const policy = { digest, permissions, deploymentDigest };
  if (version > 0) return { policy, commands: [] };
  return { policy: { ...policy, deployment }, commands: [{ kind: 'doc.put', key, value: true, ifVersion: 0 }] };
}
