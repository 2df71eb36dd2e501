/** Variables by name; those that are not set are undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads these variables of the process, and no other. */
export function readEnvironment(names: readonly string[]): Environment {
  return Object.freeze(Object.fromEntries(names.map((name) => [name, process.env[name]])));
}
