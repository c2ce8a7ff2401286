import { t } from '../../texts';
import { bytesText, utcText } from '../../ui/time';
import { runsOf } from '../../ui/visible';
import type { CheckState, Place, Report } from '../../verify';
import type { Known } from './check_job';

const MARKS: Record<CheckState, string> = { passed: 'ok  ', failed: 'FAIL', not_claimed: '-   ', not_checked: '?   ' };

/** The result as `countersign verify` prints it, with what was checked, when, and against what. */
export function textOfReport(file: File, known: Known, report: Report): string {
  const lines = [
    t.evidence.verify.saved(file.name, bytesText(file.size)),
    t.evidence.verify.savedAt(utcText(new Date().toISOString())),
    known.fingerprint.trim() ? t.evidence.verify.savedWith(known.fingerprint.trim()) : t.evidence.verify.savedWithout,
    '',
    ...report.checks.map((one) => `${MARKS[one.state]} ${one.sentence}`),
    '',
    ...report.promises.map((one) => `${one.word.padEnd(15)} ${(one.proven ? t.evidence.verify.proven : t.evidence.verify.notProven).padEnd(11)} ${one.sentence}`),
  ];
  const place = firstPlace(report);
  if (place) lines.push('', t.evidence.verify.savedPlace(placeText(place)));
  lines.push('', report.sentence, '');
  return lines.map(plain).join('\n');
}

/** What nobody would see, or would move what stands beside it, as its escape. */
function plain(line: string): string {
  return runsOf(line).map((run) => run.text).join('');
}

/** Where the first fault is: of a record where one is named, else the place that the first check that failed names. */
export function firstPlace(report: Report): Place | undefined {
  const failed = report.checks.filter((one) => one.state === 'failed');
  const wrong = report.first_wrong;
  if (!wrong) return failed[0]?.place;
  return failed.find((one) => one.place?.seq === wrong.seq)?.place ?? { seq: wrong.seq };
}

function placeText(place: Place): string {
  const parts: string[] = [];
  if (place.file !== undefined) parts.push(place.file);
  if (place.line !== undefined) parts.push(`${t.evidence.verify.placeLine} ${place.line}`);
  if (place.seq !== undefined) parts.push(`${t.evidence.verify.placeRecord} ${place.seq}`);
  return parts.join(', ');
}
