import { beginCell, Cell, Dictionary, type DictionaryValue, loadOutList } from '@ton/core';

const KEYS = Dictionary.Keys.Buffer(32);
const VALUES: DictionaryValue<Cell> = Dictionary.Values.Cell();
/** Mode of the action that makes a library public; 16 only says what happens on failure. */
const PUBLISH = 2;
const ON_FAILURE = 16;

/** The public libraries as a dictionary. */
export function readLibraries(libraries: Cell | null): Dictionary<Buffer, Cell> {
  return libraries === null ? Dictionary.empty(KEYS, VALUES) : libraries.beginParse().loadDictDirect(KEYS, VALUES);
}

/** Adds one library. */
export function addLibrary(libraries: Cell | null, library: Cell): Cell {
  const all = readLibraries(libraries);
  all.set(library.hash(), library);
  return beginCell().storeDictDirect(all).endCell();
}

/** Adds the libraries that a masterchain account published in a transaction. Removing them is not followed. */
export function publishLibraries(libraries: Cell | null, actions: string): Cell | null {
  let now = libraries;
  for (const action of readActions(actions)) {
    if (action.type === 'changeLibrary' && (action.mode & ~ON_FAILURE) === PUBLISH && action.libRef.type === 'ref')
      now = addLibrary(now, action.libRef.library);
  }
  return now;
}

function readActions(boc: string): ReturnType<typeof loadOutList> {
  try {
    return loadOutList(Cell.fromBase64(boc).beginParse());
  } catch {
    // A malformed list is the account's own failed action phase.
    return [];
  }
}
