import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCompactRange, EMPTY_ROOT, frontierRoot } from '../../src/audit/merkle/compact-range.ts';
import { consistencyProof, createSubtreeReader, inclusionProof, type LeafReader } from '../../src/audit/merkle/proof.ts';
import { verifyConsistency, verifyInclusion, verifySubtreeConsistency, verifySubtreeInclusion } from '../../src/audit/merkle/verify.ts';
import { leafHash, nodeHash } from '../../src/core/index.ts';
import { expectCode } from '../core/expect-code.ts';
import { describeVectors, vectorJson } from '../vectors.ts';

const leavesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`));

/** RFC 6962 §2.1 written down as it stands there. */
function treeHash(leaves: readonly string[]): string {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as string;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

function readerOf(leaves: readonly string[], count = { read: 0 }): LeafReader {
  return async function* (start, end) {
    for (const leaf of leaves.slice(start, end)) {
      count.read += 1;
      yield leaf;
    }
  };
}

function rangeOf(leaves: readonly string[]) {
  const range = createCompactRange();
  for (const leaf of leaves) range.append(leaf);
  return range;
}

describe('the tree', () => {
  // Leaf inputs and roots of the Certificate Transparency reference tests.
  it.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('has the published root at size %i', (size, root) => {
    const inputs = ['', '\x00', '\x10', ' !', '01', '@ABC', 'PQRSTUVW', '`abcdefghijklmno'];
    expect(rangeOf(inputs.slice(0, size).map(leafHash)).root()).toBe(root);
  });

  it('is the definition, at every size, also when taken up again from its frontier', () => {
    const leaves = leavesOf(130);
    let range = createCompactRange();
    for (const [index, leaf] of leaves.entries()) {
      expect(range.size).toBe(index);
      range.append(leaf);
      const frontier = range.frontier();
      expect(frontierRoot(frontier)).toBe(treeHash(leaves.slice(0, index + 1)));
      expect(range.root()).toBe(frontierRoot(frontier));
      range = createCompactRange(frontier);
    }
  });

  it('refuses a frontier that does not fit its size', () => {
    expectCode('LOG_CORRUPT', () => createCompactRange({ size: 3, nodes: [EMPTY_ROOT] }));
    expectCode('LOG_CORRUPT', () => createCompactRange({ size: -1, nodes: [] }));
    expectCode('LOG_CORRUPT', () => createCompactRange({ size: 0.5, nodes: [EMPTY_ROOT] }));
  });
});

