import type { ApprovalAnswer, ApprovalProvider, ApprovalRecord, ApprovalRequest, TimeMs } from '../core/index.ts';

/** Carries requests to providers, and waits for none of them. */
export interface Announcer {
  /** A new request, to every provider. */
  announce(request: ApprovalRequest): void;
  /** One that still waits, to those providers that keep account: they know whether they delivered it. */
  remind(record: ApprovalRecord, nowMs: TimeMs): void;
  /** Tells providers that the manager closes. */
  stop(): void;
}

/** Younger ones are left to the process that opened them, ms. */
const REMIND_AFTER_MS = 60_000;

/** Makes the announcer; `answer` judges whatever a provider brings back. */
export function createAnnouncer(
  providers: readonly ApprovalProvider[],
  answer: (given: ApprovalAnswer) => Promise<ApprovalRecord>,
  get: (id: string) => Promise<ApprovalRecord | undefined>,
): Announcer {
  const end = new AbortController();
  const tell = async (provider: ApprovalProvider, request: ApprovalRequest): Promise<void> => {
    try {
      const state = async (): Promise<ApprovalRecord['state'] | undefined> => (await get(request.id))?.state;
      const isOpen = async (): Promise<boolean> => (await state()) === 'pending';
      await provider.notify(request, answer, { isOpen, state, ended: end.signal });
    } catch {
      // A provider that fails approves nothing; the request stays open until it is answered or expires.
    }
  };
  return {
    announce: (request) => {
      for (const provider of providers) void tell(provider, request);
    },
    remind: ({ state, request }, nowMs) => {
      if (state !== 'pending' || nowMs - request.createdAtMs < REMIND_AFTER_MS) return;
      for (const provider of providers) if (provider.resumes === true) void tell(provider, request);
    },
    stop: () => end.abort(new Error('The manager closes.')),
  };
}
