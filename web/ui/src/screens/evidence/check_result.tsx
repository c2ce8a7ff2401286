import { useEffect, useRef } from 'preact/hooks';
import { readKeys } from '../../api/admin';
import { PROFILES } from '../../api/bundles';
import type { Session } from '../../api/session';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { saveText } from '../../ui/download';
import { Badge, Card, Pairs, type Tone } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { bytesText, numberText, Time } from '../../ui/time';
import type { Check, CheckState, Place, Report, Verdict } from '../../verify';
import type { Known } from './check_job';
import { Period } from './bundle_parts';
import { firstPlace, textOfReport } from './check_text';

const VERDICTS: Record<Verdict, Tone> = { verified: 'good', intact_but_identity_not_checked: 'warn', failed: 'bad' };
const STATES: Record<CheckState, Tone> = { passed: 'good', failed: 'bad', not_claimed: 'plain', not_checked: 'warn' };

interface Props {
  session: Session;
  file: File;
  known: Known;
  report: Report;
}

/** What is proven, check by check. */
export function CheckDetails(props: Props) {
  const { report } = props;
  return (
    <>
      {report.promises.length > 0 && (
        <Card title={t.evidence.verify.promises}>
          <ul class="check-lines">
            {report.promises.map((one) => (
              <li key={one.word}>
                <Badge tone={one.proven ? 'good' : report.verdict === 'failed' ? 'bad' : 'warn'}>{one.proven ? t.evidence.verify.proven : t.evidence.verify.notProven}</Badge>
                <div>
                  <strong>{t.evidence.verify.words[one.word]}</strong>
                  <div>
                    <Raw text={one.sentence} />
                  </div>
                </div>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Card title={t.evidence.verify.checks}>
        <ul class="check-lines">
          {report.checks.map((one) => (
            <CheckLine key={one.name} check={one} />
          ))}
        </ul>
        <p class="hint">{t.evidence.verify.beyond}</p>
      </Card>
      <Says {...props} />
    </>
  );
}

/** The whole in one sentence, which nobody overlooks. It takes focus, because it is what one has waited for. */
export function VerdictBanner({ file, known, report }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [report]);
  const place = firstPlace(report);
  return (
    <section class={`verdict ${VERDICTS[report.verdict]}`} aria-labelledby="verdict">
      <h2 id="verdict" tabIndex={-1} ref={heading}>
        <VerdictMark verdict={report.verdict} />
        {t.evidence.verify.verdicts[report.verdict]}
      </h2>
      <p class="verdict-sentence">
        <Raw text={report.sentence} most={2_000} />
      </p>
      {place && (
        <div class="first-fault">
          <h3>{t.evidence.verify.firstFault}</h3>
          <PlaceOf place={place} />
        </div>
      )}
      {report.verdict === 'intact_but_identity_not_checked' && !known.fingerprint && (
        <div>
          <p>{t.evidence.verify.compareNow}</p>
          <p class="mono">{report.signer_fingerprint}</p>
        </div>
      )}
      <div class="actions">
        <Button onClick={() => saveText(`${file.name.replace(/\.zip$/i, '').replaceAll(/[^\w.-]/g, '_').slice(0, 100)}.verified.txt`, textOfReport(file, known, report))}>{t.evidence.verify.save}</Button>
      </div>
    </section>
  );
}

function VerdictMark({ verdict }: { verdict: Verdict }) {
  const path = verdict === 'verified' ? 'M5 12.500l4.500 4.500L19 7.500' : verdict === 'failed' ? 'M6 6l12 12M18 6L6 18' : 'M12 6v8M12 17.500v1';
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round">
      <path d={path} />
    </svg>
  );
}

function PlaceOf({ place }: { place: Place }) {
  const parts: [string, string][] = [];
  if (place.file !== undefined) parts.push([t.evidence.verify.placeFile, place.file]);
  if (place.line !== undefined) parts.push([t.evidence.verify.placeLine, numberText(place.line)]);
  if (place.seq !== undefined) parts.push([t.evidence.verify.placeRecord, String(place.seq)]);
  if (parts.length === 0) return null;
  return <Pairs pairs={parts.map(([name, value]) => [name, <span class="mono"><Raw text={value} /></span>] as const)} />;
}

function CheckLine({ check }: { check: Check }) {
  return (
    <li>
      <Badge tone={STATES[check.state]}>{t.evidence.verify.states[check.state]}</Badge>
      <div>
        <Raw text={check.sentence} most={2_000} />
        {check.place && <PlaceOf place={check.place} />}
      </div>
    </li>
  );
}

function Says({ session, file, report }: Props) {
  const profile = PROFILES.find((one) => one === report.profile);
  const gone = report.retired.reduce((sum, part) => sum + part.records, 0);
  const pairs: [string, preact.ComponentChildren][] = [[t.evidence.verify.file, <><Raw text={file.name} /> ({bytesText(file.size)})</>]];
  if (report.log) pairs.push([t.evidence.verify.log, <span class="mono"><Raw text={report.log} /></span>]);
  if (report.period) pairs.push([t.evidence.period, <Period from={report.period.from} to={report.period.to} />]);
  if (report.log && report.verdict !== 'failed') pairs.push([t.evidence.records, numberText(report.records)]);
  if (report.withheld > 0) pairs.push([t.evidence.verify.withheld, numberText(report.withheld)]);
  if (gone > 0) pairs.push([t.evidence.verify.retired, numberText(gone)]);
  if (profile) pairs.push([t.evidence.profile, t.evidence.profiles[profile]]);
  if (report.recipient) pairs.push([t.evidence.verify.recipient, <Raw text={report.recipient} />]);
  if (report.signer) pairs.push([t.evidence.verify.signer, <Raw text={report.signer} />]);
  if (report.signer_fingerprint) pairs.push([t.evidence.verify.signerPrint, <><span class="mono">{report.signer_fingerprint}</span><OwnSigner session={session} fingerprint={report.signer_fingerprint} /></>]);
  if (report.timestamp) pairs.push([t.evidence.verify.timestamp, <Time at={report.timestamp} />]);
  return (
    <Card title={t.evidence.verify.says}>
      <p class="hint">{t.evidence.verify.saysWhat}</p>
      <Pairs pairs={pairs} />
    </Card>
  );
}

/** What the appliance itself says of the certificate, to administrators: good for finding a mistake, and for no proof. */
function OwnSigner({ session, fingerprint }: { session: Session; fingerprint: string }) {
  const { role, all_tenants: all } = session.account;
  const asks = role === 'admin' && all;
  const loaded = useLoad('keys', async (signal) => (asks ? (await readKeys(signal)).keys : []));
  const signer = loaded.data?.find((one) => one.key === 'signer');
  if (!signer || !/^[0-9a-f]{16,}$/.test(signer.id)) return null;
  return <div class="hint">{fingerprint.startsWith(signer.id) ? t.evidence.verify.ownSame : t.evidence.verify.ownOther}</div>;
}
