import { type AccountId, accountAddress, parseAccount, parseChainId } from '../../src/core/index.ts';

/** Ethereum's main chain. */
export const MAINNET = parseChainId('eip155:1');
/** TON's main chain. */
export const TON = parseChainId('ton:-239');
const ICAP_DIGITS = 30;
const BOUNCEABLE = 0x11;
const NON_BOUNCEABLE = 0x51;

/** Every way in which an EVM address is written: cases, checksums, chains, links and ICAP. */
export function evmSpellings(address: string): readonly string[] {
  const digits = address.slice(2).toLowerCase();
  const id = parseAccount(`0x${digits}`, MAINNET);
  const checksummed = accountAddress(id);
  const wrongCase = digits.replace(/[a-f]/g, (letter, at: number) => (at % 2 === 0 ? letter.toUpperCase() : letter));
  return [
    ...[
      `0x${digits}`,
      checksummed,
      `0x${digits.toUpperCase()}`,
      `0X${digits.toUpperCase()}`,
      digits,
      digits.toUpperCase(),
      `0x${wrongCase}`,
    ],
    ...[
      ` 0x${digits}\n`,
      id,
      `eip155:1:${checksummed}`,
      `eip155:137:0x${digits}`,
      `eth:0x${digits}`,
      `ethereum:0x${digits}@1`,
      icap(digits),
    ],
  ];
}

/** Every way in which a TON address is written: raw, the four friendly forms, CAIP-10 under both names. */
export function tonSpellings(id: AccountId): readonly string[] {
  const raw = id.slice(`${TON}:`.length);
  const [workchain = '0', hash = ''] = raw.split(':');
  const friendly = [BOUNCEABLE, NON_BOUNCEABLE].flatMap((tag) => {
    const bytes = friendlyBytes(tag, Number(workchain), hash);
    return [bytes.toString('base64'), bytes.toString('base64url')];
  });
  return [raw, raw.toUpperCase(), id, `tvm:-239:${raw}`, ...friendly];
}

/** The form of bank accounts: 30 digits of base 36 behind a check by ISO 7064. */
function icap(digits: string): string {
  const body = BigInt(`0x${digits}`).toString(36).toUpperCase().padStart(ICAP_DIGITS, '0');
  const number = [...`${body}XE00`].map((char) => Number.parseInt(char, 36)).join('');
  return `XE${String(98n - (BigInt(number) % 97n)).padStart(2, '0')}${body}`;
}

/** Tag, workchain, hash and CRC-16/XMODEM, written down apart from the library that is measured. */
function friendlyBytes(tag: number, workchain: number, hash: string): Buffer {
  const bytes = Buffer.concat([Buffer.from([tag, workchain & 0xff]), Buffer.from(hash, 'hex'), Buffer.alloc(2)]);
  let crc = 0;
  for (const byte of bytes.subarray(0, 34)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
  }
  bytes.writeUInt16BE(crc, 34);
  return bytes;
}
