import { LAYOUT } from './layout.js';
import { readProvenRecords } from './proven_records.js';
import type { Verification } from './verification.js';

/** `report_records`, `report`: that the records of the system log that a report goes by stand in it. What it says of them takes its queries. */
export async function checkReports(run: Verification): Promise<void> {
  const { bundle } = run;
  if (!bundle.has(LAYOUT.report)) {
    const hasParts = [...bundle.files.keys()].some((name) => name.startsWith(LAYOUT.reports) || name.startsWith(LAYOUT.controls));
    if (hasParts) run.add('report', 'failed', 'data/reports/report.json is missing: it was taken out.', { file: LAYOUT.report });
    return;
  }
  // Without what it hangs on, which has failed by then, it cannot be checked.
  if (!run.evidence || !run.keys) return;
  if (bundle.has(LAYOUT.reportRecords) || bundle.has(LAYOUT.reportProofs)) {
    const proven = await run.check('report_records', 'The records of the system log that the report goes by stand in it.', async () => {
      await readProvenRecords(run, LAYOUT.reportRecords, LAYOUT.reportProofs);
    });
    if (!proven) return;
  }
  run.add(
    'report',
    'not_claimed',
    'There is a report; whether its figures follow from the records was not looked at: ask for it with --recompute.',
  );
}
