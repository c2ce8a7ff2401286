import type { OverviewData } from '../../api/overview';
import { t } from '../../texts';
import { ButtonLink } from '../../ui/controls';
import { Figure } from '../../ui/parts';
import { numberText, Time } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';

type Props = TenantProps & { data: OverviewData };

/** What controls and detections found. */
export function Results(props: Props) {
  return (
    <div class="overview-pair">
      <Controls {...props} />
      {props.session.account.role !== 'privacy' && props.data.findings && <Findings {...props} />}
    </div>
  );
}

function Controls({ data, ...props }: Props) {
  const { controls } = data;
  const { account } = props.session;
  const href = (state: string) => tenantHref(props, ['reports'], { state });
  const none = account.period ? t.overview.controlsPeriod : account.role === 'privacy' ? t.overview.controlsPrivacy : t.overview.controlsNone;
  return (
    <section class="overview-part" aria-labelledby="controls">
      <div>
        <h2 id="controls">{t.overview.controls}</h2>
        <p class="hint">{t.overview.controlsWhat}</p>
        {controls && (
          <p class="hint">
            {t.overview.tested} <Time at={controls.time} ago />
          </p>
        )}
      </div>
      {controls ? (
        <div class="figures small">
          <Figure label={t.overview.failing} value={numberText(controls.failing)} tone={controls.failing > 0 ? 'warn' : 'good'} href={href('failing')} />
          <Figure label={t.overview.passing} value={numberText(controls.passing)} tone="good" href={href('passing')} />
          <Figure label={t.overview.nothing} value={numberText(controls.nothing_to_test)} href={href('nothing_to_test')} />
        </div>
      ) : (
        <div class="empty small">
          <p>{none}</p>
          <ButtonLink href={tenantHref(props, ['reports'])}>{t.overview.toControls}</ButtonLink>
        </div>
      )}
    </section>
  );
}

function Findings({ data, ...props }: Props) {
  const found = data.findings;
  if (!found) return null;
  const href = (state: string) => tenantHref(props, ['findings'], { state });
  const any = found.opened + found.acknowledged + found.resolved > 0;
  return (
    <section class="overview-part" aria-labelledby="findings">
      <div>
        <h2 id="findings">{t.overview.findings}</h2>
        <p class="hint">{any ? t.overview.findingsWhat : t.overview.findingsNone}</p>
      </div>
      <div class="figures small">
        <Figure label={t.overview.opened} value={numberText(found.opened)} tone={found.opened > 0 ? 'warn' : 'good'} href={href('opened')} />
        <Figure label={t.overview.acknowledged} value={numberText(found.acknowledged)} href={href('acknowledged')} />
        <Figure label={t.overview.resolved} value={numberText(found.resolved)} href={href('resolved')} />
      </div>
    </section>
  );
}
