import { randomBytes } from 'node:crypto';
import { Address, beginCell, Cell, contractAddress, internal, SendMode, toNano } from '@ton/core';
import { keyPairFromSeed } from '@ton/crypto';
import { TonClient, WalletContractV5R1 } from '@ton/ton';
import type { TonDevChain } from 'castellan/testing';

// TEP-74 with TEP-89, compiled from contracts/ton/jetton-minter.tolk and jetton-wallet.tolk of the repository.
const MINTER = Cell.fromBase64(
  'te6ccgECCgEAAjMAART/APSkE/S88sgLAQIBYgIHBKbQ+JGOKtMfMe1E0PoA+kjU1NEE1ywgvGoozPK/0z8x+gAwE6HIAfoC+lLMzMntVOAg1ywjIVvoPOMC1ywj3uy+9OMC1ywhY7XLnOMC1ywgAAAAHAMEBQYA4DHtRND6APpI1NTR+JIjxwXy4EkE0z8x+kj6ANdMINDXLCC8aijM8r/TPzH6ADAWoMgB+gIU+lISzCTPFMntVPgoyM+EIBL6UvpSycjPiYgBUxTIz4TQzMz5Fs8L/1j6AoEAjc8LcBPMEszMyYAR+wAA0DHtRND6APpI1NTRBNM/+gD6SPpQMPiS+CjIz4QgFPpSE/pSySjIz4TQzMz5FsjPigBAy//PUBLHBfLgSgWiyAH6AhP6UswTzMntVCBukVuOFsjPhQj6UoIQ1TJ2288Ljss/yYBC+wDiANgx7UTQ+gAx+kgx1DHU0QHTP/pI1woAIfpEMMAA+JIBjiD4KMjPhCBSQPpS+lLJUAXIz4TQzMz5FsjPigBAy//PUJI0beIBlQHI+lLJkjFt4sjPhQgU+lKCENFzVADPC44Syz/6VPQAyYBA+wAAaI4pMe1E0PoA+kjU1NH4klADxwXy4EkD0z8x+kgwyFAD+gIS+lISzMzJ7VTgMIQPAccA8vQCA3pgCAkAW628/BR2omh9ABj9JBjqGOpo5GfCEAn9KX0pZIDkZ8JoZmZ8i2RnxQAgZf/nqEAAH68W9qJofQB9JGpqaL+qkEA=',
);
const WALLET = Cell.fromBase64(
  'te6ccgECCgEAApUAART/APSkE/S88sgLAQIBYgIJA87Q+JGOPdMfMdcsILxqKMyW0z8x+gAwjhHXLCPe7L70kvI/4dM/MfoAMOLtRND6APpI+kjRUCOgyAH6AvpS+lLJ7VTgINcsIHxT9SzjAtcsILxqKMzjAtcsIsr4PeTjAjCEDwHHAPL0AwUIAfwx0z/6APpI+lD0AfoA+JLtRND6APpI+kjRUTHHBfLiwVMXvvLiwlEXocgh+gIxUhD6UlIg+lLJ7VT4l/iTcPg6U1CggBSBH0Bw+DyggSMocPg2oIEq+HD4NqCCCExLQKAmwgCRoJEx4rzy4sUixwHy0sSAUPgqyM+EIBj6UhMEAHz6UsnIz5BeNRRmGcs/UAf6Ahb6VBP6VAH6As7JyM+JiAFTQsjPhNDMzPkWzwv/gQCNzwt0EswTzBLMyQH7AALsMdM/+gD6UPpQ+gD4kviX7UTQ+gD6SPpI0VNAxwWRNI4yKG6zjib4KsjPhCBSoPpSUiD6UskByM+E0MzM+RbIz4oAQMv/z1AVxwXDAJI0cOLy4sPiURigyAH6AlIQ+lIT+lLJ7VQjwgCUEEZsUeMNIW6SXwPjDgYHAFTIz5HNi0JyKM8LP1AH+gIV+lTOycjPhQgU+lIB+gJxzwtqEszJgBH7AAEATPgnbxCigghMS0C2CXL7AsjPhQj6UoIQ1TJ2288Ljss/yYEAgvsAAOox0z/6APpQMPiS+Jf4k3D4Ou1E0PoA+kj6SNFRUccF8uLBUxa+8uLCURahyCH6AjFSEPpSUkD6UsntVIEXcHD4NhKggRdwcPg2oBK88uLFyM+R73ZfehXLP1AD+gIT+lIS+lTJyM+FiBL6UnHPC27MyYBQ+wAAHaD2BdqJofQB9JH0kaPwVQ==',
);
const MINT = 0x642b7d07;
const INTERNAL_TRANSFER = 0x178d4519;

/** A token to play with. */
export interface DevJetton {
  /** The minter's address: what `tokens` of `ton({ … })` takes. */
  readonly address: string;
  /** Gives an owner so many base units. */
  mint(to: string, amount: bigint): Promise<void>;
  /** Base units that an owner has. */
  balance(owner: string): Promise<bigint>;
}

/** Deploys a jetton on a dev chain in instant mode, from a wallet made for the purpose. */
export async function deployJetton(chain: TonDevChain): Promise<DevJetton> {
  const keys = keyPairFromSeed(randomBytes(32));
  const networkGlobalId = chain.chain === 'ton:-239' ? -239 : -3;
  const client = new TonClient({ endpoint: chain.url });
  const admin = client.open(WalletContractV5R1.create({ publicKey: keys.publicKey, walletId: { networkGlobalId } }));
  await chain.fund(admin.address.toString(), toNano(10));

  const content = beginCell().storeUint(1, 8).storeStringTail('https://jetton.example/play.json').endCell();
  const data = beginCell().storeCoins(0).storeAddress(admin.address).storeRef(content).storeRef(WALLET).endCell();
  const init = { code: MINTER, data };
  const minter = contractAddress(0, init);
  const send = async (message: Parameters<typeof internal>[0]): Promise<void> => {
    const seqno = await admin.getSeqno();
    const sendMode = SendMode.PAY_GAS_SEPARATELY + SendMode.IGNORE_ERRORS;
    await admin.sendTransfer({ seqno, secretKey: keys.secretKey, sendMode, messages: [internal(message)] });
  };
  await send({ to: minter, value: toNano('0.05'), init, bounce: false });
  return {
    address: minter.toString(),
    async mint(to, amount) {
      const credit = beginCell().storeUint(INTERNAL_TRANSFER, 32).storeUint(0, 64).storeCoins(amount);
      const order = credit.storeAddress(null).storeAddress(null).storeCoins(0).storeBit(false).endCell();
      const body = beginCell()
        .storeUint(MINT, 32)
        .storeUint(0, 64)
        .storeAddress(Address.parse(to))
        .storeCoins(toNano('0.05'))
        .storeRef(order);
      await send({ to: minter, value: toNano('0.1'), body: body.endCell() });
    },
    async balance(owner) {
      const asked = beginCell().storeAddress(Address.parse(owner)).endCell();
      const { stack } = await client.runMethod(minter, 'get_wallet_address', [{ type: 'slice', cell: asked }]);
      const account = stack.readAddress();
      if (!(await client.isContractDeployed(account))) return 0n;
      return (await client.runMethod(account, 'get_wallet_data')).stack.readBigNumber();
    },
  };
}
