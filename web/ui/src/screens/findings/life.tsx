import type { ComponentChildren } from 'preact';
import type { Finding, Said } from '../../api/findings';
import { t } from '../../texts';
import { isToken, Token } from '../../ui/token';
import { Raw } from '../../ui/raw';
import { Time } from '../../ui/time';
import type { TenantProps } from '../props';
import { SystemRecord } from './marks';

type StepName = keyof typeof t.findings.steps;

/** What became of a finding, the oldest first. */
export function Life({ finding, here }: { finding: Finding; here: Pick<TenantProps, 'tenant' | 'region'> }) {
  const steps: { name: StepName; said: Said; text: string | undefined }[] = [];
  const add = (name: StepName, said: Said | undefined, text: string | undefined) => said && steps.push({ name, said, text });
  add('opened', finding.opened, finding.opened?.note);
  add('acknowledged', finding.acknowledged, finding.acknowledged?.note);
  for (const one of finding.answers) add('answered', one, one.text);
  add('resolved', finding.resolved, finding.resolved?.reason);
  steps.sort((a, b) => a.said.seq - b.said.seq);
  return (
    <ol class="life">
      {steps.map(({ name, said, text }) => (
        <li key={said.seq} class={`life-step ${name}`}>
          <div class="life-head">
            <strong>{t.findings.steps[name]}</strong> <By said={said} name={name} />
          </div>
          <Time at={said.at} ago />
          {text && (
            <blockquote>
              <Raw text={text} most={1_100} />
            </blockquote>
          )}
          <div class="life-record">
            <SystemRecord here={here} seq={said.seq} />
          </div>
        </li>
      ))}
      {finding.state === 'opened' && <Waiting>{t.findings.stillOpen}</Waiting>}
      {finding.state === 'acknowledged' && <Waiting>{t.findings.notResolved}</Waiting>}
    </ol>
  );
}

function Waiting({ children }: { children: ComponentChildren }) {
  return <li class="life-step waiting">{children}</li>;
}

function By({ said, name }: { said: Said; name: StepName }) {
  if (!said.by) return name === 'opened' ? <span class="soft">{t.findings.bySystem}</span> : null;
  const role = t.findings.roles[said.by.role] ?? said.by.role;
  const { id, token } = said.by;
  return (
    <span class="soft">
      {t.findings.by(role)} {id ? <Raw text={id} most={64} inline /> : isToken(token) && <Token token={token} />}
    </span>
  );
}
