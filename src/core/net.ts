/** One POST. */
export interface NetQuestion {
  /** Names in lowercase. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The most that the body of the answer may hold, bytes. */
  readonly maxBytes: number;
  /** Ends it at once, whatever it is waiting for. */
  readonly signal: AbortSignal;
}

/** What came back, whatever its status: a redirect is an answer, and nobody follows it. */
export type NetAnswer =
  /** Read to its end, as UTF-8. */
  | { readonly status: number; readonly body: string }
  /** Not read: there was more than the bound, or it is compressed, which nobody asked for. */
  | { readonly status: number; readonly body: null; readonly reason: 'too_large' | 'compressed' };

/**
 * Posts to one address, once, and reads the whole answer. No redirect is followed and nothing is tried twice.
 *
 * Rejects with the system's error, whose `code` says why (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or with the signal's reason.
 */
export type Post = (question: NetQuestion) => Promise<NetAnswer>;

/** The network: posts to one http or https URL. What stands before its `@` goes along as basic credentials. */
export type Net = (url: string) => Post;
