import { type Cell, Dictionary } from '@ton/core';
import type { Effect } from '../../../core/effect.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import { accountOfParts } from '../address.ts';
import type { WalletVersion } from '../wallet-contract.ts';
import type { Trace } from './run.ts';
import type { Standing } from './standing.ts';

/** Seqno, wallet id and key. */
const SEQNO_BITS = 32;
const IDENTITY_BITS = 32 + 256;
const SIMULATED = { leaf: '0', source: 'simulation' } as const;

/** What a wallet keeps besides its seqno. */
interface Rights {
  readonly code: string;
  readonly signatureAllowed: boolean;
  /** Wallet id and key. */
  readonly identity: string;
  /** Hashes of the accounts that may act for it, all in its own workchain. */
  readonly modules: ReadonlySet<string>;
}

function readModules(root: Cell | null, version: WalletVersion): ReadonlySet<string> {
  if (root === null) return new Set();
  // V4 keys its plugins by workchain and hash, W5 its extensions by hash alone.
  const bits = version === 'v5r1' ? 256 : 264;
  const keys = Dictionary.loadDirect(Dictionary.Keys.BigUint(bits), Dictionary.Values.BitString(version === 'v5r1' ? 1 : 0), root).keys();
  return new Set(keys.map((key) => BigInt.asUintN(256, key).toString(16).padStart(64, '0')));
}

/** Reads the wallet's code and data; null for one that has none, or none that can be read. */
function readRights(version: WalletVersion, { code, data }: Standing): Rights | null {
  if (code === null || data === null) return null;
  try {
    const slice = data.beginParse();
    const signatureAllowed = version === 'v5r1' ? slice.loadBit() : true;
    const identity = slice.skip(SEQNO_BITS).loadBits(IDENTITY_BITS).toString();
    const modules = readModules(version === 'v3r2' ? null : slice.loadMaybeRef(), version);
    slice.endParse();
    return { code: code.hash().toString('hex'), signatureAllowed, identity, modules };
  } catch {
    return null;
  }
}

/** Changes of who may spend from the wallet, by its data before and after. A wallet that is gone or unreadable is `unknown`. */
export function walletChanges(trace: Trace, chain: ChainId, wallet: AccountId, version: WalletVersion): readonly Effect[] {
  const [was, is] = [trace.before.get(wallet), trace.after.get(wallet)];
  if (was === undefined || is === undefined) return [];
  const after = readRights(version, is);
  if (after === null) {
    const detail = 'the wallet’s contract is gone, or its data cannot be read';
    return [{ kind: 'unknown', contract: wallet, selector: null, detail, ...SIMULATED }];
  }
  const before = readRights(version, was) ?? { ...after, signatureAllowed: true, modules: new Set<string>() };
  const changed = (aspect: 'signer' | 'module' | 'code', to: AccountId | null): Effect => ({
    kind: 'control',
    account: wallet,
    aspect,
    to,
    ...SIMULATED,
  });
  const effects: Effect[] = [];
  if (before.code !== after.code) effects.push(changed('code', null));
  if (before.identity !== after.identity || before.signatureAllowed !== after.signatureAllowed) effects.push(changed('signer', null));
  for (const hash of after.modules) if (!before.modules.has(hash)) effects.push(changed('module', accountOfParts(chain, 0, hash)));
  if ([...before.modules].some((hash) => !after.modules.has(hash))) effects.push(changed('module', null));
  return effects;
}
