/** A share for people: `12.3 %`. */
export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
