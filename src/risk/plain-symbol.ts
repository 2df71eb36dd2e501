/** A symbol as people read it: one dress, no spaces, capitals. */
export function plainSymbol(symbol: string): string {
  return symbol
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .toUpperCase();
}
