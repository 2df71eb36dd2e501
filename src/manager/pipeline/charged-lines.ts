import type { ChargeLine } from '../../core/ledger.ts';
import type { RequestRow } from '../../core/store.ts';
import type { Receipt } from '../../core/transaction.ts';

/** Lines as the chain really charged them: fees at what was paid, what failed as a whole at its fee alone. */
export function chargedLines(row: RequestRow, receipt: Receipt): readonly ChargeLine[] {
  const ceiling = BigInt(row.feeCeiling);
  return row.lines.map((line) => {
    const feeMax = row.feeLines.filter((fee) => fee.account === line.account).reduce((sum, fee) => sum + BigInt(fee.amount), 0n);
    const feePaid = ceiling === 0n ? feeMax : (feeMax * receipt.feePaid + ceiling - 1n) / ceiling;
    const principal = receipt.success || receipt.partial === true ? BigInt(line.amount) - feeMax : 0n;
    return { account: line.account, amount: (principal + feePaid).toString() };
  });
}
