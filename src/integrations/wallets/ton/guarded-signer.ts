import type { Cell } from '@ton/core';
import { Cell as CellClass, loadMessage } from '@ton/core';
import { type AccountId, type AgentSigningPort, accountChain, CastellanError } from '../../../core/index.ts';

const SIGNATURE_BITS = 512;

/** The signature in an external message, where what stands beside it is exactly the cell that was to be signed. */
function signatureIn(raw: Uint8Array, asked: Cell): Buffer | undefined {
  const { body } = loadMessage(CellClass.fromBoc(Buffer.from(raw))[0]?.beginParse() ?? new CellClass().beginParse());
  const beside = body.bits.length - SIGNATURE_BITS;
  if (beside < 0) return undefined;
  // Wallets of version 5 carry the signature behind what is signed, earlier ones before it.
  for (const start of [beside, 0]) {
    const rest = start === 0 ? body.bits.substring(SIGNATURE_BITS, beside) : body.bits.substring(0, beside);
    const signed = new CellClass({ bits: rest, refs: body.refs });
    if (signed.hash().equals(asked.hash()))
      return body
        .beginParse()
        .skip(start)
        .loadBuffer(SIGNATURE_BITS / 8);
  }
  return undefined;
}

/**
 * The `signer` form of the wallets of `@ton/ton`: `wallet.createTransfer({ …, signer })`. The cell is judged by its effects
 * and signed as it stands: its seqno must be the wallet's next free one.
 *
 * Fails closed when the gate says no, or hands back anything but a signature over this very cell. Its room stays taken until
 * the chain has spoken: a signature that is handed out counts as sent.
 * @param wallet of the agent, as `createWallet` gives it
 * @throws REQUEST_DENIED with the decision's `verdict`, `reason` and `decisionId` in `details`; SIGNATURE_INVALID
 * @example
 * const signer = toGuardedSigner(security.agent('a1'), wallet);
 * const transfer = await contract.createTransfer({ seqno, messages, sendMode: SendMode.PAY_GAS_SEPARATELY, signer });
 */
export function toGuardedSigner(
  agent: AgentSigningPort,
  { account: wallet }: { readonly account: AccountId },
): (cell: Cell) => Promise<Buffer> {
  return async (cell) => {
    const bytes = new Uint8Array(cell.toBoc({ idx: false, crc32: false }));
    const { raw } = await agent.signTransaction({ chain: accountChain(wallet), wallet, bytes });
    const signature = signatureIn(raw, cell);
    if (signature === undefined)
      throw new CastellanError('SIGNATURE_INVALID', {
        message: 'Another cell than this one was signed.',
        details: { agent: agent.agentId },
      });
    return signature;
  };
}
