import { measureDecide } from '../../bench/decide.ts';
import { measureDurable } from '../../bench/durable.ts';
import { measureHistory } from '../../bench/history.ts';
import { findLeftovers, leftBehind } from '../../bench/leftovers.ts';
import type { Bar } from './bar.ts';

const us = (ns: number): string => `${(ns / 1_000).toFixed(1)} µs`;
const perSecond = (ns: number): string => `${Math.round(1e9 / ns).toLocaleString('en')}/s`;

/** A decision against the least that a signed log costs. */
export const decideBar: Bar = {
  name: 'decision in memory',
  isTiming: true,
  target: 'at most 6 × the floor',
  async run(mode) {
    const agents = mode === 'full' ? 1_024 : 128;
    const cost = await measureDecide({ agents, passes: mode === 'full' ? 4 : 8, rounds: 11 });
    const { bound } = cost;
    return {
      figure: `${bound.ratio.toFixed(2)} × (95 %: ${bound.upper.toFixed(2)})`,
      pass: bound.upper <= 6,
      notes: [
        `${us(bound.a)} a decision with its signed entry, ${us(bound.b)} the floor; ${cost.decisions} decisions of ${agents} agents in ${bound.rounds} rounds`,
        `apart: building, decoding and hashing the bytes ${us(cost.prepareNs)} (with it ${us(bound.a + cost.prepareNs)}); the simulation is a report made before`,
        `an entry has ${Math.round(cost.entryChars)} characters; writing it with JSON.stringify alone takes ${us(cost.stringifyNs)}`,
      ],
    };
  },
};

/** The cost of a decision must not grow with history. */
export const historyBar: Bar = {
  name: 'decision after a long history',
  isTiming: true,
  target: 'at most 1.15 × that at 100',
  async run(mode) {
    const long = mode === 'full' ? 1_000_000 : 10_000;
    const bound = await measureHistory({ long, decisions: mode === 'full' ? 512 : 128, rounds: 11 });
    return {
      figure: `${bound.ratio.toFixed(3)} × (95 %: ${bound.upper.toFixed(3)})`,
      pass: bound.upper <= 1.15,
      notes: [
        `${us(bound.a)} at ${long.toLocaleString('en')} past transactions of one agent, ${us(bound.b)} at 100, each in a process of its own`,
      ],
    };
  },
};

/** Decisions leave nothing open. */
export const leftoversBar: Bar = {
  name: 'leftovers of decisions',
  target: 'no handle, timer or listener left',
  async run(mode) {
    const found = await findLeftovers(mode === 'full' ? 100_000 : 5_120);
    const left = leftBehind(found);
    return {
      figure: left.length === 0 ? `none after ${found.decisions.toLocaleString('en')}` : left.join(', '),
      pass: left.length === 0,
      notes: [`open before and after: ${JSON.stringify(found.before)} ${JSON.stringify(found.after)}`],
    };
  },
};

/** Durable decisions against the disk. */
export const durableBar: Bar = {
  name: 'durable decisions, 64 callers',
  isTiming: true,
  target: 'at least 4 × (4 KiB + fdatasync)/s',
  async run(mode) {
    const bound = await measureDurable({ callers: 64, agents: mode === 'full' ? 1_024 : 128, passes: mode === 'full' ? 4 : 2, rounds: 11 });
    return {
      figure: `${(1 / bound.ratio).toFixed(2)} × (95 %: ${(1 / bound.upper).toFixed(2)})`,
      pass: bound.upper <= 1 / 4,
      notes: [`${perSecond(bound.a)} decisions, ${perSecond(bound.b)} appends of 4 KiB with fdatasync, on one disk`],
    };
  },
};
