import type { Confidentiality, Document, DocumentChange } from '../../api/documents';
import { daysOf } from './days';

/** A document's members as the form has them. */
export interface Edited {
  title: string;
  owner: string;
  confidentiality: Confidentiality;
  days: string;
}

/** What differs from how the document is; undefined where the days are none. */
export function changeOf(document: Pick<Document, 'title' | 'owner' | 'confidentiality' | 'remind_days'>, edited: Edited): DocumentChange | undefined {
  const days = daysOf(edited.days);
  if (!days) return undefined;
  const ordered = (list: readonly number[]) => [...new Set(list)].sort((a, b) => b - a);
  const title = edited.title.trim();
  const owner = edited.owner.trim();
  return {
    ...(title === document.title ? {} : { title }),
    ...(owner === document.owner ? {} : { owner }),
    ...(edited.confidentiality === document.confidentiality ? {} : { confidentiality: edited.confidentiality }),
    ...(ordered(days).join() === ordered(document.remind_days ?? []).join() ? {} : { remind_days: ordered(days) }),
  };
}
