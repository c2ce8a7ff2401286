import { useId } from 'preact/hooks';
import { t } from '../../texts';
import { useDrop } from '../../ui/drop';

/** A place to drop a file, which is a button for a file as well. A file that misses it is taken, too: else the browser would leave the page for it. */
export function DropZone({ onFile, small }: { onFile: (file: File) => void; small: boolean }) {
  const id = useId();
  const over = useDrop(onFile);
  return (
    <div class={`drop-zone${over ? ' over' : ''}${small ? ' small' : ''}`}>
      {!small && <h2>{t.evidence.verify.drop}</h2>}
      <p id={`${id}-what`}>{t.evidence.verify.dropWhat}</p>
      <div class="file-choice">
        <input
          id={id}
          type="file"
          class="unseen"
          accept=".zip,application/zip"
          aria-describedby={`${id}-what`}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) onFile(file);
            // So that the same file can be chosen once more.
            event.currentTarget.value = '';
          }}
        />
        <label class="button main" for={id}>
          {small ? t.evidence.verify.chooseOther : t.evidence.verify.choose}
        </label>
      </div>
    </div>
  );
}
