/** Bounds one question to one server, ms; asked twice. */
const PATIENCE = { timeout: 1_500, tries: 2 };

/**
 * Every address that DNS knows for a name. Not the system's `getaddrinfo`: that one waits on threads that everything else
 * of the process looks names up with, so that a name that is never answered would hold up whoever comes next.
 * @param servers - addresses of DNS servers with ports, by default the system's
 */
export async function systemLookup(host: string, servers?: readonly string[]): Promise<readonly string[]> {
  const { lookup, Resolver } = await import('node:dns/promises');
  // Known to the system alone, and at once.
  if (host === 'localhost') return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
  const resolver = new Resolver(PATIENCE);
  if (servers !== undefined) resolver.setServers(servers);
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason;
  return [...(v4.status === 'fulfilled' ? v4.value : []), ...(v6.status === 'fulfilled' ? v6.value : [])];
}
