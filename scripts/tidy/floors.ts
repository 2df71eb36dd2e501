import { importsOf, resolveImport, type Source } from './source.ts';

const FLOORS: readonly (readonly [pattern: RegExp, floor: number])[] = [
  [/^core$/, 0],
  [/^(approvals|risk|custody|emergency|audit)$/, 1],
  [/^adapters\/(?!store$)[^/]+$/, 1],
  [/^adapters\/store\/[^/]+$/, 1],
  [/^authz$/, 2],
  [/^(manager|index)$/, 3],
  [/^integrations\/([^/]+|wallets\/ton)$/, 4],
  [/^testing$/, 4],
];

/** The room a source file belongs to: `core`, `adapters/evm`, `adapters/store/sqlite`, `integrations/cli`, `index`. */
export function roomOf(path: string): string {
  const parts = path.replace(/^src\//, '').split('/');
  if (parts.length === 1) return (parts[0] ?? '').replace(/\.ts$/, '');
  if (parts[0] === 'adapters' && parts[1] === 'store' && parts.length > 3) return parts.slice(0, 3).join('/');
  // A subpath of its own, with libraries of its own.
  if (path.startsWith('src/integrations/wallets/ton/')) return 'integrations/wallets/ton';
  if ((parts[0] === 'adapters' || parts[0] === 'integrations') && parts.length > 2) return parts.slice(0, 2).join('/');
  return parts[0] ?? '';
}

/** The floor of a room; undefined for a room that the plan does not know. */
export function floorOf(room: string): number | undefined {
  return FLOORS.find(([pattern]) => pattern.test(room))?.[1];
}

/** Entered at any file: the vocabulary, the public face, and the engine that only stores may enter at all. */
const OPEN = new Set(['core', 'index', 'adapters/store/kernel']);

function sideways(from: string, to: string): boolean {
  const floor = floorOf(from);
  if (floor === 1) return !(from.startsWith('adapters/store/') && to === 'adapters/store/kernel');
  if (floor === 3) return !(from === 'index' && to === 'manager');
  return false;
}

/** Imports go down the floors, never sideways on floors 1 and 3, and enter another room through its `index.ts`. */
export function checkFloors(sources: readonly Source[]): readonly string[] {
  const found: string[] = [];
  for (const source of sources) {
    const from = roomOf(source.path);
    const floor = floorOf(from);
    if (floor === undefined) {
      found.push(`${source.path}: no room of the house is called ${from}`);
      continue;
    }
    for (const { specifier } of importsOf(source)) {
      if (specifier === null || !specifier.startsWith('.')) continue;
      const target = resolveImport(source.path, specifier);
      if (!specifier.endsWith('.ts')) found.push(`${source.path}: ${specifier} does not end in .ts`);
      if (!target.startsWith('src/')) {
        found.push(`${source.path}: ${specifier} leaves src`);
        continue;
      }
      const to = roomOf(target);
      if (to === from) continue;
      const below = floorOf(to);
      if (below === undefined) found.push(`${source.path}: ${specifier} leads to no known room`);
      else if (below > floor) found.push(`${source.path}: ${specifier} goes up from floor ${floor} to ${below}`);
      else if (below === floor && sideways(from, to)) found.push(`${source.path}: ${specifier} goes sideways from ${from} to ${to}`);
      if (!OPEN.has(to) && target !== `src/${to}/index.ts`) found.push(`${source.path}: ${specifier} enters ${to} past its index.ts`);
    }
  }
  return found;
}

/** No file imports itself by any way round, types included. */
export function checkCircles(sources: readonly Source[]): readonly string[] {
  const graph = new Map<string, readonly string[]>();
  for (const source of sources) {
    const targets = importsOf(source).flatMap(({ specifier }) =>
      specifier?.startsWith('.') ? [resolveImport(source.path, specifier)] : [],
    );
    graph.set(source.path, targets);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push(`circle: ${[...trail.slice(at), path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}
