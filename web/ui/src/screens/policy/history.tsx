import { useEffect, useState } from 'preact/hooks';
import { readHistory, type PolicyAuthor, type PolicyReview, type PolicyVersion } from '../../api/policy';
import type { Session } from '../../api/session';
import { useAction, useLoad } from '../../load';
import { hrefOf } from '../../route';
import { SYSTEM } from '../../shell';
import { t } from '../../texts';
import { Button, ButtonLink } from '../../ui/controls';
import { Badge, Card, Empty, Loading, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText, Time } from '../../ui/time';
import { Raw } from '../../ui/raw';
import { Token } from '../../ui/token';
import { tenantHref, type TenantProps } from '../props';
import { ChangeTable, changeList } from './changes';
import { ReviewDialog } from './review_dialog';
import { changesBetween, settingsOf } from './settings';
import type { Parameters } from './words';

/** Every change of the policy: when, by whom, what, and who looked at it since. */
export function History({ place, parameters }: { place: TenantProps; parameters: Parameters }) {
  const [older, setOlder] = useState<{ of: unknown; versions: PolicyVersion[]; next: string | undefined } | undefined>();
  const [reviews, setReviews] = useState<Readonly<Record<string, PolicyReview>>>({});
  const loaded = useLoad(`policy-history/${place.tenant}`, (signal) => readHistory(place.tenant, null, signal));
  const more = useAction();
  const settle = useSettling(loaded.reload, place.query.get('fresh') === '1');
  if (!loaded.data) return loaded.error === undefined ? <Loading /> : <ProblemNotice error={loaded.error} retry={loaded.reload} />;
  const first = loaded.data;
  // Older pages go with the first one that they were read behind.
  const pages = older?.of === first ? older : undefined;
  const versions = [...first.versions, ...(pages?.versions ?? [])];
  const next = pages ? pages.next : first.next;
  if (versions.length === 0) return <Empty title={t.policy.historyNone}>{t.policy.historyNoneWhat}</Empty>;
  const readMore = () =>
    more.run(async () => {
      const page = await readHistory(place.tenant, next ?? null);
      setOlder({ of: first, versions: [...(pages?.versions ?? []), ...page.versions], next: page.next });
    });
  return (
    <>
      <p class="lead">{t.policy.historyLead}</p>
      {Object.keys(reviews).length > 0 && <Notice tone="good">{t.policy.reviewDone}</Notice>}
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {versions.map((one) => (
        <Version
          key={one.change}
          place={place}
          version={withReview(one, reviews[one.change])}
          parameters={parameters}
          done={(review) => {
            setReviews({ ...reviews, [one.change]: review });
            settle();
          }}
        />
      ))}
      <ProblemNotice error={more.error} retry={readMore} />
      {next !== undefined && (
        <div>
          <Button busy={more.busy} onClick={readMore}>
            {t.policy.older}
          </Button>
        </div>
      )}
    </>
  );
}

/** The history is made of records, and follows a change by a second or two: it is read again then. */
const SETTLES_MS = 2_500;

function useSettling(reload: () => void, now: boolean): () => void {
  const [round, setRound] = useState(now ? 1 : 0);
  useEffect(() => {
    if (round === 0) return undefined;
    const timer = setTimeout(reload, SETTLES_MS);
    return () => clearTimeout(timer);
  }, [round, reload]);
  return () => setRound(round + 1);
}

/** With a review that was answered and is not in the history yet. */
function withReview(version: PolicyVersion, review: PolicyReview | undefined): PolicyVersion {
  const isThere = review === undefined || version.reviewed.some((one) => one.by.id === review.by.id && one.note === review.note);
  return isThere ? version : { ...version, reviewed: [...version.reviewed, review] };
}

interface VersionProps {
  place: TenantProps;
  version: PolicyVersion;
  parameters: Parameters;
  done: (review: PolicyReview) => void;
}

function Version({ place, version, parameters, done }: VersionProps) {
  const number = numberText(version.version);
  const before = settingsOf(version.before);
  const changes = changeList(before, changesBetween(before, settingsOf(version.after)));
  return (
    <Card title={t.policy.version(number)} actions={version.reviewed.length > 0 ? <Badge tone="good">{t.policy.reviewed}</Badge> : <Badge tone="warn">{t.policy.notReviewed}</Badge>}>
      <p class="version-who">
        <Time at={version.from} ago /> <Author author={version.by} session={place.session} />
      </p>
      <ChangeTable caption={t.policy.whatChanged(number)} changes={changes} parameters={parameters} heads={[t.policy.columns.was, t.policy.columns.after]} />
      <Reviews version={version} session={place.session} />
      <div class="actions">
        <ReviewButton place={place} version={version} done={done} />
        <ButtonLink kind="quiet" href={tenantHref(place, ['policy', 'then'], { at: version.from })}>
          {t.policy.wholeThen}
        </ButtonLink>
        <Records version={version} session={place.session} />
      </div>
    </Card>
  );
}

/** Whoever has signed in is called so; others by the id that the history gives. */
export function Author({ author, session }: { author: PolicyAuthor | undefined; session: Session }) {
  if (!author) return <span>{t.policy.byFound}</span>;
  if (author.id === session.account.id) return <span>{t.policy.by(t.policy.byYou)}</span>;
  const role = t.policy.byRole[author.role] ?? author.role;
  return (
    <span class="author">
      {t.policy.by(role)} {author.id ? <code><Raw text={author.id} inline most={64} /></code> : author.token && <Token token={author.token} />}
    </span>
  );
}

function Reviews({ version, session }: { version: PolicyVersion; session: Session }) {
  if (version.reviewed.length === 0) return null;
  return (
    <ul class="plain-list reviews">
      {version.reviewed.map((one) => (
        <li key={`${one.at} ${one.note}`}>
          <strong>{t.policy.reviewed}</strong> <Time at={one.at} /> <Author author={one.by} session={session} />
          <blockquote>
            <Raw text={one.note} />
          </blockquote>
        </li>
      ))}
    </ul>
  );
}

function ReviewButton({ place, version, done }: Omit<VersionProps, 'parameters'>) {
  const [open, setOpen] = useState(false);
  if (place.session.account.role !== 'admin') return null;
  if (version.by?.id === place.session.account.id) return <span class="hint">{t.policy.reviewOwn}</span>;
  const number = numberText(version.version);
  return (
    <>
      <Button label={t.policy.reviewItWhat(number)} onClick={() => setOpen(true)}>
        {t.policy.reviewIt}
      </Button>
      {open && (
        <ReviewDialog
          tenant={place.tenant}
          version={version}
          close={(reviewed) => {
            setOpen(false);
            if (reviewed) done(reviewed);
          }}
        />
      )}
    </>
  );
}

/** Where the change is recorded, for who may see the system log. */
function Records({ version, session }: { version: PolicyVersion; session: Session }) {
  const first = version.records[0];
  if (!first || !session.account.all_tenants) return null;
  const region = first.log.split('/').at(-2);
  return (
    <a href={hrefOf(['t', SYSTEM, 'events', first.seq], { region })}>
      {t.policy.records}: {version.records.length === 1 ? t.policy.record(numberText(first.seq)) : t.policy.recordsCount(numberText(version.records.length), numberText(first.seq))}
    </a>
  );
}
