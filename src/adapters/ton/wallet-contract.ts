import { beginCell, type Cell } from '@ton/core';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { accountOfParts } from './address.ts';
import { readBoc } from './boc.ts';

/** The wallet contracts that a key may stand behind. */
export type WalletVersion = 'v5r1' | 'v4r2' | 'v3r2';

const CODE_V5R1 =
  'te6ccgECFAEAAoEAART/APSkE/S88sgLAQIBIAINAgFIAwQC3NAg10nBIJFbj2Mg1wsfIIIQZXh0br0hghBzaW50vbCSXwPgghBleHRuuo60gCDXIQHQdNch+kAw+kT4KPpEMFi9kVvg7UTQgQFB1yH0BYMH9A5voTGRMOGAQNchcH/bPOAxINdJgQKAuZEw4HDiEA8CASAFDAIBIAYJAgFuBwgAGa3OdqJoQCDrkOuF/8AAGa8d9qJoQBDrkOuFj8ACAUgKCwAXsyX7UTQcdch1wsfgABGyYvtRNDXCgCAAGb5fD2omhAgKDrkPoCwBAvIOAR4g1wsfghBzaWduuvLgin8PAeaO8O2i7fshgwjXIgKDCNcjIIAg1yHTH9Mf0x/tRNDSANMfINMf0//XCgAK+QFAzPkQmiiUXwrbMeHywIffArNQB7Dy0IRRJbry4IVQNrry4Ib4I7vy0IgikvgA3gGkf8jKAMsfAc8Wye1UIJL4D95w2zzYEAP27aLt+wL0BCFukmwhjkwCIdc5MHCUIccAs44tAdcoIHYeQ2wg10nACPLgkyDXSsAC8uCTINcdBscSwgBSMLDy0InXTNc5MAGk6GwShAe78uCT10rAAPLgk+1V4tIAAcAAkVvg69csCBQgkXCWAdcsCBwS4lIQseMPINdKERITAJYB+kAB+kT4KPpEMFi68uCR7UTQgQFB1xj0BQSdf8jKAEAEgwf0U/Lgi44UA4MH9Fvy4Iwi1woAIW4Bs7Dy0JDiyFADzxYS9ADJ7VQAcjDXLAgkji0h8uCS0gDtRNDSAFETuvLQj1RQMJExnAGBAUDXIdcKAPLgjuLIygBYzxbJ7VST8sCN4gAQk1vbMeHXTNA=';
const CODE_V4R2 =
  'te6ccgECFAEAAtQAART/APSkE/S88sgLAQIBIAIPAgFIAwYC5tAB0NMDIXGwkl8E4CLXScEgkl8E4ALTHyGCEHBsdWe9IoIQZHN0cr2wkl8F4AP6QDAg+kQByMoHy//J0O1E0IEBQNch9AQwXIEBCPQKb6Exs5JfB+AF0z/IJYIQcGx1Z7qSODDjDQOCEGRzdHK6kl8G4w0EBQB4AfoA9AQw+CdvIjBQCqEhvvLgUIIQcGx1Z4MesXCAGFAEywUmzxZY+gIZ9ADLaRfLH1Jgyz8gyYBA+wAGAIpQBIEBCPRZMO1E0IEBQNcgyAHPFvQAye1UAXKwjiOCEGRzdHKDHrFwgBhQBcsFUAPPFiP6AhPLassfyz/JgED7AJJfA+ICASAHDgIBIAgNAgFYCQoAPbKd+1E0IEBQNch9AQwAsjKB8v/ydABgQEI9ApvoTGACASALDAAZrc52omhAIGuQ64X/wAAZrx32omhAEGuQ64WPwAARuMl+1E0NcLH4AFm9JCtvaiaECAoGuQ+gIYRw1AgIR6STfSmRDOaQPp/5g3gSgBt4EBSJhxWfMYQE+PKDCNcYINMf0x/THwL4I7vyZO1E0NMf0x/T//QE0VFDuvKhUVG68qIF+QFUEGT5EPKj+AAkpMjLH1JAyx9SMMv/UhD0AMntVPgPAdMHIcAAn2xRkyDXSpbTB9QC+wDoMOAhwAHjACHAAuMAAcADkTDjDQOkyMsfEssfy/8QERITAG7SB/oA1NQi+QAFyMoHFcv/ydB3dIAYyMsFywIizxZQBfoCFMtrEszMyXP7AMhAFIEBCPRR8qcCAHCBAQjXGPoA0z/IVCBHgQEI9FHyp4IQbm90ZXB0gBjIywXLAlAGzxZQBPoCFMtqEssfyz/Jc/sAAgBsgQEI1xj6ANM/MFIkgQEI9Fnyp4IQZHN0cnB0gBjIywXLAlAFzxZQA/oCE8tqyx8Syz/Jc/sAAAr0AMntVA==';
const CODE_V3R2 =
  'te6ccgEBAQEAcQAA3v8AIN0gggFMl7ohggEznLqxn3Gw7UTQ0x/THzHXC//jBOCk8mCDCNcYINMf0x/TH/gjE7vyY+1E0NMf0x/T/9FRMrryoVFEuvKiBPkBVBBV+RDyo/gAkyDXSpbTB9QC+wDo0QGkyMsfyx/L/8ntVA==';

