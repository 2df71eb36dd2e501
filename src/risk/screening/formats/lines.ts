import { brokenList } from './row.ts';

/** A line of a list is an account and what is said of it. */
const MAX_CHARS = 65_536;

/** Cuts text that comes in pieces into lines, ended by LF, CR LF or the end. @throws REQUEST_INVALID for an endless line */
export function lineReader(take: (line: string, number: number) => void): { push(text: string): void; end(): void } {
  let rest = '';
  let number = 0;
  const whole = (line: string): void => {
    number += 1;
    if (line.length > MAX_CHARS) throw brokenList('a line is longer than 65,536 characters', number);
    take(line.endsWith('\r') ? line.slice(0, -1) : line, number);
  };
  return {
    push(text) {
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        whole(rest === '' ? text.slice(start, end) : rest + text.slice(start, end));
        rest = '';
        start = end + 1;
      }
      rest += text.slice(start);
      if (rest.length > MAX_CHARS) throw brokenList('a line is longer than 65,536 characters', number + 1);
    },
    end() {
      if (rest !== '') whole(rest);
      rest = '';
    },
  };
}
