import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('policy-share-child.ts', import.meta.url));
type Found = Readonly<Record<string, number>>;

/**
 * Deals a long comparison to one process per core and adds up what they found.
 * @throws Error with what differed, where anything did or a process ended without a word
 */
export async function inShares(kind: 'policies' | 'zones', seed: number, count: number): Promise<Found> {
  const parts = availableParallelism();
  const shares = await Promise.all(
    Array.from({ length: parts }, (_, part) => {
      const own = Math.floor(((part + 1) * count) / parts) - Math.floor((part * count) / parts);
      return new Promise<Found>((resolve, reject) => {
        const child = fork(CHILD, [kind, String(seed), String(own), String(part), String(parts)]);
        let found: Found | undefined;
        child.on('message', (message: Found & { readonly failed?: string }) => {
          if (message.failed !== undefined) reject(new Error(message.failed));
          else found = message;
        });
        child.on('error', reject);
        child.on('exit', (code) => {
          if (code === 0 && found !== undefined) resolve(found);
          else reject(new Error(`a process ended with ${code} and without a word`));
        });
      });
    }),
  );
  const total: Record<string, number> = {};
  for (const share of shares) for (const [name, value] of Object.entries(share)) total[name] = (total[name] ?? 0) + value;
  return total;
}
