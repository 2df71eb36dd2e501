import { CastellanError } from '../../../core/errors.ts';
import type { LabelledAction } from '../stream-row.ts';
import { parseCsv } from './csv.ts';
import { isEtherscan, readEtherscan } from './etherscan.ts';
import { asSeenBy, type Movement, walletOf } from './imported.ts';
import { isTonapiTable, readTonapi, readTonapiTable } from './tonapi.ts';

/** A file that somebody exported. */
export interface ExportFile {
  readonly name: string;
  readonly text: string;
}

/** A wallet's own history. */
export interface ImportedWallet {
  readonly wallet: string;
  readonly actions: readonly LabelledAction[];
}

/**
 * Reads what an explorer exported of wallets: CSV of Etherscan's form, or tonapi's account events as JSON or as a table. Files of one wallet are one history.
 * Without `wallet` it is the account that every movement of a file is from or to.
 * @throws CONFIG_INVALID for a file of no known form, and where a file's wallet cannot be told
 */
export function readExports(files: readonly ExportFile[], wallet?: string): readonly ImportedWallet[] {
  const of = new Map<string, Movement[]>();
  for (const file of files) {
    const movements = movementsOf(file);
    // Etherscan's accounts are compared in lower case, TON's raw ones as they are written.
    const whose = wallet === undefined ? walletOf(movements) : wallet.startsWith('0x') ? wallet.toLowerCase() : wallet;
    if (whose === undefined)
      throw new CastellanError('CONFIG_INVALID', {
        message: 'Whose history this is cannot be told: name the wallet.',
        details: { file: file.name },
      });
    of.set(whose, [...(of.get(whose) ?? []), ...movements]);
  }
  return [...of].map(([whose, movements]) => ({ wallet: whose, actions: asSeenBy(whose, movements) }));
}

function movementsOf({ name, text }: ExportFile): readonly Movement[] {
  if (/^\s*[{[]/.test(text)) return readTonapi(text, name);
  const records = parseCsv(text, name);
  const [first] = records;
  if (first !== undefined && isEtherscan(first)) return readEtherscan(records, name);
  if (first !== undefined && isTonapiTable(first)) return readTonapiTable(records, name);
  throw new CastellanError('CONFIG_INVALID', {
    message: 'The export is of no known form: it is neither Etherscan’s CSV nor tonapi’s account events.',
    details: { file: name },
  });
}
