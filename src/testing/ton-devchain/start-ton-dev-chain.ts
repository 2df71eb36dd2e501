import { systemClock } from '../../adapters/host/index.ts';
import { CastellanError } from '../../core/index.ts';
import type { TonDevChain, TonDevChainOptions } from './options.ts';

/**
 * Starts a TON chain of its own in this process, on the real machine, and serves it as toncenter v2 does. It keeps the
 * process alive until `close()`, and ends with it.
 *
 * @param options - `startMs` in milliseconds since the epoch; a free port unless one is named
 * @throws PEER_MISSING where @ton/core or @ton/sandbox is not installed; CHAIN_UNAVAILABLE where the port is taken;
 *   CONFIG_INVALID
 * @example
 * ```ts
 * import { startTonDevChain } from 'castellan/testing';
 *
 * const chain = await startTonDevChain();
 * const address = `0:${'71'.repeat(32)}`;
 * await chain.fund(address, 2_000_000_000n);
 * console.log(chain.chain, await chain.balance(address)); // ton:-3 2000000000n
 * await chain.close();
 * ```
 */
export async function startTonDevChain(options: TonDevChainOptions = {}): Promise<TonDevChain> {
  checkOptions(options);
  // Only who starts a chain needs the packages.
  const { createDevChain } = await loadEngine(() => import('./chain.ts'));
  const { serveChain } = await import('./server.ts');
  const { toAddress } = await import('./params.ts');
  const { accountNow } = await import('./history.ts');
  const clock = systemClock();
  const chain = await createDevChain(options, clock);
  const server = await serveChain(chain, options.port ?? 0, clock).catch(async (error: unknown) => {
    await chain.close();
    throw error;
  });
  const addressOf = (text: string) => {
    try {
      return toAddress(text);
    } catch (cause) {
      throw new CastellanError('ADDRESS_INVALID', { message: 'The text is no TON address.', cause });
    }
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= server.close().then(() => chain.close());
    return closing;
  };
  return {
    url: server.url,
    chain: chain.globalId === -3 ? 'ton:-3' : 'ton:-239',
    mine: (blocks = 1) => chain.mine(blocks),
    fund: async (address, nanoton) => chain.fund(addressOf(address), nanoton),
    balance: async (address) => accountNow(chain.state(), addressOf(address).toRawString()).view().balance,
    increaseTime: (seconds) => chain.increaseTime(seconds),
    setTime: (unixSeconds) => chain.setTime(unixSeconds),
    snapshot: () => chain.snapshot(),
    revert: (id) => chain.revert(id),
    dropNext: (count) => chain.faults.dropNext(count),
    setFaults: (faults) => chain.faults.set(faults),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function loadEngine<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw new CastellanError('PEER_MISSING', { message: 'A TON dev chain needs the packages @ton/core and @ton/sandbox.', cause });
  }
}

function checkOptions({ port = 0, globalId = -3, mining = 'instant', startMs = 0 }: TonDevChainOptions): void {
  const valid: Readonly<Record<string, boolean>> = {
    port: Number.isInteger(port) && port >= 0 && port <= 65_535,
    globalId: globalId === -3 || globalId === -239,
    mining: mining === 'instant' || mining === 'manual' || (Number.isFinite(mining.intervalMs) && mining.intervalMs >= 1),
    startMs: Number.isFinite(startMs) && startMs >= 0,
  };
  const [wrong] = Object.entries(valid).find(([, fine]) => !fine) ?? [];
  if (wrong !== undefined)
    throw new CastellanError('CONFIG_INVALID', { message: `The option ${wrong} is not valid.`, details: { option: wrong } });
}
