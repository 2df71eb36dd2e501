export { systemClock } from './clock.ts';
export { type Environment, readEnvironment } from './environment.ts';
export { fileExists, isOpenToOthers, isWrittenByOthers, makeDirectory, readLines, readText, removeFile, writeNewFile } from './files.ts';
export { type HttpAnswer, type HttpQuestion, type LoopbackServer, type ServerBounds, serveLoopback } from './http-server.ts';
export { launchFork } from './launch-fork.ts';
export { loadDefaultExport } from './load-module.ts';
export { systemNet } from './net.ts';
export { systemRandom } from './random.ts';
export { systemTerminal, type Terminal } from './terminal.ts';
