/** A symbol as people read it: one dress, no spaces, nothing unseen, capitals. */
export function plainSymbol(symbol: string): string {
  return symbol
    .normalize('NFKC')
    .replace(/[\s\p{C}]/gu, '')
    .toUpperCase();
}
