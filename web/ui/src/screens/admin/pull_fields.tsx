import type { PullSetting } from '../../api/admin';
import { t } from '../../texts';
import { TextField } from '../../ui/controls';
import type { Draft } from './new_source_draft';

interface Props {
  adapter: string;
  settings: readonly PullSetting[];
  draft: Draft;
  set: (next: Partial<Draft>) => void;
}

/** What polling a provider needs; what has a default is folded away. */
export function PullFields({ adapter, settings, draft, set }: Props) {
  const field = (one: PullSetting) => {
    const [label, hint] = t.admin.newSource.settings[one.setting] ?? [one.setting, one.about];
    return (
      <TextField
        key={one.setting}
        label={label}
        hint={hint}
        value={draft.settings[one.setting] ?? ''}
        onValue={(value) => set({ settings: { ...draft.settings, [one.setting]: value } })}
        maxLength={256}
        autocomplete="off"
        spellcheck={false}
        required={one.required}
      />
    );
  };
  const further = settings.filter((one) => !one.required);
  return (
    <>
      <TextField label={t.admin.newSource.pullUrl} hint={t.admin.newSource.pullUrlHint(t.admin.newSource.pullUrls[adapter])} type="url" pattern="https://.+" value={draft.pullUrl} onValue={(pullUrl) => set({ pullUrl })} autocomplete="off" spellcheck={false} required />
      {settings.filter((one) => one.required).map(field)}
      {further.length > 0 && (
        <details>
          <summary>{t.admin.newSource.moreSettings}</summary>
          <div class="form details-form">{further.map(field)}</div>
        </details>
      )}
    </>
  );
}
