import { useEffect, useState } from 'preact/hooks';
import { t } from '../../texts';
import { Button, TextField } from '../../ui/controls';
import { localInput } from '../../ui/local_input';
import { utcText } from '../../ui/time';
import { isTime } from './row';
import { RANGES, type ListState } from './state';

const utcOf = (local: string) => (isTime(local) ? new Date(local).toISOString() : '');
const beside = (local: string) => (isTime(local) ? t.common.utc(utcText(utcOf(local))) : t.events.exactWhat);

/** Which time is searched: one of some periods that end now, or exact bounds. */
export function PeriodChoice({ state, onChange }: { state: ListState; onChange: (next: Partial<ListState>) => void }) {
  const exact = state.from !== '' || state.before !== '';
  const [open, setOpen] = useState(exact);
  useEffect(() => setOpen(exact), [exact]);
  return (
    <div class="events-period">
      <div class="segments" role="group" aria-label={t.events.when}>
        <span class="segments-name" aria-hidden="true">
          {t.events.when}
        </span>
        {RANGES.map((range) => (
          <Button key={range} pressed={!exact && state.range === range} onClick={() => onChange({ range, from: '', before: '' })}>
            {t.events.ranges[range]}
          </Button>
        ))}
        <Button expanded={open} pressed={exact} onClick={() => setOpen(!open)}>
          {t.events.exact}
        </Button>
      </div>
      {open && <ExactTimes key={`${state.from} ${state.before}`} state={state} onChange={onChange} />}
    </div>
  );
}

function ExactTimes({ state, onChange }: { state: ListState; onChange: (next: Partial<ListState>) => void }) {
  const [from, setFrom] = useState(localInput(state.from));
  const [before, setBefore] = useState(localInput(state.before));
  const [error, setError] = useState<string | undefined>();
  return (
    <form
      class="events-exact"
      onSubmit={(event) => {
        event.preventDefault();
        const wrong = from !== '' && before !== '' && new Date(from) >= new Date(before);
        setError(wrong ? t.events.badRange : undefined);
        if (!wrong) onChange({ range: 'all', from: utcOf(from), before: utcOf(before) });
      }}
    >
      <TextField label={t.events.from} type="datetime-local" step={1} value={from} onValue={setFrom} hint={beside(from)} />
      <TextField label={t.events.before} type="datetime-local" step={1} value={before} onValue={setBefore} hint={beside(before)} error={error} />
      <Button type="submit">{t.events.apply}</Button>
    </form>
  );
}
