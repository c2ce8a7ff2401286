import { listBundles, type Bundle } from '../../api/bundles';
import { useLoad } from '../../load';
import { useRepeat } from '../../poll';
import { t } from '../../texts';
import { ButtonLink } from '../../ui/controls';
import { CardTable, type CardColumn } from '../../ui/card_table';
import { Empty, Loading } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { bytesText, dayText, numberText, Time } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';
import { BundleState, Contents, Making, Period, Who } from './bundle_parts';

/** While one is being made the list follows it; else it is looked at now and then, for what others ask for. */
const BUSY_S = 1.5;
const REST_S = 30;

export function BundleList(props: TenantProps) {
  const loaded = useLoad('bundles', (signal) => listBundles(props, signal));
  const bundles = loaded.data;
  useRepeat(loaded.reload, bundles?.some((one) => one.state === 'making') ? BUSY_S : REST_S);
  return (
    <>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {bundles ? <Found {...props} bundles={bundles} /> : loaded.error === undefined && <Loading />}
    </>
  );
}

function Found({ bundles, ...props }: TenantProps & { bundles: Bundle[] }) {
  const make = (
    <ButtonLink kind="main" href={tenantHref(props, ['evidence', 'new'])}>
      {t.evidence.make}
    </ButtonLink>
  );
  if (bundles.length === 0)
    return (
      <Empty title={t.evidence.none} action={make}>
        {t.evidence.noneWhat}
      </Empty>
    );
  const columns: CardColumn<Bundle>[] = [
    { head: t.evidence.period, cell: (one) => <Link {...props} bundle={one} />, names: true },
    { head: t.evidence.state, cell: (one) => <State bundle={one} /> },
    { head: t.evidence.contents, cell: (one) => <What bundle={one} /> },
    { head: t.evidence.size, cell: (one) => <Size bundle={one} /> },
    {
      head: t.evidence.asked,
      cell: (one) => (
        <>
          <Who session={props.session} id={one.asked_by} role={one.role} />
          <div class="hint">
            <Time at={one.asked} ago />
          </div>
        </>
      ),
    },
    {
      head: t.evidence.goes,
      cell: (one) => (
        <div class="hint">
          <Time at={one.kept_until} ago />
        </div>
      ),
    },
  ];
  return (
    <>
      <div class="bundle-bar">
        <p class="hint">{t.evidence.listWhat}</p>
        {make}
      </div>
      <CardTable caption={t.evidence.bundles} columns={columns} rows={bundles} keyOf={(one) => one.id} />
    </>
  );
}

function Link({ bundle, ...props }: TenantProps & { bundle: Bundle }) {
  return (
    <>
      <a href={tenantHref(props, ['evidence', bundle.id])} aria-label={t.evidence.openOne(dayText(bundle.from), dayText(bundle.to))}>
        {dayText(bundle.from)} – {dayText(bundle.to)}
      </a>
      <div class="hint bundle-period">
        <Period from={bundle.from} to={bundle.to} />
      </div>
    </>
  );
}

function State({ bundle }: { bundle: Bundle }) {
  return (
    <>
      <BundleState bundle={bundle} />
      {bundle.state === 'making' && bundle.progress && (
        <div class="bundle-making">
          <Making bundle={bundle} />
        </div>
      )}
    </>
  );
}

function What({ bundle }: { bundle: Bundle }) {
  return (
    <>
      <Contents bundle={bundle} />
      <div class="hint">
        {t.evidence.profile}: {t.evidence.profiles[bundle.profile]}
      </div>
    </>
  );
}

function Size({ bundle }: { bundle: Bundle }) {
  if (bundle.records === undefined || bundle.bytes === undefined) return <>–</>;
  return (
    <>
      <span class="bundle-size">{t.evidence.recordCount(numberText(bundle.records), bundle.records)}</span>
      <div class="hint">{bytesText(bundle.bytes)}</div>
    </>
  );
}
