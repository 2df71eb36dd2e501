import { expect, it } from 'vitest';
import { textTraits } from '../../src/core/text-safety.ts';
import { describeVectors, vectorJson } from '../vectors.ts';

it('finds nothing in honest text of many languages', () => {
  const honest = [
    'Sign in to the shop.\nNonce: 12',
    'Zahlung über 3 € für Müller & Søn, naïve façade',
    'Подтвердите вход в магазин',
    'Σύνδεση στο κατάστημα',
    'ログインしてください。Webサイト',
    '登录到商店',
    '상점에 로그인',
    'התחבר לחנות',
    'تسجيل الدخول',
    'ลงชื่อเข้าใช้',
    'Vote yes 👍🏽 👨‍👩‍👧 ❤️ 1️⃣ on proposal № 7 – “now”… 10 m²',
  ];
  for (const text of honest) expect([text, textTraits(text)]).toEqual([text, []]);
});

it.each([
  ['pay\u200bpal', 'invisible'],
  ['pay\u00adpal', 'invisible'],
  ['to\u{e0061}\u{e0062}', 'invisible'],
  ['a\u200db', 'invisible'],
  ['amount \u202e001\u202c', 'reordering'],
  ['\u2066x\u2069', 'reordering'],
  ['bell \u0007', 'control'],
  ['null \u0000', 'control'],
  ['line \u2028 x', 'control'],
  ['раypal', 'mixed_alphabets'],
  ['Uniswаp', 'mixed_alphabets'],
  ['Βinance', 'mixed_alphabets'],
  ['log in at раураӏ now', 'lookalike'],
  ['ｐａｙ', 'styled_letters'],
  ['𝐩𝐚𝐲', 'styled_letters'],
  ['ⓟay', 'styled_letters'],
  ['\ue000', 'unassigned'],
  ['\ud800', 'unassigned'],
] as const)('flags %j as %s', (text, trait) => {
  expect(textTraits(text)).toContain(trait);
});

it('takes a word of lookalikes for what it is in its own language, and for a trap where it stands alone as a name', () => {
  expect(textTraits('сор')).toEqual([]);
  expect(textTraits('сор', true)).toEqual(['lookalike']);
  expect(textTraits('магазин', true)).toEqual([]);
});

describeVectors('ens-confusables', 'published confusable letters', (folder) => {
  const { wholes } = vectorJson<{ wholes: readonly { readonly target: string; readonly confused: readonly number[] }[] }>(
    folder,
    'confused.json',
  );

  it('flags each Cyrillic and Greek letter drawn like a Latin one, inside a Latin word', () => {
    let checked = 0;
    for (const { target, confused } of wholes) {
      const latin = String.fromCodePoint(Number.parseInt(target.split(' ')[0] as string, 16));
      if (!/^[a-z]$/.test(latin)) continue;
      for (const letter of confused.map((code) => String.fromCodePoint(code))) {
        if (!/\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Armenian}/u.test(letter)) continue;
        checked += 1;
        expect([letter, textTraits(`zq${letter}qz`)]).toEqual([letter, expect.arrayContaining(['mixed_alphabets'])]);
      }
    }
    expect(checked).toBeGreaterThan(20);
  });
});
