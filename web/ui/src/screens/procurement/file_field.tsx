import { useId } from 'preact/hooks';
import { t } from '../../texts';
import { useDrop } from '../../ui/drop';
import { Raw } from '../../ui/raw';
import { bytesText } from '../../ui/time';

/** A file that is chosen, or dropped anywhere on the page. */
export function FileField({ file, onFile, accept, what }: { file: File | undefined; onFile: (file: File) => void; accept: string; what: string }) {
  const id = useId();
  const over = useDrop(onFile);
  return (
    <div class={`drop-zone small${over ? ' over' : ''}`}>
      <p id={`${id}-what`}>{what}</p>
      <div class="file-choice">
        <input
          id={id}
          type="file"
          class="unseen"
          accept={accept}
          aria-describedby={`${id}-what`}
          onChange={(event) => {
            const chosen = event.currentTarget.files?.[0];
            if (chosen) onFile(chosen);
            // So that the same file can be chosen once more.
            event.currentTarget.value = '';
          }}
        />
        <label class="button" for={id}>
          {file ? t.procurement.otherFile : t.procurement.chooseFile}
        </label>
      </div>
      {file && (
        <p class="chosen-file" role="status">
          <strong>
            <Raw text={file.name} most={120} inline />
          </strong>{' '}
          <span class="soft">{bytesText(file.size)}</span>
        </p>
      )}
    </div>
  );
}
