#!/usr/bin/env node
import { systemTerminal } from '../../adapters/host/index.ts';
import { runCommandLine } from './command-line.ts';

const terminal = systemTerminal();
terminal.run(() => runCommandLine(terminal));
