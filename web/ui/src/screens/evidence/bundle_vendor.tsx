import { findDocuments } from '../../api/documents';
import { findQuestionnaire } from '../../api/questionnaires';
import { useLoad } from '../../load';
import { hrefOf } from '../../route';
import { t } from '../../texts';
import { Raw } from '../../ui/raw';

/** The documents in a bundle, by their titles as far as one may know them. */
export function BundledDocuments({ documents }: { documents: readonly string[] }) {
  const loaded = useLoad('documents', findDocuments);
  const titles = new Map((loaded.data?.documents ?? []).map((one) => [one.id, one.title]));
  return (
    <ul class="plain-list">
      {documents.map((one) => {
        const [id = '', version] = one.split('@');
        const title = titles.get(id);
        return (
          <li key={one}>
            {title === undefined ? (
              <code>{id}</code>
            ) : (
              <a href={hrefOf(['procurement', 'documents', id])}>
                <Raw text={title} most={160} inline />
              </a>
            )}
            {version && ` ${t.evidence.documentVersion(version)}`}
          </li>
        );
      })}
    </ul>
  );
}

/** It may have been removed since. */
export function BundledQuestionnaire({ id }: { id: string }) {
  const loaded = useLoad(id, (signal) => findQuestionnaire(id, signal));
  if (!loaded.data) return <code>{id}</code>;
  return (
    <a href={hrefOf(['procurement', 'questionnaires', id])}>
      <Raw text={loaded.data.name} most={160} inline />
    </a>
  );
}
