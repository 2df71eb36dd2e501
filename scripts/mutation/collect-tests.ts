import { expect, vi } from 'vitest';

export { expect, vi };

type Body = (...args: unknown[]) => unknown;
type Hook = () => unknown;

/** Tests under one title, and what runs around them. */
export interface Suite {
  readonly title: string;
  readonly parts: (Suite | Test)[];
  readonly beforeAll: Hook[];
  readonly afterAll: Hook[];
  readonly beforeEach: Hook[];
  readonly afterEach: Hook[];
}

/** One test; its id is its file and its titles. */
export interface Test {
  readonly id: string;
  readonly run: Hook;
}

const suiteOf = (title: string): Suite => ({ title, parts: [], beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] });

let open: Suite[] = [];
let seen = new Set<string>();

const current = (): Suite => {
  const suite = open.at(-1);
  if (suite === undefined) throw new Error('no file of tests is being read');
  return suite;
};

/** Reads one file of tests: what it describes, without running any of it. */
export async function collectTests(file: string, load: () => Promise<unknown>): Promise<Suite> {
  const root = suiteOf(file);
  open = [root];
  seen = new Set();
  await load();
  open = [];
  return root;
}

/** A title that stands twice is counted on: ids tell tests apart. */
function idOf(title: string): string {
  const [file = '', ...titles] = open.map((suite) => suite.title);
  const name = `${file}#${[...titles, title].join(' > ')}`;
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? name : `${name} (${count})`;
    if (seen.has(id)) continue;
    seen.add(id);
    return id;
  }
}

function describeOne(title: string, body: Body, ...args: unknown[]): void {
  const suite = suiteOf(title);
  current().parts.push(suite);
  open.push(suite);
  body(...args);
  open.pop();
}

function testOne(title: string, body: Body | object, ...args: unknown[]): void {
  const [run, last] = typeof body === 'function' ? [body as Body, undefined] : [args.shift() as Body, undefined];
  current().parts.push({ id: idOf(title), run: () => run(...args, last ?? { expect }) });
}

/** One for each row, told apart by the row’s place; rows that are all lists are taken apart. */
const each =
  (make: (title: string, body: Body, ...args: unknown[]) => void) =>
  (rows: readonly unknown[]) =>
  (title: string, body: Body | object, other?: Body): void => {
    const areLists = rows.every((row) => Array.isArray(row));
    for (const [index, row] of rows.entries())
      make(`${title} [${index}]`, (typeof body === 'function' ? body : other) as Body, ...(areLists ? (row as unknown[]) : [row]));
  };

const skipped = (): void => undefined;
const onlyWhere =
  <T>(make: T, wanted: boolean) =>
  (condition: unknown): T | typeof skipped =>
    Boolean(condition) === wanted ? make : skipped;

export const describe = Object.assign(describeOne, {
  each: each(describeOne),
  skip: skipped,
  skipIf: onlyWhere(describeOne, false),
  runIf: onlyWhere(describeOne, true),
});
export const it = Object.assign(testOne, {
  each: each((title, body, ...args) => testOne(title, body, ...args)),
  skip: skipped,
  skipIf: onlyWhere(testOne, false),
  runIf: onlyWhere(testOne, true),
});
export const test = it;
export const beforeAll = (hook: Hook): number => current().beforeAll.push(hook);
export const afterAll = (hook: Hook): number => current().afterAll.push(hook);
export const beforeEach = (hook: Hook): number => current().beforeEach.push(hook);
export const afterEach = (hook: Hook): number => current().afterEach.push(hook);
