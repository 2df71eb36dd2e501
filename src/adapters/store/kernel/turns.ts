/** One turn of the event loop, and a hold on the process while somebody waits. */
export interface Turns {
  next(task: () => void): void;
  hold(): void;
  release(): void;
  /** Whoever waits or holds by then is still served. */
  close(): void;
}

/**
 * Turns of the event loop by message ports: two channels in alternation, since a port that is posted to from its own
 * callback is served again before timers and sockets are.
 */
export function createTurns(): Turns {
  const tasks: (() => void)[] = [];
  const channels = [new MessageChannel(), new MessageChannel()] as const;
  let which = 0;
  let holds = 0;
  let closed = false;
  let gone = false;
  const end = (): void => {
    gone = true;
    for (const { port1 } of channels) port1.close();
  };
  const hold = (): void => {
    if (holds++ === 0) for (const { port1 } of channels) port1.ref();
  };
  const release = (): void => {
    if (--holds > 0) return;
    for (const { port1 } of channels) port1.unref();
    if (closed && !gone) end();
  };
  for (const { port1 } of channels) {
    port1.on('message', () => {
      const task = tasks.shift();
      release();
      task?.();
    });
    port1.unref();
  }
  return {
    next(task) {
      if (gone) return queueMicrotask(task);
      hold();
      tasks.push(task);
      which = 1 - which;
      (which === 0 ? channels[0] : channels[1]).port2.postMessage(null);
    },
    hold,
    release,
    close() {
      closed = true;
      if (holds === 0 && !gone) end();
    },
  };
}
