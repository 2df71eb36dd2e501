import { inspect } from 'node:util';

/** Every way that bytes are usually written. */
export function spellings(secret: Uint8Array): readonly string[] {
  const bytes = Buffer.from(secret);
  const list = [...bytes];
  return [
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    list.join(','),
    list.join(', '),
    BigInt(`0x${bytes.toString('hex')}`).toString(),
    bytes.toString('hex').match(/../g)?.join(' ') ?? '',
  ].flatMap((text) => [text.toLowerCase(), text.toLowerCase().slice(0, Math.floor(text.length / 2))]);
}

/** What a serializer gives, or the text of what it throws. */
export function safely(run: () => string | undefined): string {
  try {
    return run() ?? '';
  } catch (error) {
    return String(error);
  }
}

/** Everything that printing these values by the usual ways shows, in lower case. */
export function shownOf(values: readonly unknown[]): string {
  return values
    .flatMap((value) => [
      inspect(value, { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null, getters: true }),
      inspect(value, { depth: null, showHidden: true, maxArrayLength: null, customInspect: false }),
      inspect(value, { depth: null, compact: true, breakLength: Infinity, maxArrayLength: null }),
      safely(() => JSON.stringify(value)),
      safely(() => inspect(structuredClone(value), { depth: null, maxArrayLength: null })),
    ])
    .join('\n')
    .toLowerCase();
}
