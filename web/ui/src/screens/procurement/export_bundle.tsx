import { listBundles } from '../../api/bundles';
import { findDocuments } from '../../api/documents';
import { findQuestions, PAGE, type Questionnaire } from '../../api/questionnaires';
import { useAction, useLoad } from '../../load';
import { useRepeat } from '../../poll';
import { go } from '../../route';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { ProblemNotice } from '../../ui/problem';
import { Time } from '../../ui/time';
import { BundleState } from '../evidence/bundle_parts';
import { bundled } from '../evidence/order_vendor';
import { tenantHref } from '../props';
import { citedDocuments } from './cited';

const words = t.procurement.exporting;
const LOOK_S = 5;

/** The documents that approved answers cite, and that may leave the house. */
async function documentsFor(entry: Questionnaire): Promise<string[]> {
  const control = new AbortController();
  const kinds = new Set<string>();
  for (let from = 1; from <= entry.questions; from += PAGE) for (const kind of citedDocuments(await findQuestions(entry.id, from, PAGE, control.signal))) kinds.add(kind);
  if (kinds.size === 0) return [];
  return bundled((await findDocuments(control.signal)).documents)
    .filter((one) => kinds.has(one.kind))
    .map((one) => one.id);
}

/** Leads to a bundle with the questionnaire in it, and shows where those are that there are. */
export function ExportBundle({ entry }: { entry: Questionnaire }) {
  const where = { tenant: entry.tenant, region: null };
  const action = useAction();
  const bundles = useLoad(`bundles/${entry.id}`, (signal) => listBundles(where, signal));
  const own = (bundles.data ?? []).filter((one) => one.questionnaire === entry.id);
  useRepeat(bundles.reload, bundles.error === undefined && own.some((one) => one.state === 'making' || one.state === 'waits') ? LOOK_S : undefined);
  const order = () =>
    action.run(async () => {
      const documents = await documentsFor(entry);
      go(tenantHref(where, ['evidence', 'new'], { period: 'last_30_days', report: 'yes', documents: documents.join(','), questionnaire: entry.id }));
    });
  return (
    <>
      <p class="soft">{words.bundleWhat}</p>
      <ProblemNotice error={action.error} />
      <div>
        <Button busy={action.busy} disabled={entry.approved === 0 || entry.stale > 0} onClick={order}>
          {words.bundle}
        </Button>
      </div>
      <ProblemNotice error={bundles.error} retry={bundles.reload} />
      {own.length > 0 && (
        <div>
          <h3>{words.bundles}</h3>
          <ul class="plain-list">
            {own.map((one) => (
              <li key={one.id} class="question-head">
                <a href={tenantHref(where, ['evidence', one.id])}>
                  <Time at={one.asked} />
                </a>
                <BundleState bundle={one} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
