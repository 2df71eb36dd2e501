import { importsOf, type Source } from './source.ts';

interface Door {
  readonly library: RegExp;
  /** Where it may be imported. */
  readonly open: RegExp;
  /** True where a type, which loads nothing, may be named anywhere. */
  readonly typesAnywhere?: boolean;
}

const HOST = /^src\/(adapters\/host|testing)\//;

const HASHING = /^src\/(core\/(digest|signature|password-hash)|adapters\/host\/random)\.ts$/;

/** One door per library. A library that no door names may not be imported at all. */
const DOORS: readonly Door[] = [
  { library: /^viem(\/|$)/, open: /^src\/(adapters\/evm|integrations\/wallets)\// },
  { library: /^@ton\/core$/, open: /^src\/(adapters\/ton|integrations\/wallets\/ton|testing\/ton-devchain)\// },
  { library: /^@ton\/sandbox$/, open: /^src\/(adapters\/ton\/simulation\/sandbox\.ts$|testing\/ton-devchain\/)/, typesAnywhere: true },
  { library: /^(node:)?crypto$|^@noble\/hashes(\/|$)/, open: HASHING },
  { library: /^(@noble\/(curves|ciphers)|@scure\/[^/]+|tweetnacl)(\/|$)/, open: /^src\/(custody\/|adapters\/evm\/secp256k1\.ts$)/ },
  { library: /^cockatiel$/, open: /^src\/core\/failover\/circuit\.ts$/ },
  { library: /^simple-statistics$/, open: /^src\/risk\/statistics\.ts$/ },
  { library: /^node:sqlite$/, open: /^src\/adapters\/store\/sqlite\// },
  { library: /^pg$/, open: /^src\/adapters\/store\/postgres\// },
  { library: /^redis$/, open: /^src\/adapters\/store\/redis\/(session|settings)\.ts$/ },
  { library: /^rxjs(\/|$)/, open: /^src\/(authz\/|emergency\/|core\/event-(bus|filters)\.ts$)/, typesAnywhere: true },
  {
    library: /^zod(\/|$)/,
    open: /^src\/(manager|integrations|adapters|approvals|custody|authz\/policy|testing)\/|^src\/core\/(schema|registry|request)\.ts$/,
  },
  // Looks whether its file is still the one it opened; opening it is SQLite's.
  { library: /^node:fs$/, open: /^src\/(adapters\/(host\/|store\/sqlite\/connection\.ts$)|testing\/)/ },
  // A webhook connects to the very address that it checked; whatever takes a URL would look the name up once more.
  { library: /^node:(http|https)$/, open: /^src\/(adapters\/(host\/|notify\/post\.ts$)|testing\/)/ },
  { library: /^node:dns\/promises$/, open: /^src\/(adapters\/(host\/|notify\/resolve\.ts$)|testing\/)/ },
  { library: /^yaml$/, open: /^src\/manager\/policies\/read-policy-text\.ts$/ },
  { library: /^nodemailer$/, open: /^src\/adapters\/notify\/mail-transport\.ts$/ },
  {
    library:
      /^node:(fs|net|http|https|http2|tls|dns|dgram|timers|process|os|perf_hooks|child_process|worker_threads|cluster|readline|vm|module|v8|inspector|repl)(\/|$)/,
    open: HOST,
  },
  // Pure: they compute and reach nothing.
  { library: /^node:(util|path|url|buffer|string_decoder|events|assert)(\/|$)/, open: /^src\// },
];

/** Opens files that a person names on the command line. */
const LOADS_BY_NAME = /^src\/adapters\/host\/load-module\.ts$/;

/** Every library enters through its door, and nothing is loaded by a computed name. */
export function checkDoors(sources: readonly Source[]): readonly string[] {
  const found: string[] = [];
  for (const source of sources) {
    for (const { specifier, typeOnly } of importsOf(source)) {
      if (specifier === null) {
        if (!LOADS_BY_NAME.test(source.path)) found.push(`${source.path}: loads a module by a computed name`);
      } else if (!specifier.startsWith('.')) {
        const door = DOORS.find(({ library }) => library.test(specifier));
        if (door === undefined) found.push(`${source.path}: ${specifier} has no door`);
        else if (!door.open.test(source.path) && !(typeOnly && door.typesAnywhere === true))
          found.push(`${source.path}: ${specifier} is not imported through its door`);
      }
    }
  }
  return found;
}

interface Global {
  readonly name: string;
  readonly use: RegExp;
  readonly open: RegExp;
}

const bare = (name: string): RegExp => new RegExp(`(?<![\\w$.])${name}\\b(?!\\s*\\??\\s*:)`);

const GLOBALS: readonly Global[] = [
  { name: 'Date.now', use: /\bDate\s*\.\s*now\b/, open: /^src\/adapters\/host\// },
  { name: 'new Date()', use: /\bnew\s+Date\b\s*(\(\s*\)|(?!\s*\())|(?<!new\s+)(?<![\w$.])Date\s*\(/, open: /^src\/adapters\/host\// },
  {
    name: 'a global taken apart',
    use: /=\s*(Date|Math|process|performance)\s*[;,)\n]|\(\s*(Math|process|performance)\s*[,)]/,
    open: /^src\/adapters\/host\//,
  },
  { name: 'performance', use: bare('performance'), open: /^src\/adapters\/host\// },
  { name: 'process.hrtime', use: /\bprocess\s*\.\s*(hrtime|uptime)\b/, open: /^src\/adapters\/host\// },
  { name: 'Math.random', use: /\bMath\s*\.\s*random\b/, open: /^src\/adapters\/host\// },
  { name: 'global crypto', use: /(?<![\w$.])crypto\s*\./, open: HASHING },
  { name: 'a timer', use: bare('(?:setTimeout|setInterval|setImmediate)'), open: HOST },
  { name: 'AbortSignal.timeout', use: /\bAbortSignal\s*\.\s*timeout\b/, open: HOST },
  { name: 'process.env', use: /\bprocess\s*\.\s*(env|getBuiltinModule|binding)\b|\bprocess\s*\[/, open: HOST },
  { name: 'console', use: bare('console'), open: /^src\/adapters\/host\// },
  // The EVM adapter's network is viem's own; TON's endpoints are asked from one file.
  {
    name: 'network',
    use: bare('(?:fetch|WebSocket|EventSource|XMLHttpRequest)'),
    open: /^src\/(adapters\/(host\/|ton\/endpoint\.ts$)|testing\/)/,
  },
  { name: 'globalThis', use: bare('(?:globalThis|global)'), open: /^src\/adapters\/host\// },
  { name: 'code from text', use: /(?<![\w$.])eval\s*\(|\bnew\s+Function\b/, open: /^$/ },
];

/** Clock, dice, timers, console, network and environment stay behind their doors. */
export function checkGlobals(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) =>
    GLOBALS.filter(({ use, open }) => !open.test(source.path) && use.test(source.code)).map(
      ({ name }) => `${source.path}: uses ${name} outside its door`,
    ),
  );
}
