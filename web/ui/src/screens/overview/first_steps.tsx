import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { OverviewData } from '../../api/overview';
import { hrefOf } from '../../route';
import { t } from '../../texts';
import { ButtonLink, CopyButton } from '../../ui/controls';
import { Badge, Card } from '../../ui/parts';
import type { TenantProps } from '../props';

/** What to do where nothing has come in yet. */
export function FirstSteps({ data, ...props }: TenantProps & { data: OverviewData }) {
  const sources = data.sources.map((one) => one.source);
  const admin = props.session.account.role === 'admin';
  const command = useMemo(() => commandOf(props.tenant), [props.tenant]);
  return (
    <Card title={t.overview.first}>
      <p class="hint">{t.overview.firstWhat}</p>
      <ol class="steps">
        <Step title={t.overview.stepSource} done={sources.length > 0}>
          <p>{t.overview.stepSourceWhat}</p>
          {sources.length > 0 && <p>{t.overview.stepSourceDone(sources.join(', '))}</p>}
          {admin ? (
            <div>
              <ButtonLink kind={sources.length > 0 ? 'plain' : 'main'} href={hrefOf(['admin', 'sources', 'new'])}>
                {t.overview.stepSourceGo}
              </ButtonLink>
            </div>
          ) : (
            sources.length === 0 && <p>{t.overview.stepSourceOther}</p>
          )}
        </Step>
        <Step title={t.overview.stepSend}>
          <p>{t.overview.stepSendWhat}</p>
          <pre tabIndex={0}>{command}</pre>
          <div>
            <CopyButton text={command} />
          </div>
        </Step>
        <Step title={t.overview.stepSee}>
          <p>{t.overview.stepSeeWhat}</p>
        </Step>
      </ol>
    </Card>
  );
}

function Step({ title, done = false, children }: { title: string; done?: boolean; children: ComponentChildren }) {
  return (
    <li>
      <h3>
        {title} {done && <Badge tone="good">{t.overview.stepDone}</Badge>}
      </h3>
      {children}
    </li>
  );
}

function commandOf(tenant: string): string {
  const event = {
    id: 'first-1',
    time: new Date().toISOString(),
    type: 'challenge.sent',
    tenant,
    actor: { id: 'user-1', phone: '+14155550100' },
    challenge: { id: 'challenge-1', purpose: 'login', factor: 'sms' },
    action: { name: 'sign in' },
    device: { fingerprint: 'device-1' },
  };
  return `curl -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\\n  ${location.origin}/v1/events \\\n  -d '${JSON.stringify(event)}'`;
}
