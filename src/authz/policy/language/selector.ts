/** Four bytes in hex, with or without the usual prefix. */
export const SELECTOR = /^(?:0[xX])?[0-9a-fA-F]{8}$/;

/** The eight digits alone, lowercase: how selectors are compared. */
export function bareSelector(text: string): string {
  return text.slice(-8).toLowerCase();
}

/** 32 bytes in hex, with or without the usual prefix. */
export const CODE_HASH = /^(?:0[xX])?[0-9a-fA-F]{64}$/;

/** The 64 digits alone, lowercase: how the chain tells them. */
export function bareCodeHash(text: string): string {
  return text.slice(-64).toLowerCase();
}
