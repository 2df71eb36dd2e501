import type { Moment } from '../kernel/rows.ts';
import { type AccountView, afterTake } from './account-view.ts';
import type { Ask, AskedLine } from './ask.ts';
import type { TakeLine } from './counter.ts';
import { takeText } from './doubtful-take.ts';

/** More than any sum of amounts. */
const BOUNDLESS = '9'.repeat(110);
/** Takes whatever the room is. */
const FORCED = '!';

/**
 * What the counter is asked for: the state that each account should be in and the one that it should have then, as far as it fits under the tightest
 * window. The views go ahead as if it were taken. Undefined where a limit is malformed: the record says so.
 */
export function takeLines(ask: Ask, views: readonly AccountView[], moment: Moment, force: boolean): readonly TakeLine[] | undefined {
  const untilMs = ask.heldUntil(moment.closeAtMs);
  const decisionId = String(ask.command.request.decisionId);
  const entry = ask.entryId ?? '';
  const lines: TakeLine[] = [];
  const ahead: AccountView['state'][] = [];
  let fitsAll = true;
  for (let at = 0; at < views.length; at++) {
    const { account, amount, windows } = ask.lines[at] as AskedLine;
    const view = views[at] as AccountView;
    let room: bigint | undefined;
    let fits = true;
    for (const window of windows) {
      const left = view.roomUnder(window, moment.openAtMs, moment.closeAtMs);
      if (left === undefined) return undefined;
      if (left < amount) fits = false;
      if (window.windowMs !== 0 && (room === undefined || left < room)) room = left;
    }
    const next = afterTake(view.state, amount, untilMs, entry);
    fitsAll &&= fits && (room === undefined || next.taken <= room);
    ahead.push(next);
    lines.push({
      account,
      expected: force ? FORCED : view.state.text,
      next: next.text,
      room: !fits ? '' : room === undefined ? BOUNDLESS : view.spell(room),
      take: takeText(amount, moment.closeAtMs, untilMs, decisionId),
    });
  }
  if (force) return lines;
  // The counter alone says that something does not fit: it is asked to add and compare itself.
  if (!fitsAll) return lines.map((line, at) => ({ ...line, expected: (views[at] as AccountView).state.version }));
  for (let at = 0; at < ahead.length; at++) (views[at] as AccountView).state = ahead[at] as AccountView['state'];
  return lines;
}
