import type { Executor } from '@ton/sandbox';

export type { Executor };

/** Loading takes a fifth of a second and tens of megabytes, so there is one virtual machine per process; it keeps no state. */
let shared: Promise<Executor> | undefined;

async function load(): Promise<Executor> {
  const sandbox = await import('@ton/sandbox');
  return sandbox.Executor.create();
}

/** The process's virtual machine; null where the optional package `@ton/sandbox` is not installed or does not load. */
export async function openSandbox(): Promise<Executor | null> {
  shared ??= load();
  try {
    return await shared;
  } catch {
    shared = undefined;
    return null;
  }
}

/** Gives up a virtual machine that broke down: its memory may be damaged, so the next simulation starts another. */
export function discardSandbox(): void {
  shared = undefined;
}
