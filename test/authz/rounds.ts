/** How often a random test draws: a tenth under mutation, where each test runs for thousands of small changes. */
export function rounds(usually: number): number {
  return process.env['CASTELLAN_MUTATION'] === undefined ? usually : Math.ceil(usually / 10);
}
