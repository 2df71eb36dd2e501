/** Field prime of secp256k1 (SEC 2, 2.4.1). */
const P = 2n ** 256n - 2n ** 32n - 977n;
/** Order of its group. */
export const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const G: Affine = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
};

interface Affine {
  readonly x: bigint;
  readonly y: bigint;
}

/** Jacobian coordinates: x/z², y/z³; z = 0 is the point at infinity. */
interface Jacobian extends Affine {
  readonly z: bigint;
}

const INFINITY: Jacobian = { x: 1n, y: 1n, z: 0n };

const mod = (value: bigint, modulus = P): bigint => {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
};

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = mod(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [mod(value, modulus), modulus];
  let [x, u] = [1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, u] = [u, x - quotient * u];
  }
  return mod(x, modulus);
}

function double(p: Jacobian): Jacobian {
  if (p.z === 0n) return p;
  const yy = (p.y * p.y) % P;
  const s = (4n * p.x * yy) % P;
  const m = (3n * p.x * p.x) % P;
  const x = mod(m * m - 2n * s);
  return { x, y: mod(m * (s - x) - 8n * yy * yy), z: (2n * p.y * p.z) % P };
}

function add(p: Jacobian, q: Jacobian): Jacobian {
  if (p.z === 0n) return q;
  if (q.z === 0n) return p;
  const [pzz, qzz] = [(p.z * p.z) % P, (q.z * q.z) % P];
  const [u1, u2] = [(p.x * qzz) % P, (q.x * pzz) % P];
  const [s1, s2] = [(p.y * qzz * q.z) % P, (q.y * pzz * p.z) % P];
  if (u1 === u2) return s1 === s2 ? double(p) : INFINITY;
  const h = mod(u2 - u1);
  const r = mod(s2 - s1);
  const hh = (h * h) % P;
  const hhh = (h * hh) % P;
  const v = (u1 * hh) % P;
  const x = mod(r * r - hhh - 2n * v);
  return { x, y: mod(r * (v - x) - s1 * hhh), z: (h * p.z * q.z) % P };
}

/** a·G + b·Q, both scalars walked together. */
function combine(a: bigint, b: bigint, q: Affine): Affine | null {
  const g: Jacobian = { ...G, z: 1n };
  const other: Jacobian = { ...q, z: 1n };
  const both = add(g, other);
  let sum = INFINITY;
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    sum = double(sum);
    const [inA, inB] = [(a >> bit) & 1n, (b >> bit) & 1n];
    if (inA && inB) sum = add(sum, both);
    else if (inA) sum = add(sum, g);
    else if (inB) sum = add(sum, other);
  }
  if (sum.z === 0n) return null;
  const z = inverse(sum.z, P);
  const zz = (z * z) % P;
  return { x: (sum.x * zz) % P, y: (sum.y * zz * z) % P };
}

function pointAt(x: bigint, odd: boolean): Affine | null {
  if (x >= P) return null;
  const square = mod(x * x * x + 7n);
  const root = power(square, (P + 1n) / 4n);
  if ((root * root) % P !== square) return null;
  return { x, y: (root & 1n) === (odd ? 1n : 0n) ? root : P - root };
}

const toBigint = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
const toBytes = (point: Affine): Uint8Array =>
  new Uint8Array(Buffer.from(point.x.toString(16).padStart(64, '0') + point.y.toString(16).padStart(64, '0'), 'hex'));

/** A public key in SEC 1 form (33 bytes compressed, 65 uncompressed) as x‖y, 64 bytes; null where it is no point of the curve. */
export function readPublicKey(publicKey: Uint8Array): Uint8Array | null {
  const prefix = publicKey[0];
  const x = toBigint(publicKey.subarray(1, 33));
  if (publicKey.length === 33 && (prefix === 2 || prefix === 3)) {
    const point = pointAt(x, prefix === 3);
    return point === null ? null : toBytes(point);
  }
  if (publicKey.length !== 65 || prefix !== 4) return null;
  const y = toBigint(publicKey.subarray(33));
  const point = pointAt(x, (y & 1n) === 1n);
  return point === null || point.y !== y ? null : toBytes(point);
}

/**
 * The public key (x‖y, 64 bytes) whose signature over `hash` is (r, s) with this y parity; null where there is none.
 *
 * Works on public values alone, so running time hides nothing: a signature that we hold is checked here before it leaves,
 * and no key ever comes near. High s, and r or s outside 1 … n − 1, have none.
 * @see https://www.secg.org/sec1-v2.pdf 4.1.6
 */
export function recoverPublicKey(hash: Uint8Array, r: bigint, s: bigint, odd: boolean): Uint8Array | null {
  if (r <= 0n || r >= CURVE_ORDER || s <= 0n || s > CURVE_ORDER / 2n) return null;
  const point = pointAt(r, odd);
  if (point === null) return null;
  const factor = inverse(r, CURVE_ORDER);
  const key = combine(mod(-toBigint(hash) * factor, CURVE_ORDER), mod(s * factor, CURVE_ORDER), point);
  return key === null ? null : toBytes(key);
}
