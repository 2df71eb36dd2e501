import { join } from 'node:path';
import { fileExists, makeDirectory, readText, removeFile, writeNewFile } from '../../adapters/host/index.ts';
import { CastellanError } from '../../core/errors.ts';
import { type FraudReport, reportJson } from './fraud-report.ts';
import { readPlotLibrary } from './page/plot-library.ts';
import { REPORT_MARK, reportPage } from './page/report-page.ts';

const PAGE = 'fraud-report.html';
const JSON_FILE = 'fraud-report.json';
const JSON_MARK = '{\n "form": "castellan-fraud-report/';
/** No report is longer. */
const MOST_BYTES = 256 * 1_024 * 1_024;

/** Writes the page and the JSON, over reports that lie there already and over nothing else. Resolves to their paths. @throws CONFIG_INVALID where something else lies there */
export async function writeReport(directory: string, report: FraudReport): Promise<readonly string[]> {
  const files = [
    { path: join(directory, PAGE), text: reportPage(report, await readPlotLibrary()), mark: REPORT_MARK },
    { path: join(directory, JSON_FILE), text: reportJson(report), mark: JSON_MARK },
  ];
  await makeDirectory(directory);
  for (const { path, mark } of files) {
    if (!(await fileExists(path)) || (await readText(path, MOST_BYTES))?.startsWith(mark) === true) continue;
    throw new CastellanError('CONFIG_INVALID', {
      message: 'Nothing was written: a file that is no report is there already.',
      details: { path },
    });
  }
  for (const { path, text } of files) {
    await removeFile(path);
    await writeNewFile(path, text);
  }
  return files.map(({ path }) => path);
}
