import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../store';
import { t } from '../../texts';
import { Button, CopyButton } from '../../ui/controls';
import { focusHeading } from '../../ui/focus';
import { Badge } from '../../ui/parts';
import { keptIt, shownOnce, type Shown } from './shown_once';

/** Everything that is shown this once, until somebody says that it is kept. */
export function ShownOnce() {
  return (
    <>
      {useStore(shownOnce).map((one) => (
        <KeepIt key={one.secret} shown={one} />
      ))}
    </>
  );
}

function KeepIt({ shown }: { shown: Shown }) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => card.current?.focus(), []);
  return (
    <section class="card once" aria-label={shown.title} tabIndex={-1} ref={card}>
      <div class="card-head">
        <h2>{shown.title}</h2>
        <Badge tone="warn">{t.admin.once.card}</Badge>
      </div>
      <p>
        {shown.what} {t.admin.once.what}
      </p>
      <Copied label={shown.label} text={shown.secret} />
      {shown.others?.map((one) => <Copied key={one.label} label={one.label} text={one.text} />)}
      <div class="actions">
        <Button
          kind="main"
          onClick={() => {
            keptIt(shown);
            focusHeading();
          }}
        >
          {t.admin.once.kept}
        </Button>
      </div>
    </section>
  );
}

/** A text to be copied, under its name. */
export function Copied({ label, text }: { label: string; text: string }) {
  return (
    <div class="copied">
      <div class="copied-head">
        <span class="copied-label">{label}</span>
        <CopyButton text={text} label={t.admin.once.copy(label)} />
      </div>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}
