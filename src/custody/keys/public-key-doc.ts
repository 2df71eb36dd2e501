/** Where it says which key has a public key, or an address that stands for one. */
export function publicKeyDoc(publicKey: string): string {
  return `key-public/${publicKey}`;
}
