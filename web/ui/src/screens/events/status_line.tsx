import { useEffect, useState } from 'preact/hooks';
import type { Facets } from '../../api/records';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { numberText } from '../../ui/time';
import type { RecordList } from './record_list';

/** Where in the list one is, and what the search is doing. */
export function StatusLine({ list, facets }: { list: RecordList; facets: Facets | undefined }) {
  const [, redraw] = useState(0);
  useEffect(() => list.subscribeView(() => redraw((count) => count + 1)), [list]);
  const first = Math.min(Math.ceil(list.scroll) + 1, list.length);
  const last = Math.min(list.length, first + list.inView - 1);
  const total = list.complete ? list.length : facets?.exact ? Math.max(list.length, facets.total) : undefined;
  const places = [numberText(first), numberText(last)] as const;
  const searching = !list.complete && (list.busy || list.isStopped);
  const far = searching && list.searchedTo !== null;
  return (
    <div class="status-line">
      {list.length > 0 && <span>{total === undefined ? t.events.shownSoFar(...places, numberText(list.length)) : t.events.shown(...places, numberText(total))}</span>}
      <span role="status">
        {far && t.events.searchedTo(numberText(list.searchedTo ?? 0))} {!list.complete && list.busy && t.events.looking}
      </span>
      {far && list.busy && <Button onClick={() => list.stop()}>{t.events.stop}</Button>}
      {!list.complete && list.isStopped && <Button onClick={() => list.goOn()}>{t.events.goOn}</Button>}
      {list.length > 0 && <span class="hint keys">{t.events.tableHelp}</span>}
    </div>
  );
}
