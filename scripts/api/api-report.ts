import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel, type ExtractorMessage } from '@microsoft/api-extractor';
import { type EntryPoint, root } from './entry-points.ts';

/** Where the reports are kept, below the root. */
export const REPORT_FOLDER = 'etc';

/** What is wrong with one declaration, and where it stands. */
export interface Finding {
  readonly id: string;
  readonly text: string;
}

/** What one entry point exports, held against its report. */
export interface EntryReport {
  readonly entry: EntryPoint;
  /** True where the report in git says something else. */
  readonly changed: boolean;
  readonly findings: readonly Finding[];
  /** Data fields that have a name and a type and no sentence; counted, and no fault. */
  readonly plainFields: number;
}

/**
 * `ae-forgotten-export` is no fault: types that only hang on exported ones stand in the report as well, so that a change of theirs
 * is seen. Nor are release tags, for what is exported is public; nor links, which the generator of the reference resolves across
 * entries; nor how a comment is punctuated.
 */
const UNDOCUMENTED = 'ae-undocumented';

/**
 * Reads the declarations of each entry point and holds them against the reports in `etc`; `write` makes the reports anew.
 * @throws Error where the package was not built.
 */
export function reportApi(entries: readonly EntryPoint[], write: boolean): readonly EntryReport[] {
  for (const { types } of entries) if (!existsSync(root + types)) throw new Error(`${types} is missing: run npm run build first`);
  const temporary = mkdtempSync(join(tmpdir(), 'castellan-api-'));
  try {
    const configs = entries.map((entry) => configOf(entry, temporary));
    const [first] = configs;
    if (first === undefined) return [];
    // One program for all: the declarations are read and checked once.
    const compilerState = CompilerState.create(first, { additionalEntryPoints: entries.map(({ types }) => root + types) });
    return entries.map((entry, index) => {
      const findings: Finding[] = [];
      let plainFields = 0;
      const result = Extractor.invoke(configs[index] ?? first, {
        compilerState,
        localBuild: write,
        messageCallback(message) {
          message.handled = true;
          if (message.messageId === UNDOCUMENTED && needsNoSentence(message)) plainFields += 1;
          else if (isFault(message)) findings.push({ id: message.messageId, text: message.formatMessageWithLocation(root) });
        },
      });
      return { entry, changed: result.apiReportChanged, findings, plainFields };
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function configOf(entry: EntryPoint, temporary: string): ExtractorConfig {
  const packageJsonFullPath = `${root}package.json`;
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: root + entry.types,
      compiler: { tsconfigFilePath: `${root}tsconfig.json` },
      newlineKind: 'lf',
      apiReport: {
        enabled: true,
        reportFileName: `${entry.name}.api.md`,
        reportFolder: root + REPORT_FOLDER,
        reportTempFolder: temporary,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Warning },
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.None },
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.Warning } },
      },
    },
  });
}

const isFault = ({ messageId, logLevel }: ExtractorMessage): boolean => messageId === UNDOCUMENTED || logLevel === ExtractorLogLevel.Error;

/** A field that holds data: its name and its type say it. */
const DATA = /^\s+(?:(?:static|readonly|override) )*(?:get [\w$]+\(\)|(?:[\w$]+|'[^']*')\??)\s*[:=](?!\s*(?:\([^)]*\)|<).*=>)/;
/** A member that a protocol of the language names. */
const PROTOCOL = /^\s+(?:readonly )?\[/;
/** A declaration that its own module keeps to itself. */
const OWN = /^(?!export\b)\S/;

const declarations = new Map<string, readonly string[]>();

/** Exports, methods and functions need a sentence; these do not. */
function needsNoSentence({ sourceFilePath, sourceFileLine }: ExtractorMessage): boolean {
  if (sourceFilePath === undefined || sourceFileLine === undefined) return false;
  const lines = declarations.get(sourceFilePath) ?? readFileSync(sourceFilePath, 'utf8').split('\n');
  declarations.set(sourceFilePath, lines);
  const line = lines[sourceFileLine - 1] ?? '';
  return DATA.test(line) || PROTOCOL.test(line) || OWN.test(line);
}