/** Representation hashes of the published code. */
export const WALLET_CODE_HASHES: Readonly<Record<WalletVersion, string>> = {
  v5r1: '20834b7b72b112147e1b2fb457b84e74d1a30f04f737d4f62a668e9552d2b72f',
  v4r2: 'feb5ff6820e2ff0d9483e7e0d62c817d846789fb4ae580c878866d959dabd5c0',
  v3r2: '84dafa449f98a6987789ba232358072bc0f76dc4524002a5d0918b9a75d2d599',
};

/** Code hashes of wallets that take any payment: the three above and V3R1, which is only read about. */
export const KNOWN_WALLET_CODE_HASHES: ReadonlySet<string> = new Set([
  ...Object.values(WALLET_CODE_HASHES),
  'b61041a58a7980b946e8fb9e198e3c904d24799ffa36574ea4251c41a566f581',
]);

/** Bytes of an Ed25519 public key. */
const KEY_BYTES = 32;
/** The subwallet number that V3 and V4 wallets are made with. */
const SUBWALLET = 698_983_191;
/** W5's context: client bit 1, workchain 0, version 0, subwallet 0. */
const W5_CONTEXT = 0x8000_0000;
const GLOBAL_IDS: Readonly<Record<string, number>> = { 'ton:-239': -239, 'ton:-3': -3 };

function codeCell(base64: string, hash: string): Cell {
  const cell = readBoc(new Uint8Array(Buffer.from(base64, 'base64')));
  if (cell.hash().toString('hex') !== hash) throw new CastellanError('INTERNAL', { message: 'A wallet’s code is not the published one.' });
  return cell;
}

const CODES: Readonly<Record<WalletVersion, Cell>> = {
  v5r1: codeCell(CODE_V5R1, WALLET_CODE_HASHES.v5r1),
  v4r2: codeCell(CODE_V4R2, WALLET_CODE_HASHES.v4r2),
  v3r2: codeCell(CODE_V3R2, WALLET_CODE_HASHES.v3r2),
};

/** Versions in the order in which a wallet is looked up: the one that wallets are made as first. */
const VERSIONS: readonly WalletVersion[] = ['v5r1', 'v4r2', 'v3r2'];

/** The 32-bit wallet id in the data and in every message. In W5 it binds the network: `globalId XOR context`. @throws CHAIN_INVALID */
export function walletIdOf(version: WalletVersion, chain: ChainId): number {
  const globalId = GLOBAL_IDS[chain];
  if (globalId === undefined) throw new CastellanError('CHAIN_INVALID', { message: 'The chain is no TON network.', details: { chain } });
  return version === 'v5r1' ? (globalId ^ W5_CONTEXT) >>> 0 : SUBWALLET;
}

/**
 * Data of a wallet that has sent nothing yet.
 *
 * ```
 * V3R2  seqno:32 │ wallet_id:32 │ key:256
 * V4R2  seqno:32 │ wallet_id:32 │ key:256 │ plugins:0
 * V5R1  signature_allowed:1 │ seqno:32 │ wallet_id:32 │ key:256 │ extensions:0
 * ```
 */
function dataOf(version: WalletVersion, publicKey: Uint8Array, chain: ChainId): Cell {
  const data = beginCell();
  if (version === 'v5r1') data.storeBit(true);
  data.storeUint(0, 32).storeUint(walletIdOf(version, chain), 32).storeBuffer(Buffer.from(publicKey));
  if (version !== 'v3r2') data.storeBit(false);
  return data.endCell();
}

/** The cell `StateInit` of a wallet: code and data, nothing else. @throws KEY_INVALID, CHAIN_INVALID */
export function walletStateInit(version: WalletVersion, publicKey: Uint8Array, chain: ChainId): Cell {
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== KEY_BYTES)
    throw new CastellanError('KEY_INVALID', { message: 'An Ed25519 public key is 32 bytes.' });
  return beginCell()
    .storeUint(0b00110, 5)
    .storeRef(CODES[version])
    .storeRef(dataOf(version, publicKey, chain))
    .endCell();
}

/** The account of a key's wallet of this version, in workchain 0. @throws KEY_INVALID, CHAIN_INVALID */
export function walletAccount(version: WalletVersion, publicKey: Uint8Array, chain: ChainId): AccountId {
  return accountOfParts(chain, 0, walletStateInit(version, publicKey, chain).hash().toString('hex'));
}

/** Answers of {@link walletVersion}; a gate has few wallets. */
const MAX_REMEMBERED = 256;
const remembered = new Map<string, WalletVersion | null>();

/** The version of the wallet that this key has at `wallet`; null where the account is no wallet of the key. @throws KEY_INVALID, CHAIN_INVALID */
export function walletVersion(wallet: AccountId, publicKey: Uint8Array, chain: ChainId): WalletVersion | null {
  const key = `${wallet}/${chain}/${Buffer.from(publicKey).toString('hex')}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const found = VERSIONS.find((version) => walletAccount(version, publicKey, chain) === wallet) ?? null;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, found);
  return found;
}
