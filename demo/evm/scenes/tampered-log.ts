import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

/** One stored entry. */
interface Entry {
  readonly seq: number;
  readonly id: string;
  readonly text: string;
}

/** The entry that records a decision about invoice 3. */
function readEntry(path: string): Entry {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const row = db.prepare('SELECT seq, id, entry FROM log WHERE entry LIKE \'%"requestId":"invoice-3"%\' ORDER BY seq LIMIT 1').get();
    return { seq: Number(row?.seq), id: String(row?.id), text: String(row?.entry) };
  } finally {
    db.close();
  }
}

/** Turns one bit of the amount in that entry, in the file itself: 0.9 ETH become 0.8. */
async function flipOneBit(path: string, entry: Entry): Promise<{ readonly offset: number; readonly size: number }> {
  const amount = '"amount":"900000000000000000"';
  const bytes = await readFile(path);
  for (let at = bytes.indexOf(amount); at !== -1; at = bytes.indexOf(amount, at + 1)) {
    const digit = at + amount.indexOf('9');
    bytes[digit] = (bytes[digit] as number) ^ 1;
    await writeFile(path, bytes);
    if (readEntry(path).text !== entry.text) return { offset: digit, size: bytes.length };
    bytes[digit] = (bytes[digit] as number) ^ 1;
  }
  throw new Error('the entry is not in the file');
}

/** Somebody with the file open rewrites history. */
export const tamperedLog: Scene<EvmStage> = {
  title: 'The log verified, one byte changed, found',
  story: 'The gate closes. Somebody edits one digit of the denied invoice 3 in the SQLite file, and the gate opens again.',
  expected: 'valid, then entry_altered, by its id',
  async play({ security, storePath, reopen }) {
    const [newest] = (await security.audit.query({ limit: 1 })).entries;
    await security.audit.receipt(newest?.id ?? ''); // Signs whatever is not signed yet.
    const whole = await security.audit.verifyIntegrity({ maxUnsigned: 0 });
    assert.ok(whole.checkedEntries === whole.size && whole.size > 50, 'every entry was checked');
    await security.shutdown();

    const entry = readEntry(storePath);
    const { offset, size } = await flipOneBit(storePath, entry);
    const reopened = await reopen();
    const broken = await reopened.audit.verifyIntegrity();
    const [first] = broken.problems;
    assert.equal(broken.valid, false);
    assert.equal(broken.problems.length, 1, 'nothing else is wrong');
    assert.equal(first?.index, entry.seq, 'and it is named by its position');
    return {
      actual: `${whole.valid ? 'valid' : 'broken'}, then ${first?.kind}, ${first?.id === entry.id ? 'by its id' : 'of another id'}`,
      notes: [
        `before  ${whole.size} entries, each one checked and under a signed checkpoint; root ${whole.root?.slice(0, 16)}…`,
        `after   entry ${first?.index}, ${first?.id}: ${first?.kind}. ${first?.detail}`,
      ],
      line: `One bit of byte ${offset} in a file of ${size} bytes; verifyIntegrity names the one entry it belongs to.`,
    };
  },
};