describe('proofs', () => {
  it('verify for every position and size up to 40, and for no other', async () => {
    const leaves = leavesOf(40);
    const subtree = createSubtreeReader(readerOf(leaves));
    for (let size = 1; size <= leaves.length; size += 1) {
      const root = treeHash(leaves.slice(0, size));
      for (let index = 0; index < size; index += 1) {
        const claim = { index, size, leaf: leaves[index] as string, root, proof: await inclusionProof(index, size, subtree) };
        expect(verifyInclusion(claim)).toEqual({ ok: true });
        expect(verifyInclusion({ ...claim, leaf: leafHash('other') }).ok).toBe(false);
        expect(verifyInclusion({ ...claim, index: index + 1 }).ok).toBe(false);
      }
      for (let old = 1; old <= size; old += 1) {
        const claim = {
          oldSize: old,
          newSize: size,
          oldRoot: treeHash(leaves.slice(0, old)),
          newRoot: root,
          proof: await consistencyProof(old, size, subtree),
        };
        expect(verifyConsistency(claim)).toEqual({ ok: true });
        expect(verifyConsistency({ ...claim, oldRoot: leafHash('other') }).ok).toBe(false);
        expect(verifyConsistency({ ...claim, newRoot: leafHash('other') }).ok).toBe(false);
      }
    }
  });

  it('read only what lies right of a known frontier', async () => {
    const leaves = leavesOf(1_000);
    const count = { read: 0 };
    const subtree = createSubtreeReader(readerOf(leaves, count), rangeOf(leaves.slice(0, 900)).frontier());
    const proof = await inclusionProof(900, 1_000, subtree);
    expect(verifyInclusion({ index: 900, size: 1_000, leaf: leaves[900] as string, root: treeHash(leaves), proof }).ok).toBe(true);
    expect(count.read).toBe(99);
  });

  it('any changed, added or dropped hash is refused', async () => {
    const leaves = leavesOf(200);
    const subtree = createSubtreeReader(readerOf(leaves));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 200 }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom('flip', 'drop', 'add', 'swap'),
        async (size, seat, place, how) => {
          const index = seat % size;
          const proof = [...(await inclusionProof(index, size, subtree))];
          const at = place % proof.length;
          if (how === 'flip') proof[at] = leafHash(proof[at] as string);
          if (how === 'drop') proof.splice(at, 1);
          if (how === 'add') proof.splice(at, 0, leafHash('extra'));
          if (how === 'swap' && proof.length > 1)
            [proof[at], proof[(at + 1) % proof.length]] = [proof[(at + 1) % proof.length] as string, proof[at] as string];
          else if (how === 'swap') proof.push(leafHash('extra'));
          expect(verifyInclusion({ index, size, leaf: leaves[index] as string, root: treeHash(leaves.slice(0, size)), proof }).ok).toBe(
            false,
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it('are refused where they cannot exist, and where leaves are missing', async () => {
    const subtree = createSubtreeReader(readerOf(leavesOf(3)));
    await expect(inclusionProof(3, 3, subtree)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(consistencyProof(0, 3, subtree)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(inclusionProof(0, 9, subtree)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });

  it('malformed claims are refused by name', () => {
    const hash = leafHash('a');
    const claim = { index: 0, size: 1, leaf: hash, root: hash, proof: [] };
    expect(verifyInclusion(claim)).toEqual({ ok: true });
    expect(verifyInclusion({ ...claim, index: 0.5 })).toEqual({ ok: false, reason: 'sizes_invalid' });
    expect(verifyInclusion({ ...claim, size: Number.NaN })).toEqual({ ok: false, reason: 'sizes_invalid' });
    expect(verifyInclusion({ ...claim, size: 0 })).toEqual({ ok: false, reason: 'subtree_invalid' });
    expect(verifyInclusion({ ...claim, root: hash.toUpperCase() })).toEqual({ ok: false, reason: 'hash_malformed' });
    expect(verifyInclusion({ ...claim, proof: [hash] })).toEqual({ ok: false, reason: 'proof_length' });
    const same = { oldSize: 0, newSize: 0, oldRoot: EMPTY_ROOT, newRoot: EMPTY_ROOT, proof: [] };
    expect(verifyConsistency(same)).toEqual({ ok: true });
    expect(verifyConsistency({ ...same, newRoot: hash })).toEqual({ ok: false, reason: 'root_mismatch' });
    expect(verifyConsistency({ ...same, newSize: 1 })).toEqual({ ok: false, reason: 'sizes_invalid' });
    expect(verifyConsistency({ ...same, proof: [hash] })).toEqual({ ok: false, reason: 'proof_not_empty' });
    expect(verifyConsistency({ ...same, oldSize: 2, newSize: 1 })).toEqual({ ok: false, reason: 'sizes_invalid' });
  });
});

describeVectors('merkle-rfc6962', 'published Merkle probes', (folder) => {
  interface Probe {
    readonly leafIdx: number;
    readonly treeSize: number;
    readonly start: number;
    readonly end: number;
    readonly size: number;
    readonly size1: number;
    readonly size2: number;
    readonly root: string | null;
    readonly root1: string | null;
    readonly root2: string | null;
    readonly leafHash: string | null;
    readonly proof: readonly string[] | null;
    readonly desc: string;
    readonly wantErr: boolean;
  }
  const hex = (text: string | null): string => Buffer.from(text ?? '', 'base64').toString('hex');
  const judges: Record<string, (probe: Probe, proof: readonly string[]) => boolean> = {
    inclusion: (p, proof) => verifyInclusion({ index: p.leafIdx, size: p.treeSize, leaf: hex(p.leafHash), root: hex(p.root), proof }).ok,
    consistency: (p, proof) =>
      verifyConsistency({ oldSize: p.size1, newSize: p.size2, oldRoot: hex(p.root1), newRoot: hex(p.root2), proof }).ok,
    subtreeinclusion: (p, proof) =>
      verifySubtreeInclusion({ index: p.leafIdx, start: p.start, end: p.end, leaf: hex(p.leafHash), root: hex(p.root), proof }).ok,
    subtreeconsistency: (p, proof) =>
      verifySubtreeConsistency({ start: p.start, end: p.end, size: p.size, subtree: hex(p.root1), root: hex(p.root2), proof }).ok,
  };

  it.each(Object.keys(judges))('%s: accepts and refuses as told', (kind) => {
    const files = readdirSync(`${folder}/${kind}`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
    expect(files.length).toBeGreaterThan(30);
    const wrong = files.filter((file) => {
      const probe = vectorJson<Probe>(folder, kind, file);
      return judges[kind]?.(probe, (probe.proof ?? []).map(hex)) === probe.wantErr;
    });
    expect(wrong).toEqual([]);
  });

  it('roots of every size and level', () => {
    const { leafInputsHex, rootsBySize } = vectorJson<{ leafInputsHex: string[]; rootsBySize: string[] }>(folder, 'roots.json');
    const leaves = leafInputsHex.map((input) => leafHash(Buffer.from(input, 'hex').toString('latin1')));
    expect(rootsBySize.map((_, size) => rangeOf(leaves.slice(0, size)).root())).toEqual(rootsBySize);
  });
});
