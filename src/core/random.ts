/** The one door to randomness. */
export interface Random {
  /** `length` cryptographically random bytes. */
  bytes(length: number): Uint8Array;
}
