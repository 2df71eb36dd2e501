import { accountChain } from '../../core/account.ts';
import type { RequestRow } from '../../core/store.ts';
import type { Host } from '../config.ts';
import { walletFacts } from '../directory.ts';
import type { SigningParts } from './signed-bytes.ts';

/** Between two looks at the chain, ms. */
const LOOK_MS = 250;

/**
 * Whether a request that others sign first has its turn on the chain itself. What they sign is good for whoever sees it, as long as its
 * number is open: it is not signed while anything before it may still fail. Undefined where one key signs alone.
 */
export async function awaitPlace(
  parts: SigningParts & { readonly host: Host },
  row: RequestRow,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<'ours' | 'wait' | undefined> {
  const chain = accountChain(row.wallet);
  const payload = new Uint8Array(Buffer.from(row.payload ?? '', 'base64'));
  const { smart } = await walletFacts(parts.store, row.wallet);
  if (smart === undefined || row.slot === null || parts.chains.adapter(chain).codec.coSigning?.(payload) === undefined) return undefined;
  const { clock } = parts.host;
  const dueMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const { next } = await parts.chains.node(chain).sequence(smart.sender, signal);
    if (next >= row.slot) return 'ours';
    const leftMs = dueMs - clock.monotonicMs();
    if (!(leftMs > 0) || signal?.aborted === true) return 'wait';
    await new Promise<void>((resolve) => void clock.schedule(Math.min(LOOK_MS, leftMs), resolve));
  }
}
