import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logOrigin, parseCheckpoint, signCheckpoint, verifyCheckpoint } from '../../src/audit/checkpoint.ts';
import { formatVerifierKey, openNote, parseNote, parseVerifierKey, signNote, toNoteVerifier } from '../../src/audit/note.ts';
import { createAttestationKey, sha256Hex } from '../../src/core/index.ts';
import { expectCode } from '../core/expect-code.ts';
import { describeVectors, vectorJson } from '../vectors.ts';

const key = createAttestationKey('log', new Uint8Array(32).fill(7));
const other = createAttestationKey('other', new Uint8Array(32).fill(8));
const origin = logOrigin('acme');
const root = sha256Hex('a root');

describe('a checkpoint', () => {
  const note = signCheckpoint({ origin, size: 1200, root }, key);

  it('verifies by its key and says what was signed', () => {
    expect(verifyCheckpoint(note, origin, key.publicKey)).toEqual({ ok: true, checkpoint: { origin, size: 1200, root, extensions: [] } });
    expect(note.startsWith('castellan/acme\n1200\n')).toBe(true);
  });

  it('is refused under another key, another origin, or with any byte changed', () => {
    expect(verifyCheckpoint(note, origin, other.publicKey)).toEqual({ ok: false, reason: 'other_key' });
    expect(verifyCheckpoint(note, logOrigin('other'), key.publicKey)).toEqual({ ok: false, reason: 'other_origin' });
    expect(verifyCheckpoint(note.replace('1200', '1201'), origin, key.publicKey)).toEqual({ ok: false, reason: 'invalid_signature' });
    const bytes = Buffer.from(note);
    for (let index = 0; index < bytes.length; index += 1) {
      for (const bit of [1, 4, 128]) {
        const changed = Buffer.from(bytes);
        changed[index] = (changed[index] as number) ^ bit;
        expect(verifyCheckpoint(changed.toString('utf8'), origin, key.publicKey).ok).toBe(false);
      }
    }
  });

  it('needs a tenant that can stand in a key name', () => {
    for (const tenant of ['', 'a b', 'a+b', 'a\u2003b', 'a\nb']) expectCode('CONFIG_INVALID', () => logOrigin(tenant));
    expectCode('INTERNAL', () => signCheckpoint({ origin, size: -1, root }, key));
  });
});

describe('a note', () => {
  it('holds no control characters and ends its text with a newline', () => {
    for (const text of ['no newline', 'tab\there\n', 'lone \ud800 surrogate\n', 'return\r\n'])
      expectCode('REQUEST_INVALID', () => signNote(text, 'name', key));
  });

  it('opens with what was signed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const lines = `Long enough to be no digest of anything: ${text.replace(/[\x00-\x1f]/g, '\n')}\n`;
        const opened = openNote(Buffer.from(signNote(lines, 'a/b', key)), [toNoteVerifier('a/b', key.publicKey)]);
        expect(opened).toMatchObject({ ok: true, text: lines });
      }),
    );
  });
});

describeVectors('signed-note', 'published notes', (folder) => {
  interface Notes {
    readonly vkeys: readonly string[];
    readonly badVkeys: readonly string[];
    readonly skey: string;
    readonly signText: string;
    readonly signedNote: string;
    readonly open: readonly {
      readonly msg: string;
      readonly known: readonly string[];
      readonly verified?: readonly string[];
      readonly error?: string;
    }[];
    readonly badMsgs: readonly string[];
  }
  const notes = vectorJson<Notes>(folder, 'golang-mod-note.json');

  it('verifier keys are read and written; every mutilation is refused', () => {
    for (const text of notes.vkeys) {
      expect(formatVerifierKey(parseVerifierKey(text))).toBe(text);
      for (let start = 0; start < text.length; start += 1) {
        for (let end = start; end < text.length + (start === 0 ? 0 : 1); end += 1)
          expectCode('KEY_INVALID', () => parseVerifierKey(text.slice(start, end)));
        const raised = text.slice(0, start) + String.fromCharCode(text.charCodeAt(start) + 1) + text.slice(start + 1);
        expectCode('KEY_INVALID', () => parseVerifierKey(raised));
      }
    }
    for (const text of notes.badVkeys) expectCode('KEY_INVALID', () => parseVerifierKey(text));
  });

  it('signs the published note', () => {
    const seed = Buffer.from(notes.skey.split('+').slice(4).join('+'), 'base64').subarray(1);
    expect(signNote(notes.signText, 'PeterNeumann', createAttestationKey('p', new Uint8Array(seed)))).toBe(notes.signedNote);
  });

  const reasons: Record<string, string> = {
    'note has no verifiable signatures': 'no_verifiable_signature',
    'malformed note': 'malformed_note',
    'invalid signature': 'invalid_signature',
    'ambiguous key': 'ambiguous_key',
  };
  it.each(notes.open.map((row, index) => [index, row] as const))('opens or refuses note %i as told', (_, row) => {
    const opened = openNote(row.msg, row.known.map(parseVerifierKey));
    if (row.error === undefined) expect(opened.ok && opened.verified.map(({ name }) => name)).toEqual(row.verified);
    else expect(opened).toEqual({ ok: false, reason: reasons[row.error] });
  });

  it('refuses malformed notes and bytes that are no UTF-8', () => {
    for (const text of notes.badMsgs) expect(parseNote(text)).toBeUndefined();
    expect(parseNote(Buffer.concat([Buffer.of(0xff), Buffer.from(notes.signedNote)]))).toBeUndefined();
    expect(parseNote(Buffer.from(notes.signedNote))?.signatures).toHaveLength(1);
  });

  it('opens the notes of the specification', () => {
    const spec = vectorJson<{ ed25519Note: { vkey: string; note: string }; checkpointBody: string; checkpointWithSigs: string }>(
      folder,
      'c2sp-examples.json',
    );
    expect(openNote(spec.ed25519Note.note, [parseVerifierKey(spec.ed25519Note.vkey)]).ok).toBe(true);
    const parsed = parseNote(spec.checkpointWithSigs);
    expect(parsed?.text).toBe(spec.checkpointBody);
    expect(parsed?.signatures.map(({ name }) => name)).toEqual(['example.com/behind-the-sofa', 'witness.example.com/w1']);
    expect(parseCheckpoint(spec.checkpointBody)).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20852163 });
  });

  it('reads checkpoint bodies as told', () => {
    const cases = vectorJson<{ desc: string; m: string; wantErr: boolean }[]>(folder, 'checkpoint-parse.json');
    expect(cases.filter(({ m, wantErr }) => (parseCheckpoint(m) === undefined) !== wantErr)).toEqual([]);
    expect(cases.length).toBeGreaterThan(10);
  });
});
